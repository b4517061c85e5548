/**
 * What a program calls to name its agents, workflows, nodes, tools, models and retrievals, and what its requests are about. May touch
 * telemetry through its running handle only; without one every function runs as it is. Must never change what the wrapped function takes,
 * returns or throws.
 */
export { getContext, setContext, withContext } from "./context.ts";
export { type DebugRunOptions, debugRun } from "./debug-run.ts";
export { followPromise, isThenable, type Settlement } from "./follow-promise.ts";
export type { MethodDecorator, NameOptional, Noun } from "./noun.ts";
export {
  type AgentOptions,
  agent,
  type LlmOptions,
  llm,
  type NodeOptions,
  node,
  type RetrievalOptions,
  retrieval,
  type ToolOptions,
  tool,
  type WorkflowOptions,
  workflow,
} from "./nouns.ts";
export { currentRun, type LlmRun, type LlmUsage, type Run, type RunStatus, type StartedRun } from "./run.ts";
