import type { Codes } from "./codes.ts";

/** Shorter ones hold nothing that is worth the look. */
const MIN_LENGTH = 20;
/** Of each, so much is read before it is known to be text. */
const HEAD = 32;
const MAX_LENGTH = 8_000_000;

const CODES = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+/_-]/.test(String.fromCharCode(code)) ? 1 : 0,
);
const isCode = (codes: Codes, at: number): boolean => CODES[codes[at] as number] === 1;

/** Printable characters in good UTF-8; the last of a piece may be cut. */
function isText(bytes: Buffer): boolean {
  for (const byte of bytes) {
    // 27 begins a color of a terminal.
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) return false;
  }
  const broken = bytes.toString("utf8").indexOf("\ufffd");
  return broken === -1 || (bytes.length <= HEAD && bytes.subarray(0, -3).toString("utf8").indexOf("\ufffd") === -1);
}

type Seen = (start: number, end: number, decoded: string) => void;

/** Calls with each run of base64 that stands for a text. A run that is long enough covers one of the places that are looked at. */
export function eachBase64Text(text: string, codes: Codes, seen: Seen): void {
  let done = 0;
  for (let at = MIN_LENGTH - 1; at < text.length; at += MIN_LENGTH) {
    if (!isCode(codes, at)) continue;
    let start = at;
    while (start > done && isCode(codes, start - 1)) start--;
    let end = at + 1;
    while (end < text.length && isCode(codes, end)) end++;
    if (end - start >= MIN_LENGTH) look(text, start, end, seen);
    done = end;
    at = end;
  }
}

function look(text: string, given: number, end: number, seen: Seen): void {
  let start = given;
  // The letter of an escape such as \n is none of its own.
  if (text[start - 1] === "\\" && "nrt".includes(text[start] as string)) start++;
  if (end - start > MAX_LENGTH || !isText(Buffer.from(text.slice(start, start + HEAD), "base64"))) return;
  const bytes = Buffer.from(text.slice(start, end), "base64");
  if (!isText(bytes)) return;
  const decoded = bytes.toString("utf8");
  if (decoded.includes("\ufffd")) return;
  let padded = end;
  while (padded < end + 2 && text[padded] === "=") padded++;
  seen(start, padded, decoded);
}
