import type { Codes } from "./codes.ts";

/**
 * A text as a reader sees it: full-width and styled letters and digits as plain ones, digits of other scripts as ours, letters that only
 * look like Latin ones as those, invisible characters left out, escapes of JSON, URLs and HTML resolved. `starts` tells
 * for each place of the view where it begins in the original.
 */
export type View = { readonly text: string; readonly starts: Int32Array };

const INVISIBLE =
  "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff";
/** Not the long one, which is no part of a number. */
const DASHES = "\u2010-\u2013\u2212\ufe58\ufe63";
const SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000";
/** The zeros of scripts that write numbers in tens. */
const ZEROS = "٠۰߀०০੦૦୦௦౦೦൦๐໐༠၀០᠐";
/** Letters of Cyrillic and Greek beside those that they look like. */
const LOOK_ALIKES =
  "аaеeоoрpсcхxуyіiјjѕsԁdһhӏlԛqԝwѵvАAВBЕEЅSІIЈJКKМMНHОOРPСCТTХXУYΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXοoνvαaιiκkρpυuϲcɡgɑaıiꓲI";

/** Where one of these is missing there is no escape to resolve. */
export const ESCAPE_ANCHORS = [
  "\\u",
  "\\x",
  "%",
  "&#",
  "&amp;",
  "&lt;",
  "&gt;",
  "&quot;",
  "&commat;",
  "&colon;",
  "&equals;",
];

/** What a code unit below 0x10000 becomes: another, -1 for nothing at all. */
function createTable(): Int32Array {
  const table = new Int32Array(0x10000);
  for (let code = 0; code < table.length; code++) table[code] = code;
  const each = (ranges: string, to: (code: number) => number): void => {
    for (const match of ranges.matchAll(/(.)(?:-(.))?/gsu)) {
      const first = (match[1] as string).charCodeAt(0);
      for (let code = first; code <= (match[2] ?? (match[1] as string)).charCodeAt(0); code++) table[code] = to(code);
    }
  };
  each(INVISIBLE, () => -1);
  each(DASHES, () => 45);
  each(SPACES, () => 32);
  for (const zero of ZEROS) {
    for (let digit = 0; digit < 10; digit++) table[zero.charCodeAt(0) + digit] = 48 + digit;
  }
  for (let code = 0xff01; code <= 0xff5e; code++) table[code] = code - 0xfee0;
  for (let i = 0; i < LOOK_ALIKES.length; i += 2) table[LOOK_ALIKES.charCodeAt(i)] = LOOK_ALIKES.charCodeAt(i + 1);
  return table;
}

