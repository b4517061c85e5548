import { AGENT_METRICS } from "./families/agent.ts";
import { BUDGET_METRICS } from "./families/budget.ts";
import { CACHE_METRICS } from "./families/cache.ts";
import { DATABASE_METRICS } from "./families/database.ts";
import type { MetricDefinition } from "./families/definition.ts";
import { ERROR_METRICS } from "./families/errors.ts";
import { GEN_AI_METRICS } from "./families/gen-ai.ts";
import { HEALTH_METRICS } from "./families/health.ts";
import { HTTP_METRICS } from "./families/http.ts";
import { HUMAN_REVIEW_METRICS } from "./families/human-review.ts";
import { LLM_METRICS } from "./families/llm.ts";
import { MCP_METRICS } from "./families/mcp.ts";
import { POOL_METRICS } from "./families/pool.ts";
import { QUALITY_METRICS } from "./families/quality.ts";
import { RECOVERY_METRICS } from "./families/recovery.ts";
import { ROUTING_METRICS } from "./families/routing.ts";
import { RUNTIME_METRICS } from "./families/runtime.ts";
import { SELF_METRICS } from "./families/self.ts";
import { SESSION_METRICS } from "./families/session.ts";
import { TASK_METRICS } from "./families/task.ts";
import { VECTOR_METRICS } from "./families/vector.ts";
import { WORKFLOW_METRICS } from "./families/workflow.ts";

export type { MetricDefinition } from "./families/definition.ts";

/** Every metric that the instrumented program emits, in the order of docs/metrics.md. */
export const CATALOGUE = [
  ...AGENT_METRICS,
  ...LLM_METRICS,
  ...WORKFLOW_METRICS,
  ...BUDGET_METRICS,
  ...RECOVERY_METRICS,
  ...HUMAN_REVIEW_METRICS,
  ...ROUTING_METRICS,
  ...CACHE_METRICS,
  ...POOL_METRICS,
  ...DATABASE_METRICS,
  ...VECTOR_METRICS,
  ...SESSION_METRICS,
  ...TASK_METRICS,
  ...QUALITY_METRICS,
  ...ERROR_METRICS,
  ...HEALTH_METRICS,
  ...HTTP_METRICS,
  ...RUNTIME_METRICS,
  ...GEN_AI_METRICS,
  ...MCP_METRICS,
  ...SELF_METRICS,
] as const satisfies readonly MetricDefinition[];

export type MetricName = (typeof CATALOGUE)[number]["name"];
type DefinitionOf<N extends MetricName> = Extract<(typeof CATALOGUE)[number], { name: N }>;
/** The labels of one metric, all required: a missing label would make a second, unequal series. */
export type LabelsOf<N extends MetricName> = Record<DefinitionOf<N>["labels"][number], string>;
