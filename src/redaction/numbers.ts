import { passesLuhn } from "./checksums.ts";
import { NATIONAL_NUMBERS, type NumberShape } from "./national-ids.ts";

/** Groups of digits and what separates them. */
export type Runs = {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly marks: readonly number[];
};

/** What may stand between groups, by its place here plus one; a closing parenthesis may have a space after it. */
export const MARKS = " -./)";
const MAX_GROUPS = 7;

const keyOf = (shape: string): number => {
  let key = 0;
  for (const [, length, mark] of shape.matchAll(/(\d+)(\D?)/g)) {
    key = key * 256 + Number(length) * 8 + (mark === "" ? 0 : MARKS.indexOf(mark as string) + 1);
  }
  return key;
};

/** Issuers' ranges (ISO/IEC 7812): without them one of ten ids of that length would pass the check digit. */
const CARD_ISSUERS: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:6011|65|64[4-9])/, [16]],
  [/^(?:36|38|30[0-5])/, [14]],
  [/^35(?:2[89]|[3-8])/, [16]],
  [/^62/, [16, 17, 18, 19]],
  [/^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [16]],
];

const isCard = (digits: string): boolean =>
  !/^(\d)\1+$/.test(digits) &&
  CARD_ISSUERS.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits)) &&
  passesLuhn(digits);

/** Neither a list 01 02 03 … nor one digit again and again. */
const isNoList = (digits: string): boolean => !/^0?1(?:02|12)|^(\d\d)\1|0000/.test(digits);

const PHONE_WORDS = /phone|mobile|\btel|\bcell|\bfax|whatsapp|call|handy|móvil|teléfono|portable|telefon|\bsms\b/i;

const NUMBERS: readonly NumberShape[] = [
  {
    kind: "card_number",
    shapes: "13|14|15|16|17|18|19|4 4 4 4|4-4-4-4|4 6 5|4-6-5|4 6 4|4-6-4|4 4 4 4 3",
    check: isCard,
  },
  ...NATIONAL_NUMBERS,
  // North America: area and exchange never begin with 0 or 1.
  { kind: "phone", shapes: "3-3-4|3.3.4|3)3-4|3)3.4|3)3 4", check: (d) => /^[2-9]\d\d[2-9]/.test(d) },
  { kind: "phone", shapes: "1-3-3-4|1.3.3.4|1 3-3-4", check: (d) => /^1[2-9]\d\d[2-9]/.test(d) },
  { kind: "phone", shapes: "3 3 4", check: (d) => /^[2-9]\d\d[2-9]/.test(d), after: PHONE_WORDS },
  // As they are written at home in Europe: with a zero before the area.
  { kind: "phone", shapes: "2 2 2 2 2|2.2.2.2.2|2-2-2-2-2", check: (d) => /^0[1-79]/.test(d) && isNoList(d) },
  { kind: "phone", shapes: "5 6|5 3 3", check: (d) => /^07\d/.test(d) },
  { kind: "phone", shapes: "3 4 4", check: (d) => /^02/.test(d) },
  { kind: "phone", shapes: "4 7|4 8|4-7|4-8|4/7|4/8", check: (d) => /^01[567]/.test(d) },
  { kind: "phone", shapes: "2 4 4|4 3 3", check: (d) => /^0[2-478]/.test(d), after: PHONE_WORDS },
];

type Recognizer = Omit<NumberShape, "shapes">;

/** Every shape that is known, by its key. */
export function createNumberTable(): ReadonlyMap<number, readonly Recognizer[]> {
  const table = new Map<number, Recognizer[]>();
  for (const one of NUMBERS) {
    for (const shape of one.shapes.split("|")) {
      const key = keyOf(shape);
      table.set(key, [...(table.get(key) ?? []), one]);
    }
  }
  return table;
}

/** The kinds that the table names. */
export const NUMBER_KINDS: readonly string[] = [...new Set(NUMBERS.map(({ kind }) => kind))];

/** How far back the word may stand that says what a number is. */
const CONTEXT = 60;
const REFUSED_BEFORE = "._-+$€£¥~^@\\";

function isFree(text: string, { starts, ends, marks }: Runs, from: number, to: number): boolean {
  if (from > 0 && marks[from - 1] !== 1) return false;
  const start = starts[from] as number;
  if (from === 0 && start > 0 && REFUSED_BEFORE.includes(text[start - 1] as string)) return false;
  if (to < starts.length - 1) return marks[to] === 1 || (marks[to] === 4 && to > from);
  const next = text[ends[to] as number];
  if (next === undefined) return true;
  if (/[\w%°-]/.test(next)) return false;
  // A list of JSON has a comma and no space: before decimals are no numbers as long as those of cards.
  const isLong = next === "," && to === from && (ends[to] as number) - start > 10;
  return isLong || !((next === "." || next === ",") && /\d/.test(text[(ends[to] as number) + 1] ?? ""));
}

/** The number that begins with the group `from`: the longest that is one of the table. */
export function recognizeNumber(
  table: ReadonlyMap<number, readonly Recognizer[]>,
  text: string,
  runs: Runs,
  from: number,
): { readonly kind: string; readonly start: number; readonly end: number; readonly groups: number } | undefined {
  const { starts, ends, marks } = runs;
  let key = 0;
  let found: ReturnType<typeof recognizeNumber>;
  for (let to = from; to < starts.length && to - from < MAX_GROUPS; to++) {
    const length = (ends[to] as number) - (starts[to] as number);
    if (length > 19) break;
    const known = table.get(key * 256 + length * 8);
    if (known !== undefined && isFree(text, runs, from, to)) {
      const kind = kindOf(known, text, runs, from, to);
      if (kind !== undefined) {
        const open = marks[from] === 5 && text[(starts[from] as number) - 1] === "(" ? 1 : 0;
        found = { kind, start: (starts[from] as number) - open, end: ends[to] as number, groups: to - from + 1 };
      }
    }
    key = key * 256 + length * 8 + (marks[to] ?? 0);
  }
  return found;
}

function kindOf(
  known: readonly Recognizer[],
  text: string,
  { starts, ends }: Runs,
  from: number,
  to: number,
): string | undefined {
  let digits = "";
  for (let i = from; i <= to; i++) digits += text.slice(starts[i], ends[i]);
  const start = starts[from] as number;
  let context: string | undefined;
  let plain: string | undefined;
  for (const { kind, check, after } of known) {
    if (!check(digits)) continue;
    if (kind === "phone" && from === 0 && "/#".includes(text[start - 1] ?? " ")) continue;
    // Groups of two stand in all kinds of lists.
    if (kind === "phone" && to - from === 4 && starts.length !== 5) continue;
    if (after === undefined) {
      plain ??= kind;
      continue;
    }
    context ??= text.slice(Math.max(0, start - CONTEXT), start);
    if (after.test(context)) return kind;
  }
  return plain;
}
