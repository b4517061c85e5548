/** The colors that programs write for terminals (ECMA-48), as pieces of text with what they look like. Everything else of a terminal is left out. */

export type AnsiPiece = {
  readonly text: string;
  /** 0 to 7: black, red, green, yellow, blue, magenta, cyan, white. */
  readonly color?: number;
  readonly bold?: true;
  readonly dim?: true;
  readonly underlined?: true;
};

const ESC = "\u001b";
const [CSI, BEL] = ["\u009b", "\u0007"];
/** Commands with parameters, of which `m` is colors; texts for the terminal itself (titles, links); commands of one letter. */
const SEQUENCE = new RegExp(
  [
    `(?:${ESC}\\[|${CSI})([0-9;:?]*)[ -/]*([@-~])`,
    `${ESC}\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?`,
    `${ESC}[@-Z\\\\^_]?`,
  ].join("|"),
  "g",
);
const CONTROLS = /(?![\n\r\t])\p{Cc}/gu;

type Look = { color?: number; bold?: true; dim?: true; underlined?: true };

/** Of the 256 colors the nearest of eight. */
function nearest(index: number): number | undefined {
  if (index < 8) return index;
  if (index < 16) return index - 8;
  if (index >= 232) return undefined;
  const [r, g, b] = [Math.floor((index - 16) / 36), Math.floor(((index - 16) % 36) / 6), (index - 16) % 6];
  const most = Math.max(r, g, b);
  return most === 0 ? undefined : (r * 2 > most ? 1 : 0) | (g * 2 > most ? 2 : 0) | (b * 2 > most ? 4 : 0);
}

function apply(look: Look, codes: readonly number[]): Look {
  let next: Look = { ...look };
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 0) next = {};
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 4) next.underlined = true;
    else if (code === 22) {
      delete next.bold;
      delete next.dim;
    } else if (code === 24) delete next.underlined;
    else if (code >= 30 && code <= 37) next.color = code - 30;
    else if (code >= 90 && code <= 97) next.color = code - 90;
    else if (code === 39) delete next.color;
    else if (code === 38 || code === 48) {
      const color = codes[at + 1] === 5 ? nearest(codes[at + 2] ?? 0) : undefined;
      if (code === 38 && color !== undefined) next.color = color;
      at += codes[at + 1] === 5 ? 2 : codes[at + 1] === 2 ? 4 : 0;
    }
  }
  return next;
}

export const hasAnsi = (text: string): boolean => text.includes(ESC) || text.includes(CSI);

/** Without colors and other commands to a terminal. */
export const stripAnsi = (text: string): string => (hasAnsi(text) ? text.replace(SEQUENCE, "") : text);

export function ansiPieces(text: string): AnsiPiece[] {
  const visible = (part: string): string => part.replace(CONTROLS, "\u00b7");
  if (!hasAnsi(text)) return text === "" ? [] : [{ text: visible(text) }];
  const pieces: AnsiPiece[] = [];
  let [at, look]: [number, Look] = [0, {}];
  const add = (part: string): void => {
    if (part !== "") pieces.push({ text: visible(part), ...look });
  };
  for (const match of text.matchAll(SEQUENCE)) {
    add(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === "m") look = apply(look, (match[1] ?? "").split(/[;:]/).map(Number));
  }
  add(text.slice(at));
  return pieces;
}
