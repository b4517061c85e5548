import { unquotePrometheus } from "../gotext/index.ts";
import { LogqlError, type Position, parseError } from "./error.ts";
import { parseBytes, parseDurationNs, parseRangeNs, type Quantity } from "./quantities.ts";

/**
 * `word` for names, keywords (in lower case) and operators; the rest are values. `function` is a keyword only where a parenthesis
 * or a grouping follows.
 */
export type Token = {
  readonly kind:
    | "word"
    | "function"
    | "identifier"
    | "string"
    | "number"
    | "duration"
    | "bytes"
    | "range"
    | "flag"
    | "end";
  readonly text: string;
  /** Nanoseconds of a duration or range, bytes of a size. */
  readonly amount: number;
  readonly at: Position;
};

const RANGE_OPERATIONS = [
  "rate",
  "rate_counter",
  "count_over_time",
  "bytes_rate",
  "bytes_over_time",
  "avg_over_time",
  "sum_over_time",
  "min_over_time",
  "max_over_time",
  "stdvar_over_time",
  "stddev_over_time",
  "quantile_over_time",
  "first_over_time",
  "last_over_time",
  "absent_over_time",
] as const;
const VECTOR_OPERATIONS = [
  "sum",
  "avg",
  "max",
  "min",
  "count",
  "stddev",
  "stdvar",
  "bottomk",
  "topk",
  "sort",
  "sort_desc",
  "approx_topk",
] as const;
export type RangeOperation = (typeof RANGE_OPERATIONS)[number];
export type VectorOperation = (typeof VECTOR_OPERATIONS)[number];
export const isRangeOperation = (text: string): text is RangeOperation => RANGE_OPERATIONS.includes(text as never);
export const isVectorOperation = (text: string): text is VectorOperation => VECTOR_OPERATIONS.includes(text as never);

const FUNCTIONS = new Set<string>([
  ...RANGE_OPERATIONS,
  ...VECTOR_OPERATIONS,
  "vector",
  "label_replace",
  "bytes",
  "duration",
  "duration_seconds",
  "ip",
]);
const WORDS = new Set(
  (
    ", . { } = != =~ !~ !> |= |~ |> | ( ) [ ] or and unless + - * / % ^ == > >= < <= unwrap by without bool label_replace offset on " +
    "ignoring group_left group_right json regexp logfmt unpack pattern label_format line_format ip decolorize drop keep variants of"
  ).split(" "),
);
const FLAGS = new Set(["--strict", "--keep-empty"]);

/** Loki's limit, against queries that only a machine can have written. */
const MAX_QUERY_BYTES = 131_072;
const BLANK = /(?:[ \t\r\n]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const NAME = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const NUMBER =
  /0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?\d*)?|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y;
