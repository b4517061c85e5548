import { createRedactor } from "../redaction/index.ts";

/** Removes secrets and personal data from what a program logs: the one point that every line passes before any output. */
export type Cleaner = {
  readonly text: (value: string) => string;
  /** A copy of the members that can be written as JSON, without those of `except`. Errors keep their causes. */
  readonly fields: (given: object, except?: ReadonlySet<string>) => Record<string, unknown>;
};

/** What was looked at once need not be looked at again: names, ids, messages without values come again and again. */
const MAX_REMEMBERED = 2000;
const MAX_REMEMBERED_LENGTH = 100;
/** Longer texts are no log lines; looking through a megabyte takes some 50 ms. */
const MAX_TEXT = 1_000_000;
const MAX_WRITTEN = 262_144;
const MAX_CAUSES = 8;
const NONE: ReadonlySet<string> = new Set();

function remembering<T>(find: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (text.length > MAX_REMEMBERED_LENGTH) return find(text);
    let found = known.get(text);
    if (found === undefined) {
      found = find(text);
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(text, found);
    }
    return found;
  };
}

/** What a program needs to know of an error stands in members that are not enumerable. */
function errorMembers(error: Error, left = MAX_CAUSES): Record<string, unknown> {
  const { name, message, stack, cause, ...own } = error;
  const more = (one: unknown): unknown => (one instanceof Error && left > 0 ? errorMembers(one, left - 1) : one);
  return {
    name,
    message,
    stack,
    ...own,
    ...(cause !== undefined && { cause: more(cause) }),
    ...(error instanceof AggregateError && { errors: error.errors.slice(0, left).map(more) }),
  };
}

const isSmall = (value: number): boolean => value > -100_000_000 && value < 100_000_000;

export function createCleaner(): Cleaner {
  const redactor = createRedactor();
  const remembered = remembering(redactor.text);
  const text = (value: string): string => {
    if (value.length <= MAX_WRITTEN) return remembered(value);
    // Redacted before it is shortened, so that no cut leaves half a secret unrecognized.
    const safe = redactor.text(value.slice(0, MAX_TEXT));
    return `${safe.slice(0, MAX_WRITTEN)}… (${value.length} characters)`;
  };
  /** Whether a name says nothing about its value, and can itself stay as it is. */
  const isHarmless = remembering((name) => (redactor.value({ [name]: "x" }) as Record<string, unknown>)[name] === "x");
  const safeValue = (value: unknown): unknown => {
    switch (typeof value) {
      case "string":
        return text(value);
      case "boolean":
        return value;
      case "number":
        return isSmall(value) ? value : redactor.value(value);
      default:
        return redactor.value(value instanceof Error ? errorMembers(value) : value);
    }
  };
  return {
    text,
    fields: (given, except = NONE) => {
      const members = given as Readonly<Record<string, unknown>>;
      const names = Object.keys(members);
      // The members of a pair explain each other.
      if (names.includes("value") || names.includes("logprob")) {
        const wanted = names.filter((name) => !except.has(name));
        return redactor.value(Object.fromEntries(wanted.map((name) => [name, members[name]]))) as Record<
          string,
          unknown
        >;
      }
      const safe: Record<string, unknown> = {};
      for (const name of names) {
        if (except.has(name)) continue;
        const value = members[name];
        if (name === "__proto__" || !isHarmless(name)) Object.assign(safe, redactor.value({ [name]: value }));
        else {
          const one = safeValue(value);
          if (one !== undefined) safe[name] = one;
        }
      }
      return safe;
    },
  };
}
