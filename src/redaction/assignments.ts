import { remember } from "../base/index.ts";
import type { Codes } from "./codes.ts";
import { afterEscape, backslashesBefore, type Claim, startsWithMarker } from "./rule.ts";
import { sensitiveKeyKind, sensitiveParameterKind } from "./sensitive-key.ts";

const MAX_KEY = 80;
const MAX_SPACES = 8;
/** Values are judged by their head; a secret of ten thousand characters begins like one. */
const JUDGED = 512;

const KEY_CODE = /[A-Za-z0-9_.-]/;
const isKeyCode = (code: number): boolean => KEY_CODE.test(String.fromCharCode(code));
/** Letters beyond ASCII are part of a key too: `contraseña`. */
const isKeyAt = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code < 128 ? KEY_CODES[code] === 1 : code >= 0xc0 && !(code >= 0x2000 && code < 0x3040);
};
const KEY_CODES = Uint8Array.from({ length: 128 }, (_, code) => (isKeyCode(code) ? 1 : 0));

const QUOTES = "\"'`";
const SCHEME = /(?:Bearer|Basic|Token|Digest|ApiKey|Api-Key|Negotiate|Key)(?:[ +]|%20)+/iy;
const BARE = /[^\s"'`<>&,;)}\]\\|“”„«»\p{Cc}]+/uy;
const BARE_HEAD = new RegExp(`${BARE.source.slice(0, -1)}{1,512}`, "uy");
/** Header lines: credentials and cookies hold spaces, commas and semicolons. */
const LINE = /[^\r\n"'`<>\\]+/y;

/** A JSON Schema says of a password that it is a string. */
const SCHEMA =
  /\\*"(?:type\\*"\s{0,4}:\s{0,4}\\*"(?:string|number|integer|boolean|object|array|null)\\*"|(?:\$ref|anyOf|oneOf)\\*"\s{0,4}:)/;
const NOTHING_NESTED = /^[[{]\s*[\]}]/;

/** What stands where a secret will be, or is the name of a type. */
const PLACEHOLDER =
  /^(?:\[?redacted\]?|.*(?:\.\.\.|…).*|.{0,8}\$\{.*|\/[%^[(\\].*|include|omit|same-origin|[\^~]?\d+\.\d+\.\d+(?:[-+].*)?|\*+|x{3,}|\.{3,}|…|<.*|\$\{.*|\$[A-Za-z_(].*|\{\{.*|%[a-z(].*|(?:process\.env|os\.environ|import\.meta|env)[.[].*|your[-_ ].*|null|none|nil|undefined|true|false|yes|no|string|str|text|number|int|integer|bool|boolean|any|unknown|object|void|never|bytes|buffer|required|optional|redacted|masked|hidden|removed|missing|invalid|expired|incorrect|wrong|empty|unset|not)$/i;

/** "The header Authorization: Bearer and the token": words, signs of code. */
const NO_CREDENTIAL = /^(?:and|or|the|tokens?|schemes?|headers?|auth\w*|with|for|is|in|[^A-Za-z0-9]+)$/i;

type Side = { readonly kind: string; readonly quote: string | undefined };

type KindOf = (key: string, parameter: boolean) => string | undefined;

/** Keys come again and again, in JSON above all. */
const MAX_KEYS = 2000;
const NONE = "";

function createKindOf(): KindOf {
  const ofKey = remember((key) => sensitiveKeyKind(key) ?? NONE, MAX_KEYS);
  const ofParameter = remember((name) => sensitiveParameterKind(name) ?? NONE, MAX_KEYS);
  return (key, parameter) => {
    const kind = parameter ? ofParameter(key) : ofKey(key);
    return kind === NONE ? undefined : kind;
  };
}

/** The key that ends before the separator at `at`. */
function keyBefore(text: string, at: number, separator: string, kindOf: KindOf): Side | undefined {
  let end = at;
  for (let spaces = 0; end > 0 && spaces < 4 && text[end - 1] === " "; spaces++) end--;
  if (end > 0 && text[end - 1] === "]") end--;
  let quote: string | undefined;
  if (end > 0 && QUOTES.includes(text[end - 1] as string)) {
    const closing = end;
    end -= 1 + backslashesBefore(text, end - 1);
    quote = text.slice(end, closing);
  } else if (text[end] === "]") {
    return undefined;
  }
  let start = end;
  while (start > 0 && end - start < MAX_KEY && isKeyAt(text, start - 1)) start--;
  start = afterEscape(text, start, end);
  if (start === end) return undefined;
  let key = text.slice(start, end);
  const parameter = separator === "=" && start > 0 && "?&".includes(text[start - 1] as string);
  // "API key: …" is two words, "mot de passe : …" three.
  if (/^(?:keys?|passe)$/i.test(key) && text[start - 1] === " ") key = text.slice(Math.max(0, start - 16), end);
  if (quote !== undefined && /^value$/i.test(key)) key = namedBefore(text, start - quote.length) ?? key;
  const kind = kindOf(key, parameter);
  return kind === undefined ? undefined : { kind, quote };
}

const NAMED = /"(?:name|key)\\{0,8}"\s{0,4}:\s{0,4}\\{0,8}"([^"\\]{1,80})\\{0,8}"\s{0,4},\s{0,16}$/i;

/** A list of headers or variables tells the key in the member before: `"name":"API_KEY","value":"…"`. */
const namedBefore = (text: string, at: number): string | undefined =>
  NAMED.exec(text.slice(Math.max(0, at - 140), at))?.[1];

/** How many times a quote with so many backslashes before it was escaped: 2^L - 1 belong to it, 2^(L+1) to each backslash before. */
function escapeLevel(backslashes: number): number {
  let level = 0;
  for (let rest = backslashes; rest % 2 === 1; rest = (rest - 1) / 2) level++;
  return level;
}

/** Where a quoted text ends: at the next such quote that was escaped as often, or less often, which ends an outer text. */
function closingQuote(text: string, from: number, quote: string): number {
  const character = quote.at(-1) as string;
  const own = escapeLevel(quote.length - 1);
  for (let at = text.indexOf(character, from); at !== -1; at = text.indexOf(character, at + 1)) {
    const level = escapeLevel(Math.min(backslashesBefore(text, at), at - from));
    if (level <= own) return at - (2 ** level - 1);
  }
  return -1;
}

/** Where the object or list of JSON at `start` ends, whose texts have such quotes; one that was cut off has all of its text. */
function endOfNested(text: string, start: number, quote: string): number {
  const own = escapeLevel(quote.length - 1);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") {
      if (--depth === 0) return at + 1;
    } else if (character === '"') {
      const level = escapeLevel(backslashesBefore(text, at));
      if (level < own) return at - (2 ** level - 1);
      const closing = closingQuote(text, at + 1, quote);
      if (closing === -1) return text.length;
      const end = text.indexOf('"', closing);
      if (escapeLevel(end - closing) < own) return closing;
      at = end;
    }
  }
  return text.length;
}

const JSON_GOES_ON = /(?:\s|\\+[nrt]){0,20}(?:[,}\]:+]|$)/y;

/** Whether what follows a quote looks as if the quote had closed a JSON text. */
function endsJsonText(text: string, after: number): boolean {
  JSON_GOES_ON.lastIndex = after;
  return JSON_GOES_ON.test(text);
}

/** Where the value in quotes ends; one that was cut off has the rest of the line. */
function endOfQuoted(text: string, start: number, quote: string): number {
  const closing = closingQuote(text, start, quote);
  const newline = text.indexOf("\n", start);
  const end = closing !== -1 ? closing : newline === -1 ? text.length : newline;
  if (quote.endsWith('"')) return end;
  // An apostrophe inside of a JSON text cannot reach beyond that text.
  for (let at = text.indexOf('"', start); at !== -1 && at < end; at = text.indexOf('"', at + 1)) {
    if (endsJsonText(text, at + 1)) return Math.max(start, at - (2 ** escapeLevel(backslashesBefore(text, at)) - 1));
  }
  return end;
}

/** `"OPENAI_API_KEY"`, `"domain_secrets"`: the name of a secret, not one. */
const isName = (value: string, kind: string): boolean =>
  /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^urn:|^https?:\/\/[^@]*$|^this\.|^[A-Za-z_]+\$\d$|^[a-z]+_password$/.test(value) ||
  (kind !== "password" && /^[A-Za-z_.-]+$/.test(value) && sensitiveKeyKind(value) !== undefined);

/** Whether a quoted value under a sensitive key is a secret. */
function isQuotedSecret(value: string, kind: string): boolean {
  if (value === "" || PLACEHOLDER.test(value) || isName(value, kind)) return false;
  if (kind === "password" || kind === "authorization" || kind === "cookie") return true;
  if (/\s/.test(value)) return false;
  // The pieces of a model's answer are called "token" too.
  return kind !== "token" || value.length >= 8 || /\d/.test(value);
}

/** Whether an unquoted value is a secret rather than code or prose. */
function isBareSecret(value: string, kind: string, tight: boolean, endsLine: boolean): boolean {
  if (PLACEHOLDER.test(value) || /^[([{]|\(/.test(value) || sensitiveKeyKind(value) !== undefined) return false;
  // `apiKey: defaultToConfig2` is code.
  if (isName(value, kind) || (!tight && /^[a-z]+(?:[A-Z][a-z]+)+\d?$/.test(value))) return false;
  if (/^\d+$/.test(value)) return kind === "password" ? value.length >= 4 : value.length >= (kind === "token" ? 16 : 3);
  // password=hunter: how the environment, queries and connection strings write it.
  if (tight) return value.length >= 3 && !/^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$]+)+$/.test(value);
  if (/^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)+$/.test(value)) return false;
  if (value.length >= 6 && /\d/.test(value) && /[A-Za-z]/.test(value)) return true;
  if (value.length >= 6 && /[!#$%^*+=@~/]/.test(value)) return true;
  return kind === "password" && endsLine && value.length >= 6 && /^[a-z][A-Za-z]*$/.test(value);
}

/** Claims from `start` to the end of the run of the shape's characters at `from`. */
function claimRun(
  text: string,
  shape: RegExp,
  start: number,
  from: number,
  claim: Claim,
  kind: string,
  quote?: string,
): number {
  shape.lastIndex = from;
  let end = shape.test(text) ? shape.lastIndex : text.length;
  if (text[end - 1] === ".") end--;
  claim(start, end, { kind, ...(quote !== undefined && { quote }) });
  return end;
}

/** Claims the value that follows the separator. Returns where to go on. */
function claimValue(
  text: string,
  from: number,
  { kind, quote: keyQuote }: Side,
  separator: string,
  claim: Claim,
): number {
  let start = from;
  while (start - from < MAX_SPACES && (text[start] === " " || text[start] === "\t")) start++;
  const tight = separator === "=" && start === from;
  let opening = start;
  while (text[opening] === "\\") opening++;
  if (QUOTES.includes(text[opening] ?? " ")) {
    const quote = text.slice(start, opening + 1);
    start = opening + 1;
    // "my password: " is a text that ends here; so is one whose quote is escaped less often than that of the key in it.
    const ended = keyQuote?.endsWith('"')
      ? escapeLevel(quote.length - 1) < escapeLevel(keyQuote.length - 1)
      : endsJsonText(text, start);
    if (ended) return start;
    const end = endOfQuoted(text, start, quote);
    if (startsWithMarker(text, start) === end) return end;
    if (!isQuotedSecret(text.slice(start, Math.min(end, start + JUDGED)), kind)) return start;
    SCHEME.lastIndex = start;
    const secret = kind === "authorization" && SCHEME.test(text) ? SCHEME.lastIndex : start;
    if (secret > start && PLACEHOLDER.test(text.slice(secret, Math.min(end, secret + JUDGED)))) return start;
    if (secret < end && startsWithMarker(text, secret) !== end) claim(secret, end, { kind });
    return end;
  }

  if (separator === ":" && keyQuote?.endsWith('"') && (text[start] === "{" || text[start] === "[")) {
    const head = text.slice(start, start + JUDGED);
    if (NOTHING_NESTED.test(head) || SCHEMA.test(head)) return start;
    const end = endOfNested(text, start, keyQuote);
    claim(start, end, { kind, quote: keyQuote });
    return end;
  }

  let secret = start;
  let scheme = false;
  if (kind === "authorization") {
    SCHEME.lastIndex = start;
    scheme = SCHEME.test(text);
    if (scheme) secret = SCHEME.lastIndex;
  }
  const afterMarker = startsWithMarker(text, secret);
  // The fragment of a URL whose parameter was removed.
  if (afterMarker !== -1 && text[afterMarker] === "#") return afterMarker;
  if (
    kind === "cookie" &&
    separator === ":" &&
    afterMarker === -1 &&
    /^[^\r\n"'`<>\\ ]+=/.test(text.slice(secret, secret + JUDGED))
  ) {
    return claimRun(text, LINE, secret, secret, claim, kind);
  }
  // The head decides first: reading a value to its end and then refusing it, again and again, would cost n².
  BARE_HEAD.lastIndex = Math.max(secret, afterMarker);
  let end = BARE_HEAD.test(text) ? BARE_HEAD.lastIndex : Math.max(secret, afterMarker);
  // The full stop of a sentence.
  if (text[end - 1] === "." && end - secret > 1) end--;
  if (end === secret || end === afterMarker) return Math.max(end, from);
  const value = text.slice(secret, end);
  const endsLine = end === text.length || text[end] === "\n" || text[end] === "\r" || text.startsWith("\\n", end);
  if (
    afterMarker === -1 &&
    (scheme ? PLACEHOLDER.test(value) || NO_CREDENTIAL.test(value) : !isBareSecret(value, kind, tight, endsLine))
  )
    return from;
  // A bare number under a quoted key is JSON: what stands for it must be quoted to stay JSON.
  claim(secret, end, {
    kind,
    ...(keyQuote !== undefined && /^-?\d/.test(value) && separator === ":" && { quote: keyQuote }),
  });
  return end;
}

/** Finds `key = value`, `key: value`, `"key":"value"`, `?key=value`, in any JSON escaping, where the key is a sensitive one. */
export function createAssignmentFinder(): (text: string, claim: Claim, codes: Codes) => void {
  const kindOf = createKindOf();
  return (text, claim, codes) => {
    const { length } = text;
    for (let at = 0; at < length; at++) {
      const code = codes[at];
      if (code !== 58 && code !== 61) continue;
      const separator = code === 58 ? ":" : "=";
      const next = text[at + 1];
      if (next === "=" && separator === "=") {
        while (text[at + 1] === "=") at++;
        continue;
      }
      if (next === ">" || (separator === ":" && (next === ":" || next === "/"))) continue;
      if (separator === "=" && at > 0 && "!<>+*/-".includes(text[at - 1] as string)) continue;
      const from = separator === ":" && next === "=" ? at + 2 : at + 1;
      const key = keyBefore(text, at, separator, kindOf);
      if (key !== undefined) at = Math.max(at, claimValue(text, from, key, separator, claim) - 1);
    }
  };
}
