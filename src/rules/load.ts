import { globSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { ObservatoryError } from "../base/index.ts";
import { type RuleGroup, type RuleProblem, writeProblem } from "./definition.ts";
import { parseRuleFile } from "./rule-file.ts";

export type LoadedRules = {
  /** Absolute paths of the files that were found, sorted. */
  readonly files: readonly string[];
  readonly groups: readonly RuleGroup[];
  /** Where there are any, the groups are not to be used: what runs stays as it is, as in Prometheus. */
  readonly problems: readonly RuleProblem[];
};

/** No rule file of people is larger; what is was named by mistake. */
const MAX_FILE_BYTES = 8_388_608;
const IS_PATTERN = /[*?[{]/;

function expand(pattern: string): { readonly files: readonly string[]; readonly problem?: RuleProblem } {
  if (IS_PATTERN.test(pattern)) return { files: globSync(pattern).map((file) => resolve(file)) };
  try {
    const folder = statSync(pattern).isDirectory();
    return { files: folder ? globSync(`${pattern}/*.{yml,yaml}`).map((file) => resolve(file)) : [resolve(pattern)] };
  } catch (error) {
    return { files: [], problem: { file: pattern, message: `expected a rule file, got ${codeOf(error)}` } };
  }
}

const codeOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));

/** Paths and globs (`alerts/*.yml`) as files; a folder stands for its .yml and .yaml files. A glob may match nothing, a path may not. */
export function findRuleFiles(patterns: readonly string[]): {
  readonly files: readonly string[];
  readonly problems: readonly RuleProblem[];
} {
  const found = patterns.map(expand);
  return {
    files: [...new Set(found.flatMap(({ files }) => files))].sort(),
    problems: found.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  };
}

/** Reads all rule files. Never throws: what is wrong is among the problems, of all files at once. */
export function loadRules(patterns: readonly string[]): LoadedRules {
  const { files, problems: missing } = findRuleFiles(patterns);
  const problems: RuleProblem[] = [...missing];
  const groups: RuleGroup[] = [];
  for (const file of files) {
    try {
      const { size } = statSync(file);
      if (size > MAX_FILE_BYTES) {
        problems.push({ file, message: `expected a rule file of at most ${MAX_FILE_BYTES} bytes, got ${size}` });
        continue;
      }
      const parsed = parseRuleFile(file, readFileSync(file, "utf8"));
      groups.push(...parsed.groups);
      problems.push(...parsed.problems);
    } catch (error) {
      problems.push({ file, message: `expected a readable rule file, got ${codeOf(error)}` });
    }
  }
  return { files, groups, problems };
}

/** The problems as one error with a line for each. */
export const rulesError = (problems: readonly RuleProblem[]): ObservatoryError =>
  new ObservatoryError("AO_RULES_FILE", {
    expected: "rule files as Prometheus takes them",
    received: `${problems.length} problem${problems.length === 1 ? "" : "s"}:\n  ${problems.map(writeProblem).join("\n  ")}\n`,
  });
