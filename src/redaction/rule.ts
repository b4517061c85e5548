import type { Codes } from "./codes.ts";

/** Reports that text[start, end) is of a kind. `quote` is what the marker must stand in for the text to stay JSON. */
export type Claim = (start: number, end: number, options?: { readonly kind?: string; readonly quote?: string }) => void;

/** Secrets or personal data of one or more kinds, and how they are found. */
export type Rule = {
  /** What a claim is of that does not say itself. */
  readonly kind: string;
  /** The kinds that its claims name, where they are not just `kind`. */
  readonly kinds?: readonly string[];
  /** Any text that the rule can match contains one of these; none means that the rule looks at every text. */
  readonly anchors: readonly string[];
  /** Must take time linear in the length of the text, whatever the text. `codes` are those of the text. */
  readonly find: (text: string, claim: Claim, codes: Codes) => void;
};

/** What stands where something was. Contains nothing that any rule matches, so that redacting twice changes nothing. */
export const marker = (kind: string): string => `[REDACTED:${kind}]`;

/** A marker at `lastIndex`. */
export const MARKER_HERE = /\[REDACTED:[a-z0-9_]{1,64}\]/y;

export const startsWithMarker = (text: string, at: number): number => {
  MARKER_HERE.lastIndex = at;
  return MARKER_HERE.test(text) ? MARKER_HERE.lastIndex : -1;
};

/**
 * A finder by regular expression. The first group, if any, is context that stays. A match that `accept` refuses is skipped as a
 * whole: searching again inside of it would cost quadratic time on hostile input.
 */
export function byPattern(pattern: RegExp, accept?: (found: string) => boolean): (text: string, claim: Claim) => void {
  return (text, claim) => {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      if (match[0] === "") {
        pattern.lastIndex++;
        continue;
      }
      const start = match.index + (match[1]?.length ?? 0);
      const end = match.index + match[0].length;
      if (accept === undefined || accept(text.slice(start, end))) claim(start, end);
    }
  };
}

const isWordCode = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/** How many backslashes stand right before a position. */
export function backslashesBefore(text: string, at: number): number {
  let count = 0;
  while (at - 1 - count >= 0 && text.charCodeAt(at - 1 - count) === 92) count++;
  return count;
}

/**
 * Moves the start of a word past the letters of a JSON escape: in `\njoe` the word is `joe`. The number of backslashes does not tell,
 * as each further level of JSON doubles them; a path like `C:\new` loses a letter that nobody misses.
 */
export function afterEscape(text: string, start: number, end: number): number {
  if (text[start - 1] !== "\\" || start >= end) return start;
  if (text[start] === "u" && /^u[0-9A-Fa-f]{4}/.test(text.slice(start, start + 5))) return Math.min(start + 5, end);
  return "nrtbf".includes(text[start] as string) ? start + 1 : start;
}

/** As afterEscape, also past the digits of a percent sign and past a color of a terminal. */
export function pastEscape(text: string, start: number, end: number): number {
  const before = text[start - 1];
  if (before === "%" && /^[0-9A-Fa-f]{2}/.test(text.slice(start, Math.min(end, start + 2)))) return start + 2;
  if (before === "[" || before === ";") {
    return Math.min(end, start + (/^\d{1,3}m/.exec(text.slice(start, start + 4))?.[0].length ?? 0));
  }
  return afterEscape(text, start, end);
}

