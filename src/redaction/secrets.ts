import { backslashesBefore, byPattern, type Claim, type Rule } from "./rule.ts";
import { sensitiveKeyKind } from "./sensitive-key.ts";

/** Random enough to be a key: `sk-fading-circle` is a style sheet's class, `sk-learn` a library. */
export function looksRandom(found: string): boolean {
  let longest = 0;
  for (const run of found.split(/[^A-Za-z0-9]+/)) longest = Math.max(longest, run.length);
  return longest >= 20 || (longest >= 12 && /\d/.test(found) && /[A-Za-z]/.test(found));
}

const PEM_HEAD = /-----BEGIN [A-Z0-9 ]{0,40}$/;
const PEM_END = /-----END [A-Z0-9 ]{0,60}-----/y;
const PEM_BODY = /[A-Za-z0-9+/=\s\\:,-]*/y;

/** Private keys in PEM, whole or cut off before their end. */
export function findPrivateKeys(text: string, claim: Claim): void {
  for (let at = text.indexOf("PRIVATE KEY"); at !== -1; at = text.indexOf("PRIVATE KEY", at)) {
    const head = PEM_HEAD.exec(text.slice(Math.max(0, at - 60), at));
    const tail = at + "PRIVATE KEY".length;
    at = tail;
    if (head === null) continue;
    PEM_BODY.lastIndex = tail;
    PEM_BODY.test(text);
    let end = PEM_BODY.lastIndex;
    const last = text.slice(tail, end).indexOf("-----END ");
    PEM_END.lastIndex = tail + last;
    if (last !== -1 && PEM_END.test(text)) end = PEM_END.lastIndex;
    // A backslash before a quote belongs to the quote.
    else if (text[end] === '"') end -= backslashesBefore(text, end);
    claim(tail - "PRIVATE KEY".length - head[0].length, end);
    at = Math.max(at, end);
  }
}

const URL_BEFORE = /(?:https?(?::|%3A)(?:\\?\/|%2F){2})?[A-Za-z0-9.-]{0,100}$/i;

/** URLs that are a secret as a whole: who has one can write into a channel. `host` is fixed, `path` follows it. */
export function webhook(host: string, path: RegExp): Rule["find"] {
  const rest = new RegExp(`${path.source}[^\\s"'\`<>)\\]}|\\\\]*(?:\\\\/[^\\s"'\`<>)\\]}|\\\\]*)*`, "iy");
  return (text, claim) => {
    for (let at = text.indexOf(host); at !== -1; at = text.indexOf(host, at)) {
      const head = URL_BEFORE.exec(text.slice(Math.max(0, at - 112), at));
      const start = at - (head?.[0].length ?? 0);
      at += host.length;
      rest.lastIndex = at;
      if (!rest.test(text)) continue;
      claim(start, rest.lastIndex);
      at = rest.lastIndex;
    }
  };
}

const AUTHORITY = /[^\s"'`<>/?#\\]{1,1024}/y;

/** The password in `scheme://user:password@host`, or a token that stands in place of the user. */
export function findUrlPasswords(text: string, claim: Claim): void {
  for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", at + 3)) {
    AUTHORITY.lastIndex = at + 3;
    if (!AUTHORITY.test(text)) continue;
    const authority = text.slice(at + 3, AUTHORITY.lastIndex);
    const host = authority.lastIndexOf("@");
    if (host <= 0) continue;
    const colon = authority.indexOf(":");
    const from = colon !== -1 && colon < host ? colon + 1 : 0;
    const secret = authority.slice(from, host);
    if (secret === "" || /^\[REDACTED:[a-z0-9_]+\]$|^\$\{|^\$[A-Z_]+$|^\{\{|^\*+$|^%s$/.test(secret)) continue;
    if (from > 0 || (secret.length >= 16 && /\d/.test(secret))) claim(at + 3 + from, at + 3 + host);
  }
}

export const findBearers: Rule["find"] = byPattern(
  /(\bbearer(?:\s{1,3}|%20|\+))[A-Za-z0-9._~+/=-]{8,}/gi,
  // "bearer certificates" is prose.
  (found) => /\d/.test(found) || (/[a-z][A-Z]/.test(found) && found.length >= 16) || found.length >= 32,
);

export const findBasics: Rule["find"] = byPattern(
  /(\bbasic\s{1,3})[A-Za-z0-9+/]{6,}={0,2}(?![A-Za-z0-9])/gi,
  (found) => {
    const decoded = Buffer.from(found.slice(0, 400), "base64").toString("latin1");
    return /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(decoded);
  },
);

/** `--password hunter2`. */
export const findFlags: Rule["find"] = byPattern(
  /(--(?:[a-z]{1,20}-){0,3}(?:password|passwd|pwd|passphrase|token|secret|api-?key) {1,3})(?![-[<$"'{])[^\s"'`\\]{4,}/g,
  (found) => /\d|[!#%^*+@]/.test(found) || found.length >= 12,
);

const ELEMENT = /<([A-Za-z][\w.:-]{1,60})>([^<>\s"]{1,1024})<\/\1>/g;

/** `<password>…</password>`. */
export function findElements(text: string, claim: Claim): void {
  ELEMENT.lastIndex = 0;
  for (let match = ELEMENT.exec(text); match !== null; match = ELEMENT.exec(text)) {
    const [whole, name = "", secret = ""] = match;
    const kind = sensitiveKeyKind(name);
    if (kind === undefined || /^\[REDACTED:[a-z0-9_]+\]$/.test(secret)) continue;
    const start = match.index + name.length + 2;
    claim(start, start + secret.length, { kind });
    ELEMENT.lastIndex = match.index + whole.length;
  }
}

/** "My password is hunter2": what people tell a model. */
export const findSpoken: Rule["find"] = byPattern(
  /(\b(?:password|passphrase|passcode|api[ -]?key|token|secret|key) (?:is|was|to)(?: now)?:? {1,2}["'`]?)(?![:}])[^\s"'`<>\\,;[\]]{6,512}/gi,
  (found) => /\d/.test(found) && /[A-Za-z]/.test(found) && !/^\d+[A-Za-z%]{1,3}[.)]?$|^v?\d+(?:\.\d+)+/.test(found),
);

/** Microsoft's keys since 2024 carry a fixed signature in their middle. */
export function findAzureKeys(text: string, claim: Claim): void {
  const word = /[A-Za-z0-9]/;
  for (let at = text.indexOf("JQQJ99"); at !== -1; at = text.indexOf("JQQJ99", at + 6)) {
    let start = at;
    while (start > 0 && at - start < 60 && word.test(text[start - 1] as string)) start--;
    let end = at + 6;
    while (end < text.length && end - at < 60 && word.test(text[end] as string)) end++;
    if (at - start >= 48 && end - at >= 24) claim(start, end);
  }
}
