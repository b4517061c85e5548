import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetricDeriver, type MetricDeriver } from "../../src/enrich/derived-metrics.ts";
import { spanOf } from "./span-of.ts";

function createDeriver() {
  let nowMs = 1_700_000_000_000;
  const deriver = createMetricDeriver({ clock: { nowMs: () => nowMs }, cleanLabel: (value) => value });
  return {
    deriver,
    pass: (ms: number): void => {
      nowMs += ms;
    },
  };
}

const call = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o",
  "gen_ai.usage.input_tokens": 10,
  "agent_observatory.cost.usd": 0.5,
};

/** Value of the one series of a metric that has the given labels. */
function countOf(deriver: MetricDeriver, name: string, labels: Record<string, string> = {}): number | undefined {
  const series = deriver
    .collect()
    .flatMap(({ snapshots }) => snapshots.filter(({ definition }) => definition.name === name))
    .flatMap((snapshot) => snapshot.series)
    .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value));
  assert.ok(series.length <= 1, `${series.length} series of ${name}`);
  return series[0]?.value ?? series[0]?.histogram?.count;
}

const other = (name: string, more: object = {}) => ({
  service: name,
  attributes: { "service.name": name, ...more },
});

describe("metrics of programs that send spans only", () => {
  it("count calls, tokens and cost under the agent above them", () => {
    const { deriver } = createDeriver();
    deriver.addSpan(spanOf({ spanId: "1", parentSpanId: "2", attributes: call }));
    deriver.addSpan(
      spanOf({ spanId: "2", attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "writer" } }),
    );
    assert.equal(countOf(deriver, "llm_requests_total", { agent: "writer", model: "gpt-4o", status: "ok" }), 1);
    assert.equal(countOf(deriver, "llm_tokens_total", { agent: "writer", type: "input" }), 10);
    assert.equal(countOf(deriver, "llm_cost_usd_total", { agent: "writer" }), 0.5);
    assert.equal(countOf(deriver, "agent_requests_total", { agent: "writer" }), 1);
    assert.equal(countOf(deriver, "agent_request_duration_seconds"), 1);
  });

  it("count an error once, where it began, by category and by kind", () => {
    const { deriver } = createDeriver();
    const failing = (spanId: string, operation: string, message: string, fingerprint: string, parentSpanId = "") =>
      deriver.addSpan(
        spanOf({
          spanId,
          parentSpanId,
          status: "error",
          attributes: {
            "gen_ai.operation.name": operation,
            "agent_observatory.error.category": "tool",
            "error.type": `of ${operation}`,
            "agent_observatory.error.fingerprint": fingerprint,
          },
          events: [{ timeNs: 0n, name: "exception", attributes: { "exception.message": message } }],
        }),
      );
    failing("1", "execute_tool", "no such order", "000000000000000a", "2");
    deriver.addSpan(spanOf({ spanId: "2", parentSpanId: "3", status: "error", attributes: { "http.route": "/a" } }));
    failing("3", "invoke_agent", "the tool failed: no such order", "000000000000000b", "4");
    failing("4", "invoke_workflow", "gave up", "000000000000000c");
    assert.equal(countOf(deriver, "errors_by_kind_total", { fingerprint: "000000000000000a" }), 1);
    assert.equal(countOf(deriver, "errors_by_kind_total", { fingerprint: "000000000000000b" }), undefined);
    assert.equal(countOf(deriver, "errors_by_kind_total", { fingerprint: "000000000000000c" }), 1);
    assert.equal(countOf(deriver, "errors_total", { source: "tool", category: "tool", severity: "error" }), 1);
    assert.equal(countOf(deriver, "errors_total", { source: "agent" }), undefined);
  });

  it("are kept apart by program, and leave out one that is instrumented by us", () => {
    const { deriver } = createDeriver();
    deriver.addSpan(spanOf({ spanId: "1", attributes: call }));
    deriver.addSpan(spanOf({ spanId: "2", attributes: call, resource: other("second") }));
    const ours = other("third", { "telemetry.distro.name": "agent-observatory" });
    deriver.addSpan(spanOf({ spanId: "3", attributes: call, resource: ours }));
    assert.deepEqual(
      deriver.collect().map(({ resource }) => resource.service),
      ["crew", "second"],
    );
  });

  it("leave out what the program counts itself, whenever it says so", () => {
    const { deriver, pass } = createDeriver();
    deriver.addSpan(spanOf({ spanId: "1", attributes: call }));
    assert.equal(countOf(deriver, "gen_ai_client_token_usage"), undefined);
    pass(89_000);
    assert.equal(countOf(deriver, "gen_ai_client_token_usage"), undefined);
    pass(1000);
    assert.equal(countOf(deriver, "gen_ai_client_token_usage"), 1);
    deriver.addOwnMetric(other("crew"), "gen_ai.client.token.usage");
    assert.equal(countOf(deriver, "gen_ai_client_token_usage"), undefined);
    assert.equal(countOf(deriver, "gen_ai_client_operation_duration_seconds"), 1);
    deriver.addOwnMetric(other("crew"), "llm_requests_total");
    assert.equal(countOf(deriver, "llm_requests_total"), undefined);
    assert.equal(countOf(deriver, "llm_cost_usd_total"), 0.5);
  });

  it("say nothing of spans that have nothing to do with agents", () => {
    const { deriver } = createDeriver();
    deriver.addSpan(spanOf({ attributes: { "http.request.method": "GET" } }));
    assert.deepEqual(deriver.collect(), []);
  });

  it("are bounded: the program silent for longest makes room, and one long silent is forgotten", () => {
    const { deriver, pass } = createDeriver();
    for (let i = 0; i < 205; i++) {
      deriver.addSpan(spanOf({ spanId: `${i}`, traceId: `${i}`, attributes: call, resource: other(`s${i}`) }));
    }
    const names = deriver.collect().map(({ resource }) => resource.service);
    assert.deepEqual([names.length, names[0], names.at(-1)], [200, "s5", "s204"]);
    pass(3_600_001);
    assert.deepEqual(deriver.collect(), []);
  });
});
