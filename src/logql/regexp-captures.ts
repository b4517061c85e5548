import { compilePattern } from "../re2/index.ts";

export type RegexpCaptures = {
  readonly names: readonly string[];
  /** Values in the order of the names, "" for a group without part in the match; undefined where nothing matches. */
  readonly capture: (line: string) => readonly string[] | undefined;
};

/** Of `| regexp`. Throws an `Error` where the expression cannot be read or has no named group. */
export function createRegexpCaptures(expression: string): RegexpCaptures {
  const pattern = compilePattern(expression);
  const groups = pattern.groupNames.flatMap((name, index) => (name === "" ? [] : [{ name, index }]));
  const names = groups.map(({ name }) => name);
  if (names.length === 0) throw new Error("at least one named capture must be supplied");
  return {
    names,
    capture: (line) => {
      const match = pattern.find(line);
      return match && groups.map(({ index }) => match.groups[index] ?? "");
    },
  };
}