/** A styled letter or digit of mathematics (U+1D400 to U+1D7FF), plain; 0 for what is none. */
function plainOf(high: number, low: number): number {
  const point = (high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000;
  const plain = String.fromCodePoint(point).normalize("NFKC");
  return plain.length === 1 && plain.charCodeAt(0) < 128 ? plain.charCodeAt(0) : 0;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  commat: "@",
  colon: ":",
  equals: "=",
  period: ".",
};
const ENTITY = /&(?:#(\d{2,5})|#x([0-9A-Fa-f]{2,4})|([a-z]{2,6}));/y;
const ESCAPE = /\\+u([0-9A-Fa-f]{4})/y;
const HEX_ESCAPE = /\\+x([2-7][0-9A-Fa-f])/y;
const PERCENT = /%(?:25){0,3}([0-9A-Fa-f]{2})/y;

const UTF8 = /(?:%[0-9A-Fa-f]{2}){2,4}/y;

/** The first character of several bytes behind percent signs. */
function resolveUtf8(text: string, at: number): readonly [code: number, length: number] | undefined {
  UTF8.lastIndex = at;
  const lead = Number.parseInt(text.slice(at + 1, at + 3), 16);
  const length = (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2) * 3;
  if (!UTF8.test(text) || UTF8.lastIndex - at < length) return undefined;
  try {
    const character = decodeURIComponent(text.slice(at, at + length));
    return character.length === 1 ? [character.charCodeAt(0), length] : [0xa7, length];
  } catch {
    return undefined;
  }
}

/** The character that an escape at a place stands for, and how long the escape is. Nothing of JSON's structure is resolved. */
function resolve(text: string, at: number, code: number): readonly [code: number, length: number] | undefined {
  if (code === 92) {
    const pattern = text[at + 1] === "x" ? HEX_ESCAPE : ESCAPE;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) {
      const value = Number.parseInt(match[1] as string, 16);
      return value < 32 ? [32, match[0].length] : [value, match[0].length];
    }
    return text[at + 1] === "/" ? [47, 2] : undefined;
  }
  if (code === 37) {
    PERCENT.lastIndex = at;
    const match = PERCENT.exec(text);
    const value = match === null ? 0 : Number.parseInt(match[1] as string, 16);
    if (value >= 0xc0) return resolveUtf8(text, at) ?? [0xa7, 3];
    // What is no character is no letter of ours either.
    return match === null ? undefined : [value > 127 ? 0xa7 : value < 32 ? 32 : value, match[0].length];
  }
  ENTITY.lastIndex = at;
  const match = ENTITY.exec(text);
  if (match === null) return undefined;
  const [whole, decimal, hex, name] = match;
  const value =
    name === undefined
      ? Number.parseInt(decimal ?? (hex as string), decimal === undefined ? 16 : 10)
      : (ENTITIES[name]?.charCodeAt(0) ?? 0);
  return value < 32 || value > 0xffff ? undefined : [value, whole.length];
}

const isWord = (code: number | undefined): boolean =>
  code !== undefined &&
  ((code >= 48 && code <= 57) ||
    (code >= 64 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 95 ||
    code === 45);

const isPrinted = (code: number | undefined): boolean => code !== undefined && code > 32 && code < 127;

export type Viewer = {
  readonly view: (text: string) => View;
  /** The places where a character beyond ASCII may hide one of a word or a number. */
  readonly strangePlaces: (codes: Codes, length: number) => number[];
};

/** Builds the views. */
export function createViewer(): Viewer {
  let table: Int32Array | undefined;
  return {
    strangePlaces: (codes, length) => {
      table ??= createTable();
      const places: number[] = [];
      for (let at = 0; at < length; at++) {
        const code = codes[at] as number;
        if (code < 128 || (table[code] === code && code !== 0xd835)) continue;
        const folded = table[code] as number;
        const before = codes[at - 1];
        const after = codes[at + 1];
        // Digits and letters of another form are strange anywhere; what is common in prose, only within a word, a number or a key.
        const apart = folded > 45 && (code > 0xff00 || code === 0xd835 || (folded < 58 && code > 0x600));
        const hidden = folded === -1 && (isPrinted(before) || before === 32) && (isPrinted(after) || after === 32);
        const within = isWord(before) && isWord(after);
        if (apart || hidden || within || (folded > 57 && (isWord(before) || isWord(after)))) places.push(at);
      }
      return places;
    },
    view: (text) => {
      table ??= createTable();
      const codes = new Uint16Array(text.length);
      const starts = new Int32Array(text.length + 1);
      let length = 0;
      for (let at = 0; at < text.length; ) {
        let code = text.charCodeAt(at);
        let width = 1;
        if (code === 92 || code === 37 || code === 38) {
          const resolved = resolve(text, at, code);
          if (resolved !== undefined) [code, width] = resolved;
        } else if (code === 0xd835) {
          const plain = plainOf(code, text.charCodeAt(at + 1));
          if (plain !== 0) [code, width] = [plain, 2];
        }
        const folded = table[code] as number;
        if (folded !== -1) {
          codes[length] = folded;
          starts[length++] = at;
        }
        at += width;
      }
      starts[length] = text.length;
      const seen = Buffer.from(codes.buffer, 0, length * 2).toString("utf16le");
      return { text: seen, starts: starts.subarray(0, length + 1) };
    },
  };
}
