import type { Codes } from "./codes.ts";
import { ibanLength, passesIbanCheck } from "./iban.ts";
import { createNumberTable, MARKS, NUMBER_KINDS, type Runs, recognizeNumber } from "./numbers.ts";
import { type Claim, claimNumber, pastEscape, type Rule } from "./rule.ts";
import { SPECIAL_KINDS, specialNumber } from "./special-numbers.ts";
import { isWallet } from "./wallets.ts";
import { NATIONAL_WORDS } from "./word-ids.ts";

const MAX_RUNS = 64;

const DIGIT = 1;
const UPPER = 2;
const LOWER = 4;
const CLASS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /\d/.test(character) ? DIGIT : /[A-Z]/.test(character) ? UPPER : /[a-z_]/.test(character) ? LOWER : 0;
});
function classAt(codes: Codes, at: number): number {
  const code = codes[at] as number;
  return code < 128 ? (CLASS[code] as number) : 0;
}

/** Where the word begins that a digit stands in; the letters of an escape, or of a terminal's color, are no part of it. */
function wordStart(text: string, codes: Codes, digit: number, floor: number): number {
  let start = digit;
  while (start > floor && classAt(codes, start - 1) !== 0) start--;
  return pastEscape(text, start, digit + 4);
}

const MARK_OF = Uint8Array.from({ length: 128 }, (_, code) => MARKS.indexOf(String.fromCharCode(code)) + 1);
const markAt = (codes: Codes, at: number): number => MARK_OF[codes[at] as number] ?? 0;

/** The groups of digits from `start` on: as many as are separated by one mark each. */
function readRuns(text: string, codes: Codes, start: number): Runs {
  const starts: number[] = [];
  const ends: number[] = [];
  const marks: number[] = [];
  let at = start;
  while (starts.length < MAX_RUNS) {
    starts.push(at);
    while (classAt(codes, at) === DIGIT) at++;
    ends.push(at);
    const mark = markAt(codes, at);
    if (mark === 0) break;
    const next = mark === 5 && " -".includes(text[at + 1] ?? "x") ? at + 2 : at + 1;
    if (classAt(codes, next) !== DIGIT) break;
    // A word that begins with digits is no group.
    let after = next;
    while (after - next < 20 && classAt(codes, after) === DIGIT) after++;
    if ((classAt(codes, after) & (UPPER | LOWER)) !== 0) break;
    marks.push(mark);
    at = next;
  }
  return { starts, ends, marks };
}

function claimWord(text: string, start: number, end: number, upperOnly: boolean, claim: Claim): boolean {
  const length = end - start;
  if (length >= 25 && length <= 110 && isWallet(text.slice(start, end))) {
    claim(start, end, { kind: "crypto_wallet" });
    return true;
  }
  if (!upperOnly || ".@".includes(text[start - 1] ?? "x")) return false;
  if (length >= 8 && length <= 18) {
    const word = text.slice(start, end);
    for (const { kind, pattern, check } of NATIONAL_WORDS.get(length) ?? []) {
      if (pattern.test(word) && (check === undefined || check(word))) {
        if (text[start - 1] === "-" || text[end] === "-") return false;
        claim(start, end, { kind });
        return true;
      }
    }
  }
  return false;
}

/** An IBAN that begins with the word at `start`, in groups or as one word. Returns where it ends. */
function ibanEnd(text: string, codes: Codes, start: number): number | undefined {
  const length = ibanLength(text.slice(start, start + 2));
  if (length === undefined) return undefined;
  let iban = "";
  let end = start;
  while (iban.length < length && end < text.length) {
    const character = text[end] as string;
    if ((classAt(codes, end) & (DIGIT | UPPER)) !== 0) iban += character;
    else if (!((character === " " || character === "-") && iban.length % 4 === 0 && text[end - 1] !== character)) break;
    end++;
  }
  const complete = iban.length === length && classAt(codes, end) === 0;
  return complete && passesIbanCheck(iban) ? end : undefined;
}

