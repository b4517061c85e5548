import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Rendered, render } from "./configuration.ts";
import { INHIBITION_CASES, type Labels, nameOf } from "./inhibition-cases.ts";
import { NEEDS_ALERTMANAGER } from "./programs.ts";
import { type Running, type SeenAlert, startAlertmanager } from "./running.ts";

/** What is muted, once all of it is decided. */
async function whatIsMuted(alertmanager: Running, firing: readonly Labels[]): Promise<readonly string[]> {
  const startsAt = new Date().toISOString();
  await alertmanager.post(firing.map((labels) => ({ labels, startsAt })));
  // The inhibitor sees alerts in order, a moment after they are there: once the last one mutes its like, all were seen.
  const probe = { alertname: "BudgetNearlyUsed", severity: "ticket", budget: "probe" };
  await alertmanager.post([probe, { ...probe, alertname: "BudgetExceeded" }].map((labels) => ({ labels })));
  for (;;) {
    const seen = await alertmanager.alerts();
    const isProbe = ({ labels }: SeenAlert): boolean => labels["budget"] === "probe";
    if (!seen.some((alert) => isProbe(alert) && alert.status.inhibitedBy.length > 0)) continue;
    const ours = seen.filter((alert) => !isProbe(alert));
    assert.equal(ours.length, firing.length);
    return ours.filter(({ status }) => status.inhibitedBy.length > 0).map(({ labels }) => nameOf(labels));
  }
}

describe("among alerts that fire at once", NEEDS_ALERTMANAGER, () => {
  let rendered: Rendered;
  before(() => {
    rendered = render();
  });
  after(() => rendered.remove());

  for (const { title, firing, muted } of INHIBITION_CASES) {
    it(title, async () => {
      const alertmanager = await startAlertmanager(rendered);
      try {
        assert.deepEqual((await whatIsMuted(alertmanager, firing)).toSorted(), muted.toSorted());
      } finally {
        await alertmanager.close();
      }
    });
  }
});
