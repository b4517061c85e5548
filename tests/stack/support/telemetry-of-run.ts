/** What the back ends hold of a run of the research team, and what they have to hold. Shared by every scenario that must lose nothing. */
import assert from "node:assert/strict";
import { createPricer } from "../../../src/cost/index.ts";
import type { Span, Trace } from "./jaeger.ts";
import { isOwn, type Loki } from "./loki.ts";
import type { TeamRun } from "./programs.ts";
import type { Prometheus } from "./prometheus.ts";

type Counts = Readonly<Record<string, number>>;

/** Ten digits: a sum of prices is not to end in the dust of binary fractions. */
const dollars = (value: number): number => Number(value.toFixed(10));

const total = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

function priceOf(byModel: TeamRun["served"]["byModel"]): number {
  const pricer = createPricer();
  return Object.entries(byModel).reduce((sum, [model, served]) => {
    const usage = { input: served.inputTokens, output: served.outputTokens, cacheRead: served.cachedTokens };
    const price = pricer.price({ provider: "openai", models: [model], usage });
    if (price.status !== "priced") throw new Error(`the double served ${model}, which has no price`);
    return sum + price.costUsd;
  }, 0);
}

/** What was served, in the words of the metrics. `runs` of the same service are added up. */
export function servedCounts(...runs: readonly TeamRun[]): Counts {
  const sum = (of: (served: TeamRun["served"]) => number): number =>
    runs.reduce((added, { served }) => added + of(served), 0);
  const failed = sum(({ errors }) => total(errors));
  return {
    "LLM requests": sum(({ llmCalls, embeddingCalls }) => llmCalls + embeddingCalls),
    "failed LLM requests": failed,
    "LLM errors by category": failed,
    "rate limits": sum(({ errors }) => errors["429"] ?? 0),
    timeouts: sum(({ errors }) => errors["timeout"] ?? 0),
    "input tokens": sum(({ inputTokens }) => inputTokens),
    "output tokens": sum(({ outputTokens }) => outputTokens),
    "cached tokens": sum(({ cachedTokens }) => cachedTokens),
    "reasoning tokens": sum(({ reasoningTokens }) => reasoningTokens),
    "tool calls": sum(({ toolCalls }) => toolCalls.count),
    "failed tool calls": sum(({ toolCalls }) => toolCalls.failed),
    "tool errors by category": sum(({ toolCalls }) => toolCalls.failed),
    "LLM durations": sum(({ llmCalls, embeddingCalls }) => llmCalls + embeddingCalls),
    "US dollars": dollars(sum(({ byModel }) => priceOf(byModel))),
  };
}

const SELECTORS: Readonly<Record<string, (job: string) => string>> = {
  "LLM requests": (job) => `llm_requests_total{job="${job}"}`,
  "failed LLM requests": (job) => `llm_requests_total{job="${job}", status="error"}`,
  "LLM errors by category": (job) => `llm_errors_total{job="${job}"}`,
  "rate limits": (job) => `llm_errors_total{job="${job}", category="rate_limit"}`,
  timeouts: (job) => `llm_errors_total{job="${job}", category="timeout"}`,
  "input tokens": (job) => `llm_tokens_total{job="${job}", type="input"}`,
  "output tokens": (job) => `llm_tokens_total{job="${job}", type="output"}`,
  "cached tokens": (job) => `llm_tokens_total{job="${job}", type="cached"}`,
  "reasoning tokens": (job) => `llm_tokens_total{job="${job}", type="reasoning"}`,
  "tool calls": (job) => `agent_tool_calls_total{job="${job}"}`,
  "failed tool calls": (job) => `agent_tool_calls_total{job="${job}", status="error"}`,
  "tool errors by category": (job) => `agent_tool_errors_total{job="${job}"}`,
  "LLM durations": (job) => `llm_request_duration_seconds_count{job="${job}"}`,
  "US dollars": (job) => `llm_cost_usd_total{job="${job}"}`,
};

/** The last value of each series; a process has series of its own, so they add up. */
export const lastValue = (selector: string): string => `max_over_time(${selector}[1h])`;

