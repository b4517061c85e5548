import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { askSeries, loadStackSeries } from "../../../grafana/source/stack-series.ts";
import { getJson } from "../support/http.ts";
import type { Scenario } from "../support/scenario.ts";
import { waitUntil } from "../support/wait-until.ts";

const { series, streamLabels, lineLabels } = loadStackSeries();

export function checkStackSeries(given: () => Scenario): void {
  describe("what was recorded of the stack's own components is so", () => {
    for (const [name, { kind, labels, when }] of Object.entries(series)) {
      it(`${name}${when === undefined ? "" : ", if it is there"}`, async () => {
        const ask = () => askSeries(given().stack.prometheus.url, name, getJson);
        if (when !== undefined && (await ask()) === undefined) return;
        await waitUntil(`${name} is as recorded`, async () => {
          const found = await ask();
          assert.ok(found, "no such series");
          assert.equal(found.kind, kind);
          assert.deepEqual(
            labels.filter((label) => !found.labels.includes(label)),
            [],
          );
        });
      });
    }

    it("labels of log lines", async () => {
      const { stack, working } = given();
      await working;
      await waitUntil("lines carry the recorded labels", async () => {
        const lines = await stack.loki.lines('{service_name=~".+"}');
        const found = new Set(lines.flatMap(({ labels }) => Object.keys(labels)));
        assert.deepEqual(
          [...streamLabels, ...lineLabels].filter((label) => !found.has(label)),
          [],
        );
      });
    });
  });
}