/** An escape of JSON, a percent sign with its digits, a color of a terminal: letters that are no part of the word after them. */
const NO_WORD = /(?:\\[nrtbf]|\\u[0-9A-Fa-f]{4}|%[0-9A-F]{2}|\[[\d;]{0,8}m)$/;

/** Whether a letter or digit stands before a position that is not part of an escape. */
export function wordBefore(text: string, at: number): boolean {
  if (at === 0 || !isWordCode(text.charCodeAt(at - 1))) return false;
  return !NO_WORD.test(text.slice(Math.max(0, at - 10), at));
}

/**
 * A token that begins with one of some fixed prefixes where no other word goes on. `body` is the source of what follows; it must fail
 * fast, or read to an end from which the search goes on.
 */
export function token(
  prefixes: readonly string[],
  body: string,
  accept?: (found: string) => boolean,
  notAfter = "",
): Rule["find"] {
  const shape = lazyPattern(body, "y");
  return (text, claim) => {
    const pattern = shape();
    for (const prefix of prefixes) {
      for (let at = text.indexOf(prefix); at !== -1; ) {
        let next = at + prefix.length;
        if (!wordBefore(text, at) && (at === 0 || !notAfter.includes(text[at - 1] as string))) {
          pattern.lastIndex = next;
          if (pattern.test(text)) {
            next = pattern.lastIndex;
            // A full stop ends a sentence, no token.
            while (next > at && text[next - 1] === ".") next--;
            if (accept === undefined || accept(text.slice(at, next))) claim(at, next);
          }
        }
        at = text.indexOf(prefix, next);
      }
    }
  };
}

/** Compiled when first asked for: most programs never meet most kinds. */
export function lazyPattern(source: string, flags: string): () => RegExp {
  let pattern: RegExp | undefined;
  return () => {
    pattern ??= new RegExp(source, flags);
    return pattern;
  };
}

const JSON_KEY_BEFORE = /(\\*")\s{0,4}:\s{0,4}$/;
const JSON_NUMBER_ENDS = /(?:\s|\\+[nrt]){0,20}[,}\]]/y;

const JSON_NUMBER = /^-?\d+(?:\.\d+)?$/;
const MAX_LIST = 4000;
/** What lists of numbers are made of. */
const OF_NUMBERS = Uint8Array.from({ length: 128 }, (_, code) =>
  /[-+\d.eE,[\]\s]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** The quote that a text needs in the list of JSON whose bare number begins here: that of its key, or of the text before it. */
function quoteInList(text: string, start: number): string | undefined {
  let at = start;
  const floor = Math.max(0, start - MAX_LIST);
  while (at > floor && OF_NUMBERS[text.charCodeAt(at - 1)] === 1) at--;
  const list = text.slice(at, start).trimStart();
  if (at === 0) return list.startsWith("[") ? '"' : undefined;
  const isOfKey = text[at - 1] === ":";
  const end = isOfKey ? at - 1 - (/\s{0,8}$/.exec(text.slice(Math.max(0, at - 9), at - 1))?.[0].length ?? 0) : at;
  if (text[end - 1] !== '"') return undefined;
  const escapes = backslashesBefore(text, end - 1);
  if (isOfKey) return list.startsWith("[") ? text.slice(end - 1 - escapes, end) : undefined;
  if (/^[,\]]/.test(list)) return text.slice(end - 1 - escapes, end);
  // The text in these quotes is itself a list.
  return list.startsWith("[") ? `${"\\".repeat(2 * escapes + 1)}"` : undefined;
}

/** The quote of the JSON key whose bare number text[start, end) is, alone or in a list; undefined where it is no number of JSON. */
export function quoteForNumber(text: string, start: number, end: number): string | undefined {
  if (start === 0 || !":[, \t\n".includes(text[start - 1] as string) || !JSON_NUMBER.test(text.slice(start, end)))
    return undefined;
  JSON_NUMBER_ENDS.lastIndex = end;
  if (!JSON_NUMBER_ENDS.test(text)) return undefined;
  const ofKey = JSON_KEY_BEFORE.exec(text.slice(Math.max(0, start - 24), start))?.[1];
  return ofKey ?? quoteInList(text, start);
}

/** As a claim, keeping JSON valid where a bare number is replaced. */
export function claimNumber(text: string, start: number, end: number, claim: Claim, kind: string): void {
  const quote = quoteForNumber(text, start, end);
  claim(start, end, quote === undefined ? { kind } : { kind, quote });
}
