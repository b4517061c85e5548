import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runTeam, type TeamRun } from "../support/programs.ts";
import type { Scenario } from "../support/scenario.ts";
import { SERVICES, type Stack } from "../support/stack.ts";
import { assertEveryLine, assertWholeReport, servedCounts, storedCounts } from "../support/telemetry-of-run.ts";
import { pause, waitUntil } from "../support/wait-until.ts";
import { assertHealthy } from "./health.ts";

const BACK_ENDS = ["prometheus", "loki", "jaeger"] as const;
const REPORTS = 4;
const OUTAGE_MS = 20_000;

async function assertNothingLost({ prometheus, loki, jaeger }: Stack, run: TeamRun, reports: number): Promise<void> {
  assert.deepEqual(await storedCounts(prometheus, run.service), servedCounts(run));
  await assertEveryLine(loki, run);
  const traces = await jaeger.tracesOf(run.service);
  assert.equal(traces.length, reports);
  for (const trace of traces) assertWholeReport(trace);
}

export function checkOutages(given: () => Scenario): void {
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
