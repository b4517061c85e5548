import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type PlainSample, packSamples, unpackSamples } from "../../src/observatory/packed-samples.ts";
import { createLabels } from "../../src/signals/index.ts";

const sampleOf = (labels: Readonly<Record<string, string>>, value: number): PlainSample => ({
  labels: createLabels(Object.entries(labels)),
  timeMs: 1_700_000_000_123,
  value,
});

describe("samples that cross threads", () => {
  it("are the same on the other side", () => {
    const samples: PlainSample[] = [
      sampleOf({ __name__: "a", constructor: "x" }, 1.5),
      sampleOf({}, Number.NaN),
      { ...sampleOf({ __name__: "a", job: "__name__" }, -0), stale: true },
      sampleOf({ ü: "\ud800" }, Number.NEGATIVE_INFINITY),
    ];
    assert.deepEqual(unpackSamples(structuredClone(packSamples(samples))), samples);
    assert.deepEqual(unpackSamples(structuredClone(packSamples([]))), []);
  });

  it("bring each text once", () => {
    const samples = Array.from({ length: 1000 }, (_, index) =>
      sampleOf({ job: "shop", agent: `a${index % 10}` }, index),
    );
    assert.equal(packSamples(samples).texts.length, 13);
  });
});
