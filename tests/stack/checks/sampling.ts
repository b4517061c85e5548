import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SAMPLED, type Scenario } from "../support/scenario.ts";
import { assertEveryLine, assertWholeReport, servedCounts, storedCounts } from "../support/telemetry-of-run.ts";
import { waitUntil } from "../support/wait-until.ts";

export function checkSampling(given: () => Scenario): void {
  describe("a program that sends one trace in ten", () => {
    it("is counted whole", async () => {
      const { stack, sampled } = given();
      const runs = await sampled;
      await waitUntil("the counts are those served", async () => {
        assert.deepEqual(await storedCounts(stack.prometheus, runs[0].service), servedCounts(...runs));
      });
    });

    it("has all its lines in Loki", async () => {
      const { stack, sampled } = given();
      const runs = await sampled;
      await waitUntil("all lines are in Loki", () => assertEveryLine(stack.loki, ...runs));
    });

    it("has fewer traces in Jaeger, each of them whole", async () => {
      const { stack, sampled } = given();
      const [{ service }] = await sampled;
      await waitUntil("the traces are whole", async () => {
        const traces = await stack.jaeger.tracesOf(service);
        const ofAll = traces.length / (SAMPLED.whole + SAMPLED.failed);
        assert.ok(ofAll > 0 && ofAll < 0.5, `${traces.length} traces are there`);
        for (const trace of traces) {
          const failing = trace.spans.some(
            ({ name, tags }) => name.startsWith("invoke_workflow") && tags["error"] === true,
          );
          assertWholeReport(trace, failing);
        }
      });
    });

    it("has exemplars of traces that exist, and of no others", async () => {
      const { stack, sampled } = given();
      const [{ service }] = await sampled;
      const exemplars = await waitUntil("there are exemplars", async () => {
        const found = await stack.prometheus.exemplars(`{job="${service}"}`);
        assert.ok(found.length > 0);
        return found;
      });
      const traceIds = new Set(exemplars.map(({ labels }) => labels["trace_id"]));
      for (const traceId of traceIds) {
        assert.ok(traceId !== undefined && (await stack.jaeger.trace(traceId)) !== undefined, `no trace ${traceId}`);
      }
    });
  });
}
