import { ERROR_DETAILS_LABEL, ERROR_LABEL, type LabelState, PRESERVE_ERROR_LABEL } from "../label-state.ts";
import type { LabelChoice } from "../syntax.ts";
import type { StageRunner } from "./stage.ts";

function drop(state: LabelState, { name, matcher }: LabelChoice): void {
  const value =
    name === ERROR_LABEL ? state.error : name === ERROR_DETAILS_LABEL ? state.errorDetails : state.get(name);
  if (matcher !== undefined && !matcher.matches(value ?? "")) return;
  if (name === ERROR_LABEL) state.error = "";
  else if (name === ERROR_DETAILS_LABEL) state.errorDetails = "";
  else if (value !== undefined || matcher !== undefined) state.remove(name);
}

/** `| drop`. */
export const createDropStage = (choices: readonly LabelChoice[]): StageRunner => ({
  requiredLabels: [],
  process: (_timeNs, line, state) => {
    for (const choice of choices) drop(state, choice);
    return line;
  },
});

const ALWAYS_KEPT: readonly string[] = [ERROR_LABEL, ERROR_DETAILS_LABEL, PRESERVE_ERROR_LABEL];

/** `| keep`. Errors stay. */
export const createKeepStage = (choices: readonly LabelChoice[]): StageRunner => ({
  requiredLabels: [],
  process: (_timeNs, line, state) => {
    for (const [name, value] of state.entries()) {
      if (ALWAYS_KEPT.includes(name)) continue;
      if (!choices.some((choice) => choice.name === name && (choice.matcher?.matches(value) ?? true)))
        state.remove(name);
    }
    return line;
  },
});
