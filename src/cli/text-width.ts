import { stripVTControlCharacters } from "node:util";

/** Code points that terminals draw two columns wide: East Asian Wide and Fullwidth (Unicode TR 11), in ranges. */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
];
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
const ASCII = /^[\x20-\x7e]*$/;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function graphemeWidth(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0;
  if (EMOJI.test(grapheme)) return 2;
  const point = grapheme.codePointAt(0) ?? 0;
  return WIDE.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}

/** Columns that a text takes on a terminal. Colours take none. */
export function textWidth(text: string): number {
  const bare = stripVTControlCharacters(text);
  if (ASCII.test(bare)) return bare.length;
  let width = 0;
  for (const { segment } of graphemes.segment(bare)) width += graphemeWidth(segment);
  return width;
}

/** The text as far as it fits, with an ellipsis where it does not. Without colours. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let [kept, used] = ["", 0];
  for (const { segment } of graphemes.segment(text)) {
    const wide = graphemeWidth(segment);
    if (used + wide > width - 1) break;
    kept += segment;
    used += wide;
  }
  return `${kept}…`;
}

export const padText = (text: string, width: number, right = false): string => {
  const space = " ".repeat(Math.max(0, width - textWidth(text)));
  return right ? `${space}${text}` : `${text}${space}`;
};

// What is observed comes from anywhere: it must not move the cursor, colour the terminal or turn the direction of writing.
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

const escaped = (character: string): string => {
  if (character === "\n") return "⏎";
  if (character === "\t") return " ";
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
};

/** A text from outside on one line, made safe for a terminal. */
export const oneLine = (text: string): string => text.replace(/\r\n/g, "\n").replace(UNSAFE, escaped);

/** A text from outside that keeps its lines. */
export const manyLines = (text: string): readonly string[] =>
  text
    .replace(/\r\n/g, "\n")
    .split("\n")
    .map((line) => line.replace(UNSAFE, escaped));
