import { compilePattern, expandReplacement, replaceMatches } from "../../re2/index.ts";
import { declareFunction, escapeQuery, type TemplateFunctions } from "../../template/index.ts";

/** A text that a template makes of a repetition may not grow beyond this. */
const MAX_REPEATED = 1_000_000;

const one = (fn: (text: string) => unknown): ((...args: never[]) => unknown) => declareFunction(["string"], fn);
const two = (fn: (a: string, b: string) => unknown): ((...args: never[]) => unknown) =>
  declareFunction(["string", "string"], fn);
const three = (fn: (a: string, b: string, c: string) => unknown): ((...args: never[]) => unknown) =>
  declareFunction(["string", "string", "string"], fn);

/** Characters of `set` taken from the ends. */
function trimSet(text: string, set: string, { left = true, right = true } = {}): string {
  const characters = [...text];
  const cut = new Set(set);
  let [start, end] = [0, characters.length];
  while (left && start < end && cut.has(characters[start] as string)) start += 1;
  while (right && end > start && cut.has(characters[end - 1] as string)) end -= 1;
  return characters.slice(start, end).join("");
}

const withoutPrefix = (text: string, prefix: string): string =>
  text.startsWith(prefix) ? text.slice(prefix.length) : text;
const withoutSuffix = (text: string, suffix: string): string =>
  suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;

function repeat(count: bigint, text: string): string {
  if (count < 0n) throw new Error("strings: negative Repeat count");
  if (count * BigInt(text.length) > MAX_REPEATED)
    throw new Error(`a repetition of more than ${MAX_REPEATED} characters`);
  return text.repeat(Number(count));
}

const indent = (spaces: bigint, text: string): string => {
  const pad = repeat(spaces, " ");
  const lines = text.split("\n");
  if (pad.length * lines.length > MAX_REPEATED)
    throw new Error(`an indentation of more than ${MAX_REPEATED} characters`);
  return pad + lines.join(`\n${pad}`);
};

/** Sprig counts bytes, so a cut may leave half a character, which becomes U+FFFD. */
function truncate(count: bigint, text: string): string {
  const bytes = Buffer.from(text);
  const length = BigInt(bytes.length);
  if (count < 0n) return length + count > 0n ? bytes.subarray(Number(length + count)).toString() : text;
  return length > count ? bytes.subarray(0, Number(count)).toString() : text;
}

function substring(start: bigint, end: bigint, text: string): string {
  const bytes = Buffer.from(text);
  const length = BigInt(bytes.length);
  const outOfRange = (bounds: string): Error => new Error(`runtime error: slice bounds out of range ${bounds}`);
  const to = start >= 0n && (end < 0n || end > length) ? length : end;
  if (to < 0n) throw outOfRange(`[:${to}]`);
  if (to > length) throw outOfRange(`[:${to}] with length ${length}`);
  if (start > to) throw outOfRange(`[${start}:${to}]`);
  return bytes.subarray(start < 0n ? 0 : Number(start), Number(to)).toString();
}

function align(count: bigint, text: string, side: "left" | "right"): string {
  const characters = [...text];
  const missing = count - BigInt(characters.length);
  if (count < 0n || missing === 0n) return text;
  if (missing > 0n) return side === "left" ? text + repeat(missing, " ") : repeat(missing, " ") + text;
  return (side === "left" ? characters.slice(0, Number(count)) : characters.slice(Number(-missing))).join("");
}

function replaceSome(text: string, old: string, next: string, count: bigint): string {
  if (count < 0n) return text.replaceAll(old, () => next);
  const parts = text.split(old);
  const limit = count < BigInt(parts.length) ? Number(count) : parts.length;
  return (
    parts.slice(0, limit + 1).join(next) +
    parts
      .slice(limit + 1)
      .map((part) => old + part)
      .join("")
  );
}

function decodeUrl(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text);
  if (bad !== null) throw new Error(`invalid URL escape "${bad[0]}"`);
  const bytes = text
    .replaceAll("+", " ")
    .split(/%([0-9a-fA-F]{2})/)
    .map((part, index) => (index % 2 === 0 ? Buffer.from(part) : Buffer.from(part, "hex")));
  return Buffer.concat(bytes).toString();
}

function decodeBase64(text: string): string {
  const clean = text.replaceAll(/[\r\n]/g, "");
  const wrong = /[^A-Za-z0-9+/=]|=(?=[^=])/.exec(clean);
  if (wrong !== null || clean.length % 4 !== 0)
    return `illegal base64 data at input byte ${wrong?.index ?? clean.length - (clean.length % 4)}`;
  return Buffer.from(clean, "base64").toString();
}

function regexReplaceAll(source: string, text: string, replacement: string): string {
  const pattern = compilePattern(source);
  return replaceMatches(pattern, text, (match) => expandReplacement(replacement, match, pattern));
}

function countMatches(source: string, text: string): bigint {
  let count = 0n;
  replaceMatches(compilePattern(source), text, () => {
    count += 1n;
    return "";
  });
  return count;
}

const title = (text: string): string => text.replace(/(?<![\p{L}\p{N}_'])\p{L}/gu, (letter) => letter.toUpperCase());

export const TEXT_FUNCTIONS: TemplateFunctions = {
  ToLower: one((text) => text.toLowerCase()),
  ToUpper: one((text) => text.toUpperCase()),
  lower: one((text) => text.toLowerCase()),
  upper: one((text) => text.toUpperCase()),
  title: one(title),
  Replace: declareFunction(["string", "string", "string", "int"], replaceSome),
  replace: three((old, next, text) => text.replaceAll(old, () => next)),
  Trim: two((text, set) => trimSet(text, set)),
  TrimLeft: two((text, set) => trimSet(text, set, { right: false })),
  TrimRight: two((text, set) => trimSet(text, set, { left: false })),
  TrimPrefix: two(withoutPrefix),
  TrimSuffix: two(withoutSuffix),
  TrimSpace: one((text) => text.trim()),
  trim: one((text) => text.trim()),
  trimAll: two((set, text) => trimSet(text, set)),
  trimPrefix: two((prefix, text) => withoutPrefix(text, prefix)),
  trimSuffix: two((suffix, text) => withoutSuffix(text, suffix)),
  contains: two((part, text) => text.includes(part)),
  hasPrefix: two((prefix, text) => text.startsWith(prefix)),
  hasSuffix: two((suffix, text) => text.endsWith(suffix)),
  trunc: declareFunction(["int", "string"], truncate),
  substr: declareFunction(["int", "int", "string"], substring),
  indent: declareFunction(["int", "string"], indent),
  nindent: declareFunction(["int", "string"], (spaces: bigint, text: string) => `\n${indent(spaces, text)}`),
  repeat: declareFunction(["int", "string"], repeat),
  alignLeft: declareFunction(["int", "string"], (count: bigint, text: string) => align(count, text, "left")),
  alignRight: declareFunction(["int", "string"], (count: bigint, text: string) => align(count, text, "right")),
  regexReplaceAll: three(regexReplaceAll),
  regexReplaceAllLiteral: three((source, text, replacement) =>
    replaceMatches(compilePattern(source), text, () => replacement),
  ),
  count: two(countMatches),
  urlencode: one(escapeQuery),
  urldecode: one(decodeUrl),
  b64enc: one((text) => Buffer.from(text).toString("base64")),
  b64dec: one(decodeBase64),
};
