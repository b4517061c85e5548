/** Reports that text[start, end) is of the rule's kind. `quote` is what the marker must stand in for the text to stay JSON. */
export type Claim = (start: number, end: number, options?: { readonly kind?: string; readonly quote?: string }) => void;

/** One kind of secret or personal data, and how it is found. */
export type Rule = {
  readonly kind: string;
  /** Any text that the rule can match contains one of these; none means that the rule looks at every text. */
  readonly anchors: readonly string[];
  /** Must take time linear in the length of the text, whatever the text. */
  readonly find: (text: string, claim: Claim) => void;
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
export function byPattern(pattern: RegExp, accept?: (found: string) => boolean): Rule["find"] {
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

/**
 * A token that begins with a fixed prefix. The prefix comes first in the pattern, which lets the engine skip to it; only then is
 * looked back whether a word begins there. In a JSON-escaped text the `n` of `\n` is no part of the word.
 */
export function token(prefix: string, body: string, accept?: (found: string) => boolean): Rule["find"] {
  const begins = `(?<=(?:^|[^A-Za-z0-9]|\\\\[nrtbf]|\\\\u[0-9A-Fa-f]{4}|%[0-9A-F]{2})(?:${prefix}))`;
  return byPattern(new RegExp(`(?:${prefix})${begins}${body}`, "g"), accept);
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

/** Whether a letter or digit stands at a position that is not part of a JSON escape. */
export function wordBefore(text: string, at: number): boolean {
  if (at === 0 || !isWordCode(text.charCodeAt(at - 1))) return false;
  if ("nrtbf".includes(text[at - 1] as string) && text[at - 2] === "\\") return false;
  return !/\\u[0-9A-Fa-f]{4}$/.test(text.slice(Math.max(0, at - 6), at));
}

const JSON_KEY_BEFORE = /(\\*")\s{0,4}:\s{0,4}$/;
const JSON_NUMBER_ENDS = /(?:\s|\\+[nrt]){0,20}[,}\]]/y;

/** The quote of the JSON key whose bare number text[start, end) is; undefined where it is no number of JSON. */
export function quoteForNumber(text: string, start: number, end: number): string | undefined {
  if (start === 0 || !": \t".includes(text[start - 1] as string) || /\D/.test(text.slice(start, end))) return undefined;
  JSON_NUMBER_ENDS.lastIndex = end;
  return JSON_NUMBER_ENDS.test(text)
    ? JSON_KEY_BEFORE.exec(text.slice(Math.max(0, start - 24), start))?.[1]
    : undefined;
}
