import type { ErrorCategory } from "./categories.ts";

/** As much as is kept of a message (describe.ts). */
const MAX_READ = 4096;
const MAX_KEPT = 200;
/** So long, a word with digits in it is an id and no name. */
const MIN_ID = 8;

const ADDRESSES: readonly (readonly [pattern: RegExp, marker: string])[] = [
  [/\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s"'`<>)\]]+/gi, "<url>"],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, "<email>"],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?/g, "<ip>"],
  [/\[?(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}\]?(?::\d+)?/gi, "<ip>"],
  [/(?:\b[A-Za-z]:)?(?:[\\/][\w.@~-]+){2,}/g, "<path>"],
];
/**
 * An apostrophe inside a word is no quotation mark, and neither is what stands for inches. A long text of a model is cut before it ends, and
 * has lines.
 */
const QUOTED = /(?<!\w)"[^"]*(?:"|$)|"[^"\n]{0,300}"|`[^`\n]{0,300}`|(?<![\w])'[^'\n]{0,300}'(?!\w)/g;

function withoutDigits(word: string): string {
  if (!/\d/.test(word)) return word;
  if (/^\d+$/.test(word)) return "<n>";
  if (word.length >= 2 * MIN_ID || /^0x/i.test(word)) return "<id>";
  // Hexadecimal, or digits among letters: a name has its number at its end.
  if (word.length >= MIN_ID && (/^[0-9a-f]+$/i.test(word) || /\d[a-z]+\d/i.test(word))) return "<id>";
  return word.replace(/\d+/g, "<n>");
}

/**
 * A message without what differs from time to time: numbers, ids, addresses, paths, quotations. In mistakes of the program itself
 * (`internal`) quoted words are names of its code, and stay.
 */
export function normalizeMessage(message: string, category: ErrorCategory): string {
  let text = message.slice(0, MAX_READ);
  for (const [pattern, marker] of ADDRESSES) text = text.replace(pattern, marker);
  if (category !== "internal") text = text.replace(QUOTED, "<text>");
  text = text
    .replace(/[A-Za-z0-9_-]+/g, withoutDigits)
    .replace(/<n>(?:[.,:]<n>)+/g, "<n>")
    .replace(/\s+/g, " ")
    .trim();
  return text.slice(0, MAX_KEPT);
}

const PRIME = 0x01000193;
/** FNV's own, and another one: two hashes of 32 bits are told apart by their beginnings. */
const SEEDS = [0x811c9dc5, 0x3c6ef372] as const;

function hash(text: string, seed: number): string {
  let value = seed;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), PRIME);
  // The last characters would otherwise reach the lower bits only.
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return ((value ^ (value >>> 13)) >>> 0).toString(16).padStart(8, "0");
}

/** What makes errors the same one: 16 hexadecimal digits, the same in every process. `message` is a normalized one. */
export function fingerprintOf(type: string, message: string, places: readonly string[]): string {
  const text = [type, message, ...places].join("\n");
  return SEEDS.map((seed) => hash(text, seed)).join("");
}
