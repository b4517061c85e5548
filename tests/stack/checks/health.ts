import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BROKEN_RULE } from "../support/haste.ts";
import type { Scenario } from "../support/scenario.ts";
import { SERVICES, type Stack } from "../support/stack.ts";
import { waitUntil } from "../support/wait-until.ts";

/** Asked from the container that asks the collector: the only one with a program for it, and it reaches ports that are not published. */
const ENDPOINTS: Readonly<Record<string, string>> = {
  "otel-collector": "http://otel-collector:13133/",
  prometheus: "http://prometheus:9090/-/ready",
  alertmanager: "http://alertmanager:9093/-/ready",
  loki: "http://loki:3100/ready",
  jaeger: "http://jaeger:13133/status",
};

type Container = { readonly Service: string; readonly State: string; readonly Health: string };

export async function assertHealthy(stack: Stack): Promise<void> {
  const listed = await stack.compose("ps", "--all", "--format", "json");
  const containers = listed
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Container);
  for (const service of SERVICES) {
    const container = containers.find(({ Service }) => Service === service);
    assert.equal(container?.State, "running", service);
    // Nothing in the collector's image can ask; otel-collector-ready does.
    assert.equal(container?.Health, service === "otel-collector" ? "" : "healthy", service);
  }
}

export function checkHealth(given: () => Scenario): void {
  describe("health", () => {
    it("is reported by every service", () => assertHealthy(given().stack));

    for (const [service, url] of Object.entries(ENDPOINTS)) {
      it(`is reported by ${service} at its own endpoint`, async () => {
        await given().stack.exec("otel-collector-ready", ["wget", "-q", "-O", "-", url]);
      });
    }

    it("is watched by Prometheus, which reaches every component", async () => {
      const jobs = ["alertmanager", "jaeger", "loki", "otel-collector", "prometheus"];
      await waitUntil("Prometheus has scraped every component", async () => {
        const up = await given().stack.prometheus.query("up == 1");
        assert.deepEqual(up.map(({ labels }) => labels["job"]).toSorted(), jobs);
      });
    });

    it("has every alert rule evaluated without an error", async () => {
      await waitUntil("every rule was evaluated", async () => {
        const rules = await given().stack.prometheus.rules();
        assert.ok(rules.length > 0);
        assert.deepEqual(
          rules
            .filter(({ name, health }) => health !== "ok" && name !== BROKEN_RULE)
            .map(({ name, health, lastError }) => ({ name, health, lastError })),
          [],
        );
      });
    });
  });
}
