import { parseInteger } from "../gotext/index.ts";

/** A parameter cannot be read. The servers hand what Go's parsers say of it to the client. */
export class ParseError extends Error {
  override readonly name = "ParseError";
}

/** What a parser of gotext has read; its words are thrown where it has not. */
export function orThrow<Value>(read: Value | string): Value {
  if (typeof read === "string") throw new ParseError(read);
  return read;
}

/** A decimal integer as Go's Atoi, for counts: exact up to 2^53, which is more than anybody can ask for. */
export const parseCount = (text: string): number => Number(orThrow(parseInteger(text)));