/** What a counter grew by, as rules and boards count it (docs/alerts.md). */
export const grownBy = (selector: string): string =>
  `(max_over_time(${selector}[1h]) - min_over_time(${selector}[1h]) and resets(${selector}[1h]) == 0 or increase(${selector}[1h]))`;

/** The same counts as Prometheus has them; what it has no series of is 0. */
export async function storedCounts(
  prometheus: Prometheus,
  job: string,
  count: (selector: string) => string = lastValue,
): Promise<Counts> {
  const entries = Object.entries(SELECTORS).map(async ([name, selector]) => {
    const [sample] = await prometheus.query(`sum(${count(selector(job))})`);
    return [name, dollars(sample?.value ?? 0)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const ATTR = { operation: "gen_ai.operation.name" };

/** Parents and children of a report of the team, and how often they occur. Web requests of a tool are its children, too. */
const REPORT: Counts = {
  "→ invoke_workflow research-team": 1,
  "invoke_workflow research-team → execute_node plan": 1,
  "invoke_workflow research-team → execute_node research": 3,
  "invoke_workflow research-team → execute_node rank": 1,
  "invoke_workflow research-team → execute_node write": 2,
  "invoke_workflow research-team → execute_node check": 2,
  "invoke_workflow research-team → execute_node publish": 1,
  "execute_node plan → invoke_agent planner": 1,
  "execute_node research → invoke_agent researcher": 3,
  "execute_node write → invoke_agent writer": 2,
  "execute_node check → invoke_agent reviewer": 2,
  "execute_node rank → embeddings text-embedding-3-small": 1,
  // The headline meets a rate limit first.
  "execute_node publish → chat gpt-4o-mini": 2,
  "invoke_agent planner → chat gpt-4o": 1,
  // One of its calls times out and is repeated.
  "invoke_agent researcher → chat gpt-4o-mini": 10,
  "invoke_agent researcher → execute_tool web_search": 3,
  "invoke_agent researcher → execute_tool lookup_notes": 2,
  "invoke_agent researcher → execute_tool calculate": 3,
  "invoke_agent writer → chat gpt-4o": 2,
  "invoke_agent reviewer → chat gpt-5-mini": 2,
};

const FAILED_REPORT: Counts = {
  "→ invoke_workflow research-team": 1,
  "invoke_workflow research-team → execute_node plan": 1,
  "execute_node plan → invoke_agent planner": 1,
  "invoke_agent planner → chat gpt-4o": 1,
};

const isAgentWork = (span: Span): boolean => span.tags[ATTR.operation] !== undefined;

/** How often each `parent → child` occurs among the spans of agent work. A parent that is missing shows as `?`. */
export function edgesOf({ spans }: Trace): Counts {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const edges: Record<string, number> = {};
  for (const span of spans.filter(isAgentWork)) {
    const parent = span.parentId === undefined ? "" : `${byId.get(span.parentId)?.name ?? "?"} `;
    const edge = `${parent}→ ${span.name}`;
    edges[edge] = (edges[edge] ?? 0) + 1;
  }
  return edges;
}

export function assertWholeReport(trace: Trace, failing = false): void {
  assert.deepEqual({ ...edgesOf(trace) }, failing ? FAILED_REPORT : REPORT, `the spans of trace ${trace.traceId}`);
}

const inOrder = (lines: readonly string[]): string[] => lines.toSorted();

/** Each line that the program printed is in Loki once, with the trace it was printed in. */
export async function assertEveryLine(loki: Loki, ...runs: readonly TeamRun[]): Promise<void> {
  const stored = (await loki.lines(`{service_name="${runs[0]?.service}"}`)).filter((line) => !isOwn(line));
  assert.deepEqual(
    inOrder(stored.map(({ text, labels }) => `${labels["trace_id"] ?? "none"} ${text}`)),
    inOrder(runs.flatMap(({ lines }) => lines.map((line) => `${line.trace_id ?? "none"} ${line.message}`))),
  );
}