const NUMBER_START = /[A-Z]{2}\d{2}/y;

/**
 * All that is made of digits, in one pass: cards, numbers of persons and accounts, telephones, wallets. Groups of digits are looked
 * up by their lengths, so that most numbers cost one look.
 */
export function createNumberFinder(): Rule["find"] {
  let table: ReturnType<typeof createNumberTable> | undefined;
  return (text, claim, codes) => {
    table ??= createNumberTable();
    let floor = 0;
    for (let at = 0; at < text.length; at++) {
      if (classAt(codes, at) !== DIGIT) continue;
      const start = wordStart(text, codes, at, floor);
      let end = start;
      let classes = 0;
      for (let code = classAt(codes, end); code !== 0; code = classAt(codes, ++end)) classes |= code;
      floor = end;
      // The digits were those of an escape.
      if ((classes & DIGIT) === 0) {
        at = Math.max(at, end - 1);
        continue;
      }
      if (classes !== DIGIT) {
        at = claimMixed(text, codes, start, end, classes, claim);
      } else {
        at = claimNumbers(table, text, codes, start, claim);
      }
      floor = Math.max(floor, at);
      at = Math.max(at, end) - 1;
    }
  };
}

/** A word of digits and letters. Returns where to go on. */
function claimMixed(text: string, codes: Codes, start: number, end: number, classes: number, claim: Claim): number {
  NUMBER_START.lastIndex = start;
  if (NUMBER_START.test(text)) {
    const iban = ibanEnd(text, codes, start);
    if (iban !== undefined) {
      claim(start, iban, { kind: "iban" });
      return iban;
    }
  }
  if (claimWord(text, start, end, (classes & LOWER) === 0, claim)) return end;
  const special = end - start <= 24 ? specialNumber(text, start, end) : undefined;
  if (special === undefined) return end;
  claimNumber(text, special.start, special.end, claim, special.kind);
  return special.end;
}

/** Marks after the first word of what is no plain number. */
const SPECIAL_AFTER = Uint8Array.from({ length: 128 }, (_, code) =>
  /[-+. (]/.test(String.fromCharCode(code)) ? 1 : 0,
);

function claimNumbers(
  table: ReturnType<typeof createNumberTable>,
  text: string,
  codes: Codes,
  start: number,
  claim: Claim,
): number {
  let end = start + 1;
  while (classAt(codes, end) === DIGIT) end++;
  const after = codes[end] as number;
  // Most numbers stand alone.
  if (after !== 0xb0 && (after > 127 || SPECIAL_AFTER[after] !== 1) && after !== 47 && after !== 41) {
    if (!table.has((end - start) * 8)) return end;
    const alone = recognizeNumber(table, text, { starts: [start], ends: [end], marks: [] }, 0);
    if (alone !== undefined) claimNumber(text, start, end, claim, alone.kind);
    return end;
  }
  const runs = readRuns(text, codes, start);
  const { starts, ends, marks } = runs;
  for (let from = 0; from < starts.length; ) {
    const at = starts[from] as number;
    const special = specialNumber(text, at, ends[from] as number);
    if (special !== undefined) {
      claimNumber(text, special.start, special.end, claim, special.kind);
      while (from < starts.length && (starts[from] as number) < special.end) from++;
      continue;
    }
    const found = recognizeNumber(table, text, runs, from);
    if (found !== undefined) claimNumber(text, found.start, found.end, claim, found.kind);
    // A decimal number goes on behind its point.
    from += found?.groups ?? (marks[from] === 3 ? 2 : 1);
  }
  return Math.max(ends.at(-1) as number, end);
}

/** The kinds that the finder names. */
export const SCANNED_KINDS: readonly string[] = [
  ...new Set([...NUMBER_KINDS, ...SPECIAL_KINDS, "iban", "crypto_wallet"]),
].concat([...NATIONAL_WORDS.values()].flat().map(({ kind }) => kind));