const CHARACTER = /'(?:[^'\\\n]|\\.)'/uy;
const DURATION_TAIL = /[\p{N}nuµmshdwy.]+/uy;
const BYTES_TAIL = /[\p{N}BikKMGTP.]+/uy;
const FLAG_TAIL = /[\p{L}-]*/uy;
const CALL = /\s*(?:\(|(?:by|without)\s*\()/iy;

/**
 * The query as tokens, the last of kind "end". `failure` is what stands there instead where the text cannot be read any further: an
 * error only for who comes as far as that. Throws where the query is too long.
 */
export function tokenize(text: string): {
  readonly tokens: readonly Token[];
  readonly failure: LogqlError | undefined;
} {
  const bytes = Buffer.byteLength(text);
  if (bytes >= MAX_QUERY_BYTES) throw parseError(`input size too long (${bytes} > ${MAX_QUERY_BYTES})`);
  const tokens: Token[] = [];
  try {
    scan(text, tokens);
  } catch (error) {
    if (!(error instanceof LogqlError)) throw error;
    tokens.push({ kind: "end", text: "", amount: 0, at: { line: 0, column: 0 } });
    return { tokens, failure: error };
  }
  return { tokens, failure: undefined };
}

function scan(text: string, tokens: Token[]): void {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  let line = 1;
  let position = 0;
  const matchAt = (pattern: RegExp, at: number): string => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? "";
  };
  const placeOf = (at: number): Position => {
    while ((lineStarts[line] ?? Number.POSITIVE_INFINITY) <= at) line += 1;
    return { line, column: at - (lineStarts[line - 1] ?? 0) + 1 };
  };
  // There is no place in a query of nothing.
  const nowhere = { line: 0, column: 0 };
  // Loki's scanner forgets the line, not the column, of what it reads in more than one step.
  const push = (kind: Token["kind"], end: number, amount = 0, value?: string, oneStep = true): void => {
    const at = text === "" ? nowhere : placeOf(position);
    tokens.push({ kind, text: value ?? text.slice(position, end), amount, at: oneStep ? at : { ...at, line: 0 } });
    position = end;
  };
  const tail = (pattern: RegExp, from: number, parse: (text: string) => Quantity): number | undefined => {
    const more = matchAt(pattern, from);
    const amount = more === "" ? undefined : parse(text.slice(position, from + more.length));
    return typeof amount === "number" ? amount : undefined;
  };

  for (;;) {
    position += matchAt(BLANK, position).length;
    const character = text[position];
    if (character === undefined) {
      push("end", position);
      return;
    }
    const number = matchAt(NUMBER, position);
    if (number !== "" || character === "-") {
      const from = position + Math.max(number.length, 1);
      const duration = tail(DURATION_TAIL, from, parseDuration);
      if (character === "-" && text[position + 1] === "-") {
        const flag = `-${matchAt(FLAG_TAIL, position + 1)}`;
        if (FLAGS.has(flag)) {
          push("flag", position + flag.length, 0, flag, false);
          continue;
        }
      }
      if (duration !== undefined) {
        push("duration", from + matchAt(DURATION_TAIL, from).length, duration, undefined, false);
        continue;
      }
      const size = number === "" ? undefined : tail(BYTES_TAIL, from, parseBytes);
      if (size !== undefined) {
        push("bytes", from + matchAt(BYTES_TAIL, from).length, size, undefined, false);
        continue;
      }
      push(number === "" ? "word" : "number", from);
      continue;
    }
    if (character === '"' || character === "`") {
      const literal = matchAt(STRING, position);
      if (literal === "") throw parseError("literal not terminated", placeOf(position));
      const value = unquotePrometheus(literal);
      if (value === undefined) throw parseError("invalid char escape", placeOf(position));
      push("string", position + literal.length, 0, value);
      continue;
    }
    if (character === "[") {
      const end = text.indexOf("]", position);
      const fail = (message: string): LogqlError => parseError(message, { ...placeOf(position), line: 0 });
      if (end < 0) throw fail("missing closing ']' in duration");
      const amount = parseRangeNs(text.slice(position + 1, end));
      if (typeof amount === "string") throw fail(amount);
      push("range", end + 1, amount, undefined, false);
      continue;
    }
    if (character === "'") {
      const literal = matchAt(CHARACTER, position);
      if (literal === "") throw parseError("invalid char literal", placeOf(position));
      push("identifier", position + literal.length);
      continue;
    }
    const name = matchAt(NAME, position);
    if (name !== "") {
      const lower = name.toLowerCase();
      const end = position + name.length;
      if (FUNCTIONS.has(lower)) {
        const called = matchAt(CALL, end) !== "";
        push(called ? "function" : "identifier", end, 0, called ? lower : name);
      } else push(WORDS.has(lower) ? "word" : "identifier", end, 0, WORDS.has(lower) ? lower : name);
      continue;
    }
    const two = text.slice(position, position + 2);
    if (two.length === 2 && WORDS.has(two)) push("word", position + 2, 0, two, false);
    else if (WORDS.has(character)) push("word", position + 1);
    // Loki takes a character that it does not know for a name, and then misses what should follow.
    else push("identifier", position + (String.fromCodePoint(text.codePointAt(position) ?? 0).length || 1));
  }
}

function parseDuration(text: string): Quantity {
  const ns = parseRangeNs(text);
  return typeof ns === "string" ? parseDurationNs(text) : ns;
}
