import { ERROR_DETAILS_LABEL, type LabelState, PRESERVE_ERROR_LABEL } from "../label-state.ts";

export { ERROR_DETAILS_LABEL };

/** One step of a pipeline, ready to run. */
export type StageRunner = {
  /** The line that goes on, or undefined where it ends here. */
  readonly process: (timeNs: bigint, line: string, state: LabelState) => string | undefined;
  /** Labels that the step needs to have been extracted. */
  readonly requiredLabels: readonly string[];
};

export type ErrorClass =
  | "JSONParserErr"
  | "LogfmtParserErr"
  | "SampleExtractionErr"
  | "LabelFilterErr"
  | "TemplateFormatErr";

/** Marks the line with a parser's error. */
export function setParserError(state: LabelState, error: ErrorClass, details: string | undefined): void {
  state.error = error;
  if (details !== undefined) state.errorDetails = details;
  if (state.hints.preservesErrors) state.set(PRESERVE_ERROR_LABEL, "true");
}
