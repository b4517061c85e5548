import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Trace } from "../support/jaeger.ts";
import { isOwn } from "../support/loki.ts";
import { fillIn, loadDatasources, traceIdOf } from "../support/provisioning.ts";
import type { Scenario } from "../support/scenario.ts";
import { assertEveryLine, assertWholeReport } from "../support/telemetry-of-run.ts";
import { waitUntil } from "../support/wait-until.ts";

export function checkCorrelation(given: () => Scenario): void {
  const wholeTrace = async (): Promise<Trace> => {
    const { stack, team } = given();
    return waitUntil("the report's trace is whole in Jaeger", async () => {
      const traces = await stack.jaeger.tracesOf(team.service);
      assert.equal(traces.length, 1);
      assertWholeReport(traces[0]!);
      return traces[0]!;
    });
  };

  describe("one thing leads to another", () => {
    it("every link is to a data source that is provisioned", () => {
      const { prometheus, loki, jaeger } = loadDatasources();
      const targets = [
        ...(prometheus.jsonData.exemplarTraceIdDestinations ?? []).map((link) => [link.datasourceUid, "jaeger"]),
        ...(loki.jsonData.derivedFields ?? []).map((link) => [link.datasourceUid, "jaeger"]),
        [jaeger.jsonData.tracesToLogsV2?.datasourceUid, "loki"],
        [jaeger.jsonData.tracesToMetrics?.datasourceUid, "prometheus"],
      ];
      assert.ok(targets.length >= 4);
      for (const [uid, type] of targets) {
        const source = Object.values(loadDatasources()).find((one) => one.uid === uid);
        assert.equal(source?.type, type, `${uid}`);
      }
    });

    it("graph, node, agent, call and tool are one trace in Jaeger", async () => {
      const trace = await wholeTrace();
      const search = trace.spans.find(({ name }) => name === "execute_tool web_search");
      assert.ok(
        trace.spans.some(({ parentId }) => parentId === search?.spanId),
        "a tool's web request is in the trace",
      );
    });

    it("each report that failed is a trace with its error", async () => {
      const { stack, outage } = given();
      await waitUntil("the traces of the outage are in Jaeger", async () => {
        const traces = await stack.jaeger.tracesOf(outage.service);
        assert.equal(traces.length, outage.served.llmCalls);
        for (const trace of traces) assertWholeReport(trace, true);
      });
    });

    it("every line that the program logged is in Loki, with the trace it belongs to", async () => {
      const { stack, team, outage } = given();
      for (const run of [team, outage]) {
        await waitUntil(`the lines of ${run.service} are in Loki`, () => assertEveryLine(stack.loki, run));
      }
      assert.ok(team.lines.every(({ trace_id }) => trace_id !== undefined));
    });

    it("a log line leads to its trace, by the derived field as provisioned", async () => {
      const { stack, team } = given();
      const trace = await wholeTrace();
      for (const line of await stack.loki.lines(`{service_name="${team.service}"}`)) {
        const traceId = traceIdOf(line);
        assert.ok(traceId !== undefined, `no trace for the line ${line.text}`);
        assert.equal((await stack.jaeger.trace(traceId))?.traceId, trace.traceId);
      }
    });

    it("a trace leads to its log lines, by the query as provisioned", async () => {
      const { stack, team } = given();
      const { tags, query } = loadDatasources().jaeger.jsonData.tracesToLogsV2!;
      const trace = await wholeTrace();
      for (const span of trace.spans) {
        const lines = await stack.loki.lines(fillIn(query, tags, trace, span));
        assert.equal(lines.filter((line) => !isOwn(line)).length, team.lines.length, `from the span ${span.name}`);
      }
    });

    it("a trace leads to metrics, by the queries as provisioned", async () => {
      const { stack } = given();
      const { tags, queries } = loadDatasources().jaeger.jsonData.tracesToMetrics!;
      const trace = await wholeTrace();
      const failed = trace.spans.find((span) => span.tags["error"] === true);
      assert.ok(failed);
      for (const { name, query } of queries) {
        await waitUntil(`"${name}" has data`, async () => {
          const series = await stack.prometheus.queryRange(fillIn(query, tags, trace, failed), 10);
          assert.ok(series.some(({ values }) => values.some((value) => value > 0)));
        });
      }
    });

    for (const metric of ["agent_request_duration_seconds", "llm_request_duration_seconds", "llm_cost_usd_total"]) {
      it(`an exemplar of ${metric} leads to the trace it was measured in`, async () => {
        const { stack, team } = given();
        const { name } = loadDatasources().prometheus.jsonData.exemplarTraceIdDestinations![0]!;
        const series = metric.endsWith("_total") ? metric : `${metric}_bucket`;
        const trace = await wholeTrace();
        const exemplars = await waitUntil(`${metric} has exemplars`, async () => {
          const found = await stack.prometheus.exemplars(`${series}{job="${team.service}"}`);
          assert.ok(found.length > 0);
          return found;
        });
        for (const { labels } of exemplars) {
          assert.equal(labels[name], trace.traceId);
          const span = trace.spans.find(({ spanId }) => spanId === labels["span_id"]);
          assert.match(span?.name ?? "", metric.startsWith("agent") ? /^invoke_agent/ : /^(chat|embeddings)/);
        }
      });
    }

    it("Jaeger's monitor tab shows calls, errors and latencies of the service", async () => {
      const { stack, team } = given();
      for (const metric of ["calls", "errors", "latencies"] as const) {
        await waitUntil(`the monitor tab has ${metric}`, async () => {
          assert.ok((await stack.jaeger.performancePoints(team.service, metric)) > 0);
        });
      }
    });
  });
}
