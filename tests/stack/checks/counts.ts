import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Scenario } from "../support/scenario.ts";
import { grownBy, lastValue, servedCounts, storedCounts } from "../support/telemetry-of-run.ts";
import { waitUntil } from "../support/wait-until.ts";

/** By the graph of examples/research-team: how often each agent and node works for one report. */
const AGENTS = { planner: 1, researcher: 3, reviewer: 2, writer: 2 };
const NODES = { check: 2, plan: 1, publish: 1, rank: 1, research: 3, write: 2 };

export function checkCounts(given: () => Scenario): void {
  describe("counts in Prometheus", () => {
    const countsBy = async (label: string, selector: string): Promise<Record<string, number>> => {
      const samples = await given().stack.prometheus.query(`sum by (${label}) (${lastValue(selector)})`);
      return Object.fromEntries(samples.map(({ labels, value }) => [labels[label] ?? "", value]));
    };

    it("equal what the service on the other side served", async () => {
      const { stack, team, outage } = given();
      for (const run of [team, outage]) {
        await waitUntil(`the counts of ${run.service} are those served`, async () => {
          assert.deepEqual(await storedCounts(stack.prometheus, run.service), servedCounts(run));
        });
      }
      assert.ok(team.served.cachedTokens > 0 && team.served.reasoningTokens > 0 && team.served.toolCalls.failed > 0);
      assert.ok(outage.served.llmCalls >= 3 && outage.served.llmCallsSucceeded === 0);
    });

    it("equal it as rules and boards count: the first event of a series is not lost", async () => {
      const { stack, team, outage } = given();
      for (const run of [team, outage]) {
        await waitUntil(`what the counters of ${run.service} grew by is what was served`, async () => {
          assert.deepEqual(await storedCounts(stack.prometheus, run.service, grownBy), servedCounts(run));
        });
      }
    });

    it("grow by increase() for a counter that is born at 1", async () => {
      const { stack, team } = given();
      const timeouts = `llm_errors_total{job="${team.service}", category="timeout"}`;
      const [value] = await stack.prometheus.query(lastValue(timeouts));
      assert.equal(value?.value, 1);
      const [growth] = await stack.prometheus.query(`increase(${timeouts}[10m])`);
      assert.ok((growth?.value ?? 0) > 0, `increase() says ${growth?.value}`);
    });

    it("tell models, agents, nodes and tools apart", async () => {
      const { team } = given();
      const of = (metric: string, matchers = ""): string => `${metric}{job="${team.service}"${matchers}}`;
      const requests = Object.fromEntries(
        Object.entries(team.served.byModel).map(([model, served]) => [model, served.requests]),
      );
      const inputs = Object.fromEntries(
        Object.entries(team.served.byModel).map(([model, served]) => [model, served.inputTokens]),
      );
      assert.deepEqual(await countsBy("model", of("llm_requests_total")), requests);
      assert.deepEqual(await countsBy("model", of("llm_tokens_total", ', type="input"')), inputs);
      assert.deepEqual(await countsBy("agent", of("agent_requests_total")), AGENTS);
      assert.deepEqual(await countsBy("node", of("workflow_nodes_executed_total")), NODES);
      assert.deepEqual(await countsBy("status", of("workflow_executions_total")), { ok: 1 });
      assert.deepEqual(await countsBy("tool", of("agent_tool_calls_total")), {
        web_search: 3,
        lookup_notes: 2,
        calculate: 3,
      });
    });

    it("are made of the spans by the collector, too, before anything is sampled", async () => {
      const { stack, team } = given();
      const { llmCalls, embeddingCalls, toolCalls } = team.served;
      await waitUntil("the collector has counted the spans", async () => {
        const spans = await countsBy("gen_ai_operation_name", `traces_span_metrics_calls_total{job="${team.service}"}`);
        const { chat, embeddings, execute_tool, invoke_agent } = spans;
        assert.deepEqual(
          { chat, embeddings, execute_tool, invoke_agent },
          { chat: llmCalls, embeddings: embeddingCalls, execute_tool: toolCalls.count, invoke_agent: 8 },
        );
      });
      assert.ok((await stack.jaeger.services()).includes(team.service));
    });
  });
}
