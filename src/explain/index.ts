/**
 * Explains what became of a run: the failure point and its causes, what had been done and spent by then, where time and money went. Pure over
 * what the back ends answer; `explain` asks them. Writes nothing, and knows no terminal.
 */
export { type Backends, type BackendsOptions, createBackends } from "../backends/index.ts";
export { ADVICE } from "./advice.ts";
export { type ExplainOptions, explain, explainFound } from "./ask.ts";
export type { Captured } from "./captured.ts";
export type { Attempt, CostShare, SlowStep, ToolCall, Usage } from "./course.ts";
export type { Debugged } from "./debugged.ts";
export { type Explanation, explainTrace, type NearbyLog } from "./explain.ts";
export type { Failure, FailureError } from "./failure.ts";
export type { Step, StepKind } from "./step.ts";
export type { Outcome } from "./summary.ts";
