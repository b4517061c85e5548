/**
 * JSON as it came, made safe to parse: not nested without end, and integers that a number does not hold exactly in
 * quotes, as OTLP/JSON wants them anyway.
 */
import { MAX_VALUE_DEPTH, OtlpError, tooDeep } from "./otlp-error.ts";

/** Each level of a value is an object, a list, an object and a list; around it stand the request and the item. */
const MAX_DEPTH = MAX_VALUE_DEPTH * 4 + 32;
/** Fewer digits are always exact. */
const EXACT_DIGITS = 15;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
const continuesNumber = (byte: number | undefined): boolean => byte === 0x2e || byte === 0x65 || byte === 0x45;

/** Where the integers begin and end that are too long for a number; throws where it is nested too deep. */
function scan(bytes: Buffer): number[] {
  const long: number[] = [];
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      for (at += 1; at < bytes.length && bytes[at] !== QUOTE; at += 1) if (bytes[at] === BACKSLASH) at += 1;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) throw tooDeep();
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
    } else if (isDigit(byte)) {
      const start = bytes[at - 1] === MINUS ? at - 1 : at;
      const digits = at;
      while (isDigit(bytes[at])) at += 1;
      if (at - digits > EXACT_DIGITS && !continuesNumber(bytes[at])) long.push(start, at);
      while (continuesNumber(bytes[at]) || isDigit(bytes[at]) || bytes[at] === 0x2b || bytes[at] === MINUS) at += 1;
      at -= 1;
    }
  }
  return long;
}

function quote(bytes: Buffer, places: readonly number[]): string {
  let text = "";
  let from = 0;
  for (let index = 0; index < places.length; index += 2) {
    const [start, end] = [places[index] as number, places[index + 1] as number];
    text += `${bytes.toString("utf8", from, start)}"${bytes.toString("latin1", start, end)}"`;
    from = end;
  }
  return text + bytes.toString("utf8", from);
}

export function parseJson(bytes: Uint8Array): unknown {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = quote(buffer, scan(buffer));
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8's message quotes what was sent: only its place is told.
    const place = /position \d+/.exec(error instanceof Error ? error.message : "")?.[0];
    throw new OtlpError(`the request is no JSON${place === undefined ? "" : `: it cannot be read at ${place}`}`);
  }
}
