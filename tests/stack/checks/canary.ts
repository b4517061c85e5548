import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { THRESHOLDS } from "../../../alerts/source/thresholds.ts";
import type { Scenario } from "../support/scenario.ts";
import { waitUntil } from "../support/wait-until.ts";

const SIGNALS = ["logs", "traces"];

export function checkCanary(given: () => Scenario): void {
  describe("the canary", () => {
    it("reports how late both signals are", async () => {
      const { stack } = given();
      const bySignal = async (expr: string): Promise<Record<string, number>> =>
        Object.fromEntries((await stack.prometheus.query(expr)).map(({ labels, value }) => [labels["signal"], value]));
      await waitUntil("both signals were found", async () => {
        const lags = await bySignal("agent_observatory_canary_lag_seconds");
        assert.deepEqual(Object.keys(lags).toSorted(), SIGNALS);
        for (const lag of Object.values(lags)) assert.ok(lag <= THRESHOLDS.ingestionLagSeconds.limit, `${lag} s`);
        const agesS = await bySignal("time() - agent_observatory_canary_last_success_timestamp_seconds");
        assert.deepEqual(Object.keys(agesS).toSorted(), SIGNALS);
        for (const age of Object.values(agesS)) assert.ok(age >= 0 && age < 120, `${age} s ago`);
        assert.deepEqual(await bySignal("agent_observatory_canary_failures_total"), { logs: 0, traces: 0 });
      });
    });
  });

  it("the disk that the stack stores on is measured", async () => {
    const { stack } = given();
    const used = await stack.prometheus.query("max by (mountpoint) (system_filesystem_utilization_ratio)");
    assert.ok(used.length > 0);
    for (const { labels, value } of used) assert.ok(value > 0 && value < 1, `${labels["mountpoint"]}: ${value}`);
  });
}
