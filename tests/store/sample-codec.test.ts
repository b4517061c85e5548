import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setStale } from "../../src/signals/index.ts";
import { decodeSamples, encodeSamples } from "../../src/store/sample-codec.ts";
import { createRandom } from "./random.ts";

const bitsOf = (values: Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();

function roundTrip(timesMs: Float64Array, values: Float64Array): Uint8Array {
  const encoded = encodeSamples(timesMs, values);
  const [times, decoded] = [new Float64Array(timesMs.length + 2), new Float64Array(timesMs.length + 2)];
  assert.equal(decodeSamples(encoded, times, decoded, 1, 1000, timesMs.length), timesMs.length);
  assert.deepEqual(
    times.subarray(1, -1),
    timesMs.map((time) => time + 1000),
  );
  assert.deepEqual(bitsOf(decoded.subarray(1, -1)), bitsOf(values));
  return encoded;
}

const every = (count: number, stepMs: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => i * stepMs);

describe("encoded samples", () => {
  it("come back bit by bit, whatever they are", () => {
    const random = createRandom(1);
    const ODD = [0, -0, Number.NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 2 ** 53, -(2 ** 60), 0.1, 1 / 3];
    const kinds: readonly ((before: number) => number)[] = [
      (before) => before + random.below(100),
      (before) => before - random.below(1000) * 1e9,
      () => random.next(),
      (before) => before,
      () => random.below(100_000) / 1000,
      () => random.pick(ODD),
      () => (random.next() - 0.5) * 10 ** random.below(300),
    ];
    for (let round = 0; round < 2000; round += 1) {
      const count = 1 + random.below(60);
      const [times, values] = [new Float64Array(count), new Float64Array(count)];
      const kind = random.pick(kinds);
      let [time, value] = [random.below(80_000_000), 0];
      for (let index = 0; index < count; index += 1) {
        times[index] = time;
        time += 1 + (random.below(3) === 0 ? random.below(100_000) : 14_999);
        value = random.below(20) === 0 ? random.pick(kinds)(value) : kind(value);
        values[index] = value;
        if (random.below(30) === 0) setStale(values, index);
      }
      roundTrip(times, values);
    }
  });

  it("take one to three bytes each where they are a counter", () => {
    const random = createRandom(2);
    const count = 512;
    const bytesPerSample = (step: () => number, jitterMs: number): number => {
      let value = 0;
      const times = every(count, 15_000).map((time) => time + random.below(jitterMs + 1));
      const values = Float64Array.from({ length: count }, () => (value += step()));
      return roundTrip(times, values).length / count;
    };
    assert.ok(bytesPerSample(() => random.below(100), 0) < 1.2);
    assert.ok(bytesPerSample(() => random.below(100), 20) < 2.2);
    assert.ok(bytesPerSample(() => random.below(1000), 20) < 3);
    assert.ok(bytesPerSample(() => (random.below(50) === 0 ? 1 : 0), 0) < 0.2, "an idle one next to nothing");
  });

  it("keep the end of a counter without becoming larger for it", () => {
    const values = Float64Array.from({ length: 240 }, (_, index) => index * 3);
    const plain = roundTrip(every(240, 15_000), values).length;
    setStale(values, 239);
    assert.ok(roundTrip(every(240, 15_000), values).length < plain + 16);
  });

  it("are not decoded where their number is not the expected one", () => {
    const encoded = encodeSamples(every(3, 1000), new Float64Array(3));
    assert.equal(decodeSamples(encoded, new Float64Array(3), new Float64Array(3), 0, 0, 4), 3);
    assert.notEqual(
      decodeSamples(Uint8Array.of(0xff, 0xff, 0xff, 0x7f), new Float64Array(1), new Float64Array(1), 0, 0, 1),
      1,
    );
  });
});
