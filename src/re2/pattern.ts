import { RE2JS } from "re2js";

export type Match = {
  /** Where the match begins and ends in the text. */
  readonly start: number;
  readonly end: number;
  /** Group 0 is the whole match; undefined where a group took no part. */
  readonly groups: readonly (string | undefined)[];
};

export type Pattern = {
  readonly source: string;
  /** Names of the groups by number; "" for groups without one. Number 0 is the whole match. */
  readonly groupNames: readonly string[];
  /** Whether it matches anywhere in the text, or, for a whole pattern, the text from end to end. The fastest question. */
  readonly test: (text: string) => boolean;
  /** The leftmost match at or after `from`; for a whole pattern, the match of the whole text. */
  readonly find: (text: string, from?: number) => Match | undefined;
};

export type PatternOptions = {
  /** The pattern must match the text from end to end, and `.` matches newlines: label matchers. */
  readonly whole?: boolean;
};

/** The pattern is not valid RE2. The message says why, in RE2's words. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

function groupNamesOf(compiled: RE2JS): string[] {
  const names = new Array<string>(compiled.groupCount() + 1).fill("");
  for (const [name, index] of Object.entries(compiled.namedGroups())) names[index] = name;
  return names;
}

/** Throws `PatternError` where the pattern cannot be read. */
export function compilePattern(source: string, { whole = false }: PatternOptions = {}): Pattern {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source, whole ? RE2JS.DOTALL : 0);
  } catch (error) {
    throw new PatternError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  return {
    source,
    groupNames: groupNamesOf(compiled),
    test: whole ? (text) => compiled.testExact(text) : (text) => compiled.test(text),
    find: (text, from = 0) => {
      const matcher = compiled.matcher(text);
      if (!(whole ? matcher.matches() : matcher.find(from))) return undefined;
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? undefined);
      return { start: matcher.start(), end: matcher.end(), groups };
    },
  };
}
