import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { metricName } from "../../src/ingest/metric-names.ts";
import { CATALOGUE, type MetricDefinition } from "../../src/metrics/index.ts";

describe("the names of metrics", () => {
  it("are the same whether they are pulled or pushed to Prometheus", () => {
    const translated = CATALOGUE.map(({ name, otlpName = name, unit, type }: MetricDefinition) =>
      metricName({ name: otlpName, unit, kind: type === "counter" ? "sum" : type, monotonic: type === "counter" }),
    );
    assert.deepEqual(
      translated,
      CATALOGUE.map(({ name }) => name),
    );
  });
});
