/** Reads a value out of an answer, or throws `AnswerMismatch`. `at` says where in the answer the value stands. */
export type Reader<T> = (value: unknown, at: string) => T;

/** The answer is JSON, but not of the shape that the API documents. */
export class AnswerMismatch extends Error {
  override readonly name = "AnswerMismatch";
  readonly expected: string;
  readonly received: string;

  constructor(at: string, expected: string, value: unknown) {
    super(`expected ${expected} at ${at}`);
    this.expected = `${expected} at ${at}`;
    this.received = describe(value);
  }
}

const EXCERPT_CHARS = 40;

/** A value in a few words. */
function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  const text = JSON.stringify(value);
  return text.length > EXCERPT_CHARS ? `${text.slice(0, EXCERPT_CHARS)}…` : text;
}

export const text: Reader<string> = (value, at) => {
  if (typeof value !== "string") throw new AnswerMismatch(at, "a text", value);
  return value;
};

export const number: Reader<number> = (value, at) => {
  if (typeof value !== "number") throw new AnswerMismatch(at, "a number", value);
  return value;
};

export const anything: Reader<unknown> = (value) => value;

export const list =
  <T>(item: Reader<T>): Reader<T[]> =>
  (value, at) => {
    if (!Array.isArray(value)) throw new AnswerMismatch(at, "a list", value);
    return value.map((one, index) => item(one, `${at}[${index}]`));
  };

/** A list that servers written in Go answer as null when it is empty. */
export const listOrNull =
  <T>(item: Reader<T>): Reader<T[]> =>
  (value, at) =>
    value === null || value === undefined ? [] : list(item)(value, at);

export const optional =
  <T, D>(reader: Reader<T>, fallback: D): Reader<T | D> =>
  (value, at) =>
    value === undefined || value === null ? fallback : reader(value, at);

export function members(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AnswerMismatch(at, "an object", value);
  return value as Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, Reader<unknown>>>;
type Read<F extends Fields> = { readonly [K in keyof F]: F[K] extends Reader<infer T> ? T : never };

/** An object with at least these members; others are left out. */
export function object<F extends Fields>(fields: F): Reader<Read<F>> {
  const readers = Object.entries(fields);
  return (value, at) => {
    const given = members(value, at);
    const read: Record<string, unknown> = {};
    for (const [name, reader] of readers) read[name] = reader(given[name], `${at}.${name}`);
    return read as Read<F>;
  };
}

/** Names and values; without a prototype, so that a label may be called `constructor`. */
export const record =
  <T>(item: Reader<T>): Reader<Readonly<Record<string, T>>> =>
  (value, at) => {
    const read = Object.create(null) as Record<string, T>;
    for (const [name, one] of Object.entries(members(value, at))) read[name] = item(one, `${at}.${name}`);
    return read;
  };

/** Times as Go writes them; the year 1 stands for "never". */
export const instant: Reader<number | undefined> = (value, at) => {
  const timeMs = Date.parse(text(value, at));
  if (Number.isNaN(timeMs)) throw new AnswerMismatch(at, "a time", value);
  return timeMs < 0 ? undefined : timeMs;
};

/** A sample's value as both Prometheus and Loki write it. */
export const sampleValue: Reader<number> = (value, at) => {
  const given = text(value, at);
  if (given === "+Inf" || given === "Inf") return Number.POSITIVE_INFINITY;
  if (given === "-Inf") return Number.NEGATIVE_INFINITY;
  const read = Number(given);
  if (given.trim() === "" || (Number.isNaN(read) && given !== "NaN"))
    throw new AnswerMismatch(at, "a number as text", value);
  return read;
};
