import { parseFloat64 } from "../../gotext/index.ts";
import { compilePattern } from "../../re2/index.ts";
import type { Matcher } from "../../signals/index.ts";
import type { EarlyFilter } from "../hints.ts";
import { createIpTest } from "../ip.ts";
import { ERROR_LABEL, type LabelState } from "../label-state.ts";
import { parseBytes, parseDurationNs, type Quantity } from "../quantities.ts";
import { createSimpleTest } from "../simple-pattern.ts";
import type { Comparison, LabelFilter } from "../syntax.ts";
import type { StageRunner } from "./stage.ts";

type LabelTest = (state: LabelState) => boolean;

const COMPARE: Readonly<Record<Comparison, (value: number, wanted: number) => boolean>> = {
  "==": (value, wanted) => value === wanted,
  "!=": (value, wanted) => value !== wanted,
  ">": (value, wanted) => value > wanted,
  ">=": (value, wanted) => value >= wanted,
  "<": (value, wanted) => value < wanted,
  "<=": (value, wanted) => value <= wanted,
};
const PARSE: Readonly<Record<"duration" | "bytes" | "number", (text: string) => Quantity>> = {
  duration: parseDurationNs,
  bytes: parseBytes,
  number: parseFloat64,
};

/** As a filter on a label reads a matcher: like a stream selector, but `.` does not match a newline. */
function createValueTest({ operator, value, matches }: Matcher): (value: string) => boolean {
  if (operator === "=" || operator === "!=") return matches;
  const test = createSimpleTest(value, true) ?? compilePattern(`^(?:${value})$`).test;
  return operator === "=~" ? test : (given) => !test(given);
}

function createLabelTest(filter: LabelFilter): LabelTest {
  switch (filter.kind) {
    case "and":
    case "or": {
      const [left, right] = [createLabelTest(filter.left), createLabelTest(filter.right)];
      // Both sides of an `and` are looked at, because each may mark the line with an error.
      if (filter.kind === "or") return (state) => left(state) || right(state);
      return (state) => {
        const first = left(state);
        return right(state) && first;
      };
    }
    case "string": {
      const { name } = filter.matcher;
      const test = createValueTest(filter.matcher);
      return name === ERROR_LABEL ? (state) => test(state.error) : (state) => test(state.get(name) ?? "");
    }
    case "ip": {
      const test = createIpTest(filter.pattern);
      return (state) => {
        if (state.error !== "") return true;
        const value = state.get(filter.label);
        return value !== undefined && test(value) !== filter.negated;
      };
    }
    default: {
      const { label, value: wanted } = filter;
      const [parse, compare] = [PARSE[filter.kind], COMPARE[filter.comparison]];
      return (state) => {
        const text = state.get(label);
        if (text === undefined) return false;
        const value = parse(text);
        if (typeof value === "number") return compare(value, wanted);
        // The line goes on with an error, so that nobody takes it for one that was looked at; an earlier error says more.
        if (state.error === "") {
          state.error = "LabelFilterErr";
          state.errorDetails = value;
        }
        return true;
      };
    }
  }
}

export function labelsOf(filter: LabelFilter): readonly string[] {
  if ("left" in filter) return [...labelsOf(filter.left), ...labelsOf(filter.right)];
  if (filter.kind === "string") return [filter.matcher.name];
  return [filter.label];
}

/** Passes whatever the label is. */
const isTrivial = (filter: LabelFilter): boolean =>
  filter.kind === "string" && filter.matcher.operator === "=~" && /^(?:\.\*)?$/.test(filter.matcher.value);

/** Throws an `Error` where a pattern cannot be read. */
export function createLabelFilter(filter: LabelFilter): StageRunner & { readonly early: EarlyFilter | undefined } {
  const passes = createLabelTest(filter);
  const trivial = isTrivial(filter);
  const [label = ""] = labelsOf(filter);
  return {
    requiredLabels: trivial ? [] : labelsOf(filter),
    process: (_timeNs, line, state) => (passes(state) ? line : undefined),
    early: trivial || filter.kind === "and" || filter.kind === "or" ? undefined : { label, passes },
  };
}
