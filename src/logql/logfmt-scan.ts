import { unescapeQuoted } from "./logfmt-quotes.ts";

export type LogfmtScanner = {
  /** Steps to the next pair; false where there is none, or where what stands there is none (then `error` is set). */
  readonly next: () => boolean;
  readonly isAtEnd: () => boolean;
  readonly key: () => string;
  readonly value: () => string;
  /** The last thing that was wrong. */
  readonly error: () => string | undefined;
};

const isBlank = (code: number): boolean => code <= 0x20;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Reads `key=value key="quoted value" key` as Loki's decoder does, which goes on behind what it cannot read. */
export function createLogfmtScanner(line: string): LogfmtScanner {
  let position = 0;
  let key = "";
  let value = "";
  let error: string | undefined;
  const fail = (message: string): false => {
    error = `logfmt syntax error at pos ${Buffer.byteLength(line.slice(0, position)) + 1} : ${message}`;
    return false;
  };
  const unexpected = (code: number): false => {
    fail(code === EQUALS ? "unexpected '='" : "unexpected '\"'");
    while (position < line.length && !isBlank(line.charCodeAt(position))) position += 1;
    return false;
  };
  const isInvalidKey = (): boolean => key.includes("\ufffd");

  const readKey = (): "pair" | "alone" | "wrong" => {
    const start = position;
    for (; position < line.length; position += 1) {
      const code = line.charCodeAt(position);
      if (code === QUOTE || (code === EQUALS && position === start)) {
        unexpected(code);
        return "wrong";
      }
      if (code === EQUALS || isBlank(code)) break;
    }
    key = line.slice(start, position);
    const isPair = line.charCodeAt(position) === EQUALS;
    if (!isInvalidKey()) return isPair ? "pair" : "alone";
    fail("invalid key");
    if (isPair) while (position < line.length && !isBlank(line.charCodeAt(position))) position += 1;
    return "wrong";
  };

  const readQuoted = (): boolean => {
    const start = position;
    let escaped = false;
    for (let at = position + 1; at < line.length; at += 1) {
      const code = line.charCodeAt(at);
      if (code === BACKSLASH) {
        escaped = true;
        at += 1;
      } else if (code === QUOTE) {
        position = at + 1;
        const body = line.slice(start + 1, at);
        const read = escaped ? unescapeQuoted(body) : body;
        if (read === undefined) return fail("invalid quoted value");
        value = read;
        return true;
      }
    }
    position = line.length;
    return fail("unterminated quoted value");
  };

  const readValue = (): boolean => {
    position += 1;
    if (line.charCodeAt(position) === QUOTE) return readQuoted();
    const start = position;
    for (; position < line.length; position += 1) {
      const code = line.charCodeAt(position);
      if (isBlank(code)) break;
      if (code === EQUALS || code === QUOTE) return unexpected(code);
    }
    value = line.slice(start, position);
    return true;
  };

  return {
    isAtEnd: () => position >= line.length,
    key: () => key,
    value: () => value,
    error: () => error,
    next: () => {
      [key, value] = ["", ""];
      while (position < line.length && isBlank(line.charCodeAt(position))) position += 1;
      if (position >= line.length) return false;
      const read = readKey();
      return read === "pair" ? readValue() : read === "alone";
    },
  };
}
