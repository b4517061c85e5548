import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { askSeries, loadStackSeries } from "../../../grafana/source/stack-series.ts";
import { getJson } from "../support/http.ts";
import type { Scenario } from "../support/scenario.ts";
import { waitUntil } from "../support/wait-until.ts";

const { series, streamLabels, lineLabels } = loadStackSeries();
/** A component is scraped every 15 s, the canary begins once all others are healthy, and the disk is read once a minute. */
const TIMEOUT_MS = 150_000;

/** In what the running stack is not as recorded. */
async function differences(url: string): Promise<string[]> {
  const looked = Object.entries(series).map(async ([name, { kind, labels, when }]): Promise<string[]> => {
    const found = await askSeries(url, name, getJson);
    if (found === undefined) return when === undefined ? [`${name} is not there`] : [];
    const missing = labels.filter((label) => !found.labels.includes(label)).map((label) => `${name} has no ${label}`);
    return found.kind === kind ? missing : [`${name} is a ${found.kind}`, ...missing];
  });
  return (await Promise.all(looked)).flat();
}

export function checkStackSeries(given: () => Scenario): void {
  describe("what rules and boards know of the stack's own components is so", () => {
    it("series, their types and labels", async () => {
      const { stack, working } = given();
      await working;
      await waitUntil(
        "every series is as recorded",
        async () => assert.deepEqual(await differences(stack.prometheus.url), []),
        TIMEOUT_MS,
      );
    });

    it("labels of log lines", async () => {
      const { stack, working } = given();
      await working;
      await waitUntil("lines carry the recorded labels", async () => {
        const lines = await stack.loki.lines('{service_name=~".+"}');
        const found = new Set(lines.flatMap(({ labels }) => Object.keys(labels)));
        const missing = [...streamLabels, ...lineLabels].filter((label) => !found.has(label));
        assert.deepEqual(missing, []);
      });
    });
  });
}
