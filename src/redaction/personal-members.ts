import { remember } from "../base/index.ts";
import { backslashesBefore, type Claim, type Rule } from "./rule.ts";
import { personalKeyKind, tellsOfValue } from "./sensitive-key.ts";

const MAX_KEY = 60;
const MAX_VALUE = 60;
const MAX_LIST = 1000;
const MAX_KEYS = 2000;
const OF_KEYS = Uint8Array.from({ length: 128 }, (_, code) => (/[\w.-]/.test(String.fromCharCode(code)) ? 1 : 0));
const SPACES = /\s{0,8}/y;
const NUMBER = /-?\d+(?:\.\d+)?(?=(?:\s|\\+[nrt]){0,20}[,}\]])/y;

/** What a member holds: the place of its value, and the texts of which it is. */
type Held = { readonly start: number; readonly end: number; readonly texts: readonly string[]; readonly bare: boolean };

function heldAt(text: string, from: number, quote: string): Held | undefined {
  if (text.startsWith(quote, from)) {
    const start = from + quote.length;
    const length = text.slice(start, start + MAX_VALUE + quote.length).indexOf(quote);
    const end = start + length;
    return length === -1 ? undefined : { start, end, texts: [text.slice(start, end)], bare: false };
  }
  if (text[from] === "[") {
    const length = text.slice(from, from + MAX_LIST).indexOf("]");
    if (length === -1) return undefined;
    const end = from + length + 1;
    const items = text.slice(from + 1, end - 1).split(",");
    return { start: from, end, texts: items.map((item) => item.replace(/^[\s\\"]+|[\s\\"]+$/g, "")), bare: true };
  }
  NUMBER.lastIndex = from;
  return NUMBER.test(text)
    ? { start: from, end: NUMBER.lastIndex, texts: [text.slice(from, NUMBER.lastIndex)], bare: true }
    : undefined;
}

/**
 * Finds in JSON, in any escaping, the personal data that the name of a key and the look of its value tell together; of a list all goes
 * where one of it is.
 */
export function createPersonalMembers(): Rule["find"] {
  const tells = remember(tellsOfValue, MAX_KEYS);
  return (text: string, claim: Claim): void => {
    for (let at = text.indexOf('":'); at !== -1; at = text.indexOf('":', at + 2)) {
      const closing = at - backslashesBefore(text, at);
      let start = closing;
      while (start > 0 && closing - start < MAX_KEY && OF_KEYS[text.charCodeAt(start - 1)] === 1) start--;
      const key = text.slice(start, closing);
      if (key === "" || !tells(key)) continue;
      SPACES.lastIndex = at + 2;
      SPACES.test(text);
      const quote = text.slice(closing, at + 1);
      const held = heldAt(text, SPACES.lastIndex, quote);
      for (const one of held?.texts ?? []) {
        const kind = personalKeyKind(key, one);
        if (held === undefined || kind === undefined) continue;
        claim(held.start, held.end, { kind, ...(held.bare && { quote }) });
        break;
      }
    }
  };
}
