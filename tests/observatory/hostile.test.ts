import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { otlp, type RunningObservatory, runObservatory, send } from "./running-observatory.ts";

const MB = 1024 * 1024;

/** A resource whose one attribute is a list in a list in a list. */
function nested(depth: number): Buffer {
  // array_value and values of lists, then the way to an attribute: value, attributes, resource, resource_spans.
  const tags = [...Array.from({ length: depth * 2 + 1 }, (_, i) => (i % 2 === 0 ? 42 : 10)), 18, 10, 10, 10];
  return tags.reduce((inner, tag) => {
    const length: number[] = [];
    let rest = inner.length;
    for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128);
    return Buffer.concat([Buffer.from([tag, ...length, rest]), inner]);
  }, Buffer.alloc(0));
}

describe("the embedded process, from hostile senders", () => {
  let observatory: RunningObservatory;
  const post = async (signal: string, body: Buffer | string, type = "application/x-protobuf", encoding?: string) => {
    const headers: Record<string, string> = { "content-type": type, ...(encoding && { "content-encoding": encoding }) };
    const { status } = await fetch(`${observatory.urls.otlpHttp}/v1/${signal}`, {
      method: "POST",
      headers,
      body: body as string,
    });
    return status;
  };
  const refused = (status: number): boolean => status >= 400 && status < 500;
  before(async () => {
    observatory = await runObservatory();
  });
  after(() => observatory[Symbol.asyncDispose]());

  for (const signal of ["traces", "metrics", "logs"] as const) {
    it(`answers 4xx to ${signal} that are none`, async () => {
      assert.ok(refused(await post(signal, randomBytes(10 * MB))));
      assert.ok(refused(await post(signal, nested(5000))));
      assert.ok(
        refused(await post(signal, gzipSync(randomBytes(MB)).subarray(0, MB / 2), "application/x-protobuf", "gzip")),
      );
      assert.ok(refused(await post(signal, "[".repeat(5_000_000), "application/json")));
      const resource = { traces: "resourceSpans", metrics: "resourceMetrics", logs: "resourceLogs" }[signal];
      const value = `${'{"arrayValue":{"values":['.repeat(100_000)}`;
      const attribute = `{"${resource}":[{"resource":{"attributes":[{"key":"a","value":${value}`;
      assert.ok(refused(await post(signal, attribute, "application/json")));
    });

    it(`lives on after ${signal} that unpack to millions of items`, async () => {
      // Two bytes each: an empty message.
      const items = Buffer.alloc(30 * MB);
      for (let i = 0; i < items.length; i += 2) items[i] = 10;
      const status = await post(signal, gzipSync(items, { level: 1 }), "application/x-protobuf", "gzip");
      assert.ok(status === 200 || refused(status), String(status));
    });
  }

  it("tells who sends more samples than a request may have, stores none of them, and lives", async () => {
    const bounds = Array.from({ length: 9_997 }, (_, index) => index);
    const request = (points: number): string => {
      const dataPoints = Array.from({ length: points }, (_, index) => ({
        timeUnixNano: `${BigInt(Date.now() - index) * 1_000_000n}`,
        count: "1",
        sum: 1,
        explicitBounds: bounds,
        bucketCounts: bounds.map(String),
      }));
      const metric = { name: "wide", histogram: { aggregationTemporality: 2, dataPoints } };
      return JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] });
    };
    const response = await fetch(`${observatory.urls.otlpHttp}/v1/metrics`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: request(31),
    });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /at most 300000 samples.*send it in parts/);
    assert.deepEqual(await observatory.data("/api/v1/series", { "match[]": '{__name__=~"wide.*"}' }), []);
    assert.equal(await post("metrics", request(1), "application/json"), 200);
    assert.equal((await observatory.get("/-/healthy")).status, 200);
  });

  it("still stores and answers then, within bounds", async () => {
    assert.equal((await send(observatory.urls.otlpHttp, "traces", otlp.span(1, Date.now()))).status, 200);
    assert.deepEqual(await observatory.data("/api/services"), ["program"]);
    assert.doesNotMatch((await observatory.get("/metrics")).body, /restarts_total [1-9]/);
    assert.ok(process.memoryUsage.rss() < 1500 * MB);
  });
});
