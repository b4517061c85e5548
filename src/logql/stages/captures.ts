import { sanitizeLabelName } from "../label-names.ts";
import { DUPLICATE_SUFFIX, type LabelState } from "../label-state.ts";
import { createPatternMatcher } from "../pattern.ts";
import { createRegexpCaptures } from "../regexp-captures.ts";
import type { StageRunner } from "./stage.ts";

/** Makes labels of captures; false where a filter is known to drop the line. */
function setCaptures(state: LabelState, names: readonly string[], values: readonly string[]): boolean {
  const { hints } = state;
  for (const [index, value] of values.entries()) {
    const name = names[index] as string;
    const label = state.isTaken(name) ? name + DUPLICATE_SUFFIX : name;
    if (hints.isExtracted(label) || !hints.wants(label)) continue;
    state.set(label, value);
    if (!hints.passesEarly(label, state)) return false;
  }
  return true;
}

/** `| pattern "…"`. */
export function createPatternStage(expression: string): StageRunner {
  const { names, capture } = createPatternMatcher(expression);
  return {
    requiredLabels: [],
    process: (_timeNs, line, state) =>
      state.hints.isDone() || setCaptures(state, names, capture(line)) ? line : undefined,
  };
}

/** `| regexp "…"`. */
export function createRegexpStage(expression: string): StageRunner {
  const { names, capture } = createRegexpCaptures(expression);
  const labels = names.map(sanitizeLabelName);
  return {
    requiredLabels: [],
    process: (_timeNs, line, state) => (setCaptures(state, labels, capture(line) ?? []) ? line : undefined),
  };
}
