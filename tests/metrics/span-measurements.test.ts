import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics, measureSpan } from "../../src/metrics/index.ts";
import { ATTR, OPERATION } from "../../src/model/index.ts";

type Attributes = Readonly<Record<string, unknown>>;

/** What so many ended spans come to: the sum of a metric's series that have these labels. */
function counted(...spans: readonly Attributes[]) {
  const metrics = createMetrics({ clock: { nowMs: () => 0 }, labelValueLimit: 100, cleanLabel: (value) => value });
  for (const attributes of spans) {
    const failed = attributes[ATTR.errorCategory] !== undefined;
    measureSpan(metrics, { attributes, failed, durationSeconds: 1, exemplar: undefined });
  }
  const snapshots = metrics.snapshot();
  return (metric: string, labels: Readonly<Record<string, string>> = {}): number => {
    const series = snapshots.find(({ definition }) => definition.name === metric)?.series ?? [];
    return series
      .filter((one) => Object.entries(labels).every(([name, value]) => one.labels[name] === value))
      .reduce((sum, { value, histogram }) => sum + (value ?? histogram?.sum ?? 0), 0);
  };
}

const USAGE = {
  [ATTR.inputTokens]: 1000,
  [ATTR.outputTokens]: 200,
  [ATTR.cacheReadTokens]: 600,
  [ATTR.cacheCreationTokens]: 100,
  [ATTR.reasoningTokens]: 150,
  [ATTR.inputAudioTokens]: 50,
  [ATTR.outputAudioTokens]: 20,
  [ATTR.costUsd]: 0.5,
  [ATTR.costStatus]: "priced",
};
const CALL = { [ATTR.operation]: OPERATION.chat, [ATTR.provider]: "openai", [ATTR.requestModel]: "m", ...USAGE };

describe("the status of what ended", () => {
  it("is cancelled where somebody called it off, which is no error", () => {
    const runs = [
      { [ATTR.operation]: OPERATION.invokeAgent },
      { [ATTR.operation]: OPERATION.invokeAgent, [ATTR.errorCategory]: "timeout" },
      { [ATTR.operation]: OPERATION.invokeAgent, [ATTR.errorCategory]: "cancelled" },
      // The process ended in the middle of it.
      { [ATTR.operation]: OPERATION.invokeAgent, [ATTR.errorCategory]: "cancelled", [ATTR.unfinished]: true },
      { ...CALL, [ATTR.errorCategory]: "cancelled" },
      { [ATTR.operation]: OPERATION.executeTool, [ATTR.errorCategory]: "cancelled" },
    ];
    const sum = counted(...runs);
    const byStatus = (metric: string): number[] =>
      ["ok", "error", "cancelled"].map((status) => sum(metric, { status }));
    assert.deepEqual(byStatus("agent_requests_total"), [1, 2, 1]);
    assert.deepEqual(byStatus("llm_requests_total"), [0, 0, 1]);
    assert.deepEqual(byStatus("agent_tool_calls_total"), [0, 0, 1]);
    assert.equal(sum("agent_errors_total", { category: "cancelled" }), 2);
  });
});

describe("the tokens of a call", () => {
  it("are counted by type, all of them in input and output", () => {
    const sum = counted(CALL);
    assert.deepEqual(
      ["input", "output", "cached", "cache_write", "reasoning", "input_audio", "output_audio"].map((type) =>
        sum("llm_tokens_total", { type }),
      ),
      [1000, 200, 600, 100, 150, 50, 20],
    );
    assert.equal(sum("gen_ai_client_token_usage"), 1200);
    assert.equal(sum("llm_cost_usd_total"), 0.5);
  });

  it("are not summed again where a span above carries totals", () => {
    const totals = { ...USAGE, [ATTR.agentName]: "a", [ATTR.workflowName]: "w", [ATTR.toolName]: "t" };
    const above = [OPERATION.invokeAgent, OPERATION.invokeWorkflow, OPERATION.executeNode, OPERATION.executeTool].map(
      (operation) => ({ ...totals, [ATTR.operation]: operation }),
    );
    const sum = counted(CALL, ...above, { ...totals, [ATTR.operation]: "novel_operation" }, totals);
    assert.equal(sum("llm_tokens_total", { type: "input" }), 1000);
    assert.equal(sum("gen_ai_client_token_usage"), 1200);
    assert.equal(sum("llm_cost_usd_total"), 0.5);
    assert.equal(sum("llm_requests_total"), 1);
  });

  it("that were fetched later count, but make no call", () => {
    const fetched = { ...USAGE, [ATTR.provider]: "openai", [ATTR.responseModel]: "m" };
    const sum = counted(
      { ...fetched, [ATTR.operation]: OPERATION.batchResults },
      { ...fetched, [ATTR.operation]: OPERATION.backgroundAnswer },
    );
    assert.equal(sum("llm_tokens_total", { type: "input", model: "m" }), 2000);
    assert.equal(sum("llm_cost_usd_total"), 1);
    assert.equal(sum("llm_requests_total"), 0);
  });
});

describe("the cost of a call", () => {
  it("counts as open only where something of it is", () => {
    const statuses = ["priced", "reported", "deferred", "no_usage", "unknown_model", "unknown_rate", "partial_usage"];
    const sum = counted(...statuses.map((status) => ({ ...CALL, [ATTR.costStatus]: status })));
    assert.equal(sum("llm_unpriced_requests_total"), 4);
    for (const reason of statuses.slice(3)) assert.equal(sum("llm_unpriced_requests_total", { reason }), 1, reason);
  });
});

describe("a call after a failed one", () => {
  it("counts as a retry or as a fallback", () => {
    const sum = counted(CALL, { ...CALL, [ATTR.retryCount]: 2 }, { ...CALL, [ATTR.fallbackFrom]: "old" });
    assert.equal(sum("llm_requests_total"), 3);
    assert.equal(sum("llm_retries_total"), 1);
    assert.equal(sum("llm_fallbacks_total", { model: "m", from: "old" }), 1);
  });
});
