import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runTeam, type TeamRun } from "../support/programs.ts";
import { IN_TROUBLE, type Scenario } from "../support/scenario.ts";
import { SERVICES, type Stack } from "../support/stack.ts";
import { assertEveryLine, assertWholeReport, servedCounts, storedCounts } from "../support/telemetry-of-run.ts";
import { pause, waitUntil } from "../support/wait-until.ts";
import { assertOver, assertTold } from "./alerts.ts";
import { assertHealthy } from "./health.ts";
import type { Told } from "./provoked.ts";

const BACK_ENDS = ["prometheus", "loki", "jaeger"] as const;
const REPORTS = 4;
const OUTAGE_MS = 20_000;
/** Until Prometheus has noticed, the rule has fired and others of the group were waited for. */
const TOLD_WITHIN_MS = 120_000;
/** A round of the canary that began before, and the whole of one that does not find anything. */
const CANARY_WITHIN_MS = 150_000;

async function assertNothingLost({ prometheus, loki, jaeger }: Stack, run: TeamRun, reports: number): Promise<void> {
  assert.deepEqual(await storedCounts(prometheus, run.service), servedCounts(run));
  await assertEveryLine(loki, run);
  const traces = await jaeger.tracesOf(run.service);
  assert.equal(traces.length, reports);
  for (const trace of traces) assertWholeReport(trace);
}

const tracesNotFound = async ({ prometheus }: Stack): Promise<number> => {
  const [failures] = await prometheus.query('agent_observatory_canary_failures_total{signal="traces"}');
  assert.ok(failures);
  return failures.value;
};

const JAEGER_DOWN: Told = { alert: "ObservabilityBackendDown", labels: { job: "jaeger" }, receiver: "ticket" };
const COLLECTOR_DOWN: Told = { alert: "CollectorDown", labels: { job: "otel-collector" }, receiver: "page" };

/** Programs go on trying while it is down, and count that. */
const NOT_SENT: Told = { alert: "AgentTelemetryExportFailing", labels: { job: IN_TROUBLE }, receiver: "ticket" };

export function checkOutages(given: () => Scenario): void {
  describe("Jaeger is down for a minute", () => {
    const service = "team-without-jaeger";
    let run: TeamRun | undefined;

    it("which is told, and which the canary notices", async () => {
      const { stack } = given();
      const before = await tracesNotFound(stack);
      await stack.compose("stop", "jaeger");
      run = await runTeam({ otlpUrl: stack.otlpUrl, service });
      await assertTold(stack, JAEGER_DOWN, TOLD_WITHIN_MS);
      await waitUntil(
        "the canary misses its traces",
        async () => assert.ok((await tracesNotFound(stack)) > before),
        CANARY_WITHIN_MS,
      );
    });

    it("and nothing is lost", async () => {
      const { stack } = given();
      await stack.compose("start", "jaeger");
      assert.ok(run);
      const { jaeger } = stack;
      await waitUntil(
        "the trace has arrived",
        async () => {
          const traces = await jaeger.tracesOf(service);
          assert.equal(traces.length, 1);
          for (const trace of traces) assertWholeReport(trace);
        },
        90_000,
      );
      await assertNothingLost(stack, run, 1);
    });

    it("and it is told that it is over", async () => {
      const { stack } = given();
      await assertOver(stack, JAEGER_DOWN);
      await waitUntil("the canary finds its traces", async () => {
        const [ageS] = await stack.prometheus.query(
          'time() - agent_observatory_canary_last_success_timestamp_seconds{signal="traces"}',
        );
        assert.ok((ageS?.value ?? Number.NaN) < 30);
      });
    });
  });

  describe("the collector is down", () => {
    it("pages, and mutes what cannot be known without it", async () => {
      const { stack, outage } = given();
      const down = { alertname: "AgentSystemDown", job: outage.service };
      assert.equal((await stack.alertmanager.alertsWith(down))[0]?.status.state, "active");
      await stack.compose("stop", "otel-collector");
      await assertTold(stack, COLLECTOR_DOWN, TOLD_WITHIN_MS);
      await waitUntil("the other page is muted", async () => {
        assert.deepEqual(await stack.alertmanager.mutersOf(down), ["CollectorDown"]);
      });
    });

    it("is told when it is over, and what programs say of it then", async () => {
      const { stack } = given();
      await stack.compose("start", "otel-collector");
      await assertOver(stack, COLLECTOR_DOWN);
      await assertTold(stack, NOT_SENT, TOLD_WITHIN_MS);
    });
  });

  describe("nothing is lost", () => {
    it("when every back end is down for a while in the middle of a run", async () => {
      const { stack } = given();
      const running = runTeam({ otlpUrl: stack.otlpUrl, service: "team-through-outage", runs: REPORTS });
      await waitUntil("the program has begun to report", async () => {
        assert.ok((await stack.jaeger.services()).includes("team-through-outage"));
      });
      await stack.compose("stop", ...BACK_ENDS);
      const [run] = await Promise.all([running, pause(OUTAGE_MS)]);
      await stack.compose("start", ...BACK_ENDS);
      await waitUntil("all of the run has arrived", () => assertNothingLost(stack, run, REPORTS), 90_000);
    });

    it("when all containers are removed and made anew", async () => {
      const { stack, team } = given();
      await stack.compose("down", "--timeout", "10");
      await stack.compose("up", "--detach", "--wait", "--wait-timeout", "120", ...SERVICES);
      await assertHealthy(stack);
      await waitUntil("what was stored is there", () => assertNothingLost(stack, team, 1));
    });
  });
}
