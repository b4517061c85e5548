import { compilePattern } from "../../re2/index.ts";
import { createIpTest } from "../ip.ts";
import { createPatternTest } from "../pattern.ts";
import { createSimpleTest } from "../simple-pattern.ts";
import type { LineFilter } from "../syntax.ts";
import type { StageRunner } from "./stage.ts";

type LineTest = (line: string) => boolean;

function createTest(operator: LineFilter["operator"], text: string): LineTest {
  switch (operator) {
    case "|=":
    case "!=":
      return (line) => line.includes(text);
    case "|~":
    case "!~": {
      // Compiled in any case: only the engine knows whether it is valid.
      const { test } = compilePattern(text);
      return createSimpleTest(text, false) ?? test;
    }
    default:
      return createPatternTest(text);
  }
}

/** Of an alternative that every line satisfies: with others beside it, Loki looks at these alone. */
const isTrivial = (operator: LineFilter["operator"], text: string): boolean =>
  operator !== "|>" && (text === "" || (operator === "|~" && text === ".*"));

/** Throws an `Error` where a pattern cannot be read. */
export function createLineTest({ operator, text, ip, alternatives }: LineFilter): LineTest {
  if (ip && alternatives.length === 0) {
    if (operator !== "|=" && operator !== "!=") throw new Error("ip: invalid operation");
    const test = createIpTest(text);
    return operator === "|=" ? test : (line) => !test(line);
  }
  if (operator.startsWith("!")) {
    const test = createTest(operator, text);
    return (line) => !test(line);
  }
  const tests = [text, ...alternatives]
    .map((one) => ({ test: createTest(operator, one), trivial: alternatives.length > 0 && isTrivial(operator, one) }))
    .filter(({ trivial }) => !trivial)
    .map(({ test }) => test);
  const [only] = tests;
  if (only === undefined) return () => true;
  return tests.length === 1 ? only : (line) => tests.some((test) => test(line));
}

export function createLineFilter(filter: LineFilter): StageRunner {
  const test = createLineTest(filter);
  return { requiredLabels: [], process: (_timeNs, line) => (test(line) ? line : undefined) };
}
