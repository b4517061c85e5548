import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { receivePoints } from "../../scripts/otlp-receiver.ts";
import { OtlpError } from "../../src/ingest/index.ts";
import { createMetrics } from "../../src/metrics/index.ts";
import type { Payload, PostResult } from "../../src/telemetry/delivery/post.ts";
import type { Sender } from "../../src/telemetry/delivery/sender.ts";
import { startMetricPusher } from "../../src/telemetry/metric-pusher.ts";
import { encodeMetrics } from "../../src/telemetry/otlp/metrics.ts";
import { createProtobufWriter } from "../../src/telemetry/otlp/protobuf-writer.ts";

const BORN_MS = 1_700_000_000_123;
const SCOPE = { name: "agent-observatory", version: "1" };
const IDENTITY = { version: "1", node_version: "24" };
const exemplar = { traceId: "0123456789abcdef0123456789abcdef", spanId: "0123456789abcdef" };

function setUp() {
  let nowMs = BORN_MS;
  const clock = { nowMs: () => nowMs };
  const metrics = createMetrics({ clock, labelValueLimit: 100, cleanLabel: (value) => value });
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { metrics, clock, pass };
}

describe("metrics in OTLP", () => {
  it("are read back as they were recorded", () => {
    const { metrics, clock, pass } = setUp();
    const tool = { agent: "Bär 🦊", tool: "t", status: "ok" };
    metrics.add("agent_tool_calls_total", tool, 1, exemplar);
    pass(1000);
    metrics.add("agent_tool_calls_total", tool, 41);
    metrics.add("agent_tool_calls_total", { ...tool, status: "error" });
    metrics.set("agent_queue_depth", { agent: "a" }, 7.5);
    for (const seconds of [0.005, 0.3, 0.3, 1e6])
      metrics.observe("agent_tool_duration_seconds", tool, seconds, exemplar);
    const bytes = encodeMetrics(
      metrics.snapshot(),
      { "service.name": "s", "process.pid": 5, on: true },
      SCOPE,
      clock.nowMs(),
    );
    const points = receivePoints(bytes);
    assert.equal(points.length, 4);

    const counted = points.find(
      (point) => point.metric === "agent_tool_calls_total" && point.labels["status"] === "ok",
    );
    assert.deepEqual(counted, {
      resource: { "service.name": "s", "process.pid": 5, on: true },
      metric: "agent_tool_calls_total",
      unit: "{call}",
      kind: "sum",
      labels: tool,
      startMs: BORN_MS,
      timeMs: BORN_MS + 1000,
      value: 42,
      histogram: undefined,
      exemplars: [{ ...exemplar, value: 1 }],
    });
    const later = points.find((point) => point.labels["status"] === "error");
    assert.equal(later?.startMs, BORN_MS + 1000, "a series begins when it is first recorded");
    const gauge = points.find((point) => point.kind === "gauge");
    assert.deepEqual([gauge?.value, gauge?.startMs], [7.5, 0], "a gauge has no start: none of its values is a 0");
    const histogram = points.find((point) => point.kind === "histogram");
    assert.equal(histogram?.value, 1_000_000.605);
    assert.equal(histogram?.histogram?.count, 4);
    assert.equal(histogram?.histogram?.counts.length, (histogram?.histogram?.bounds.length ?? 0) + 1);
    assert.equal(histogram?.histogram?.counts.at(-1), 1);
    assert.equal(histogram?.histogram?.counts[0], 1);
    assert.equal(histogram?.histogram?.counts[histogram.histogram.bounds.indexOf(0.5)], 2);
    assert.equal(histogram?.exemplars.length, 3, "one exemplar a bucket");
  });

  it("of the conventions go by their own names and attributes, without empty ones", () => {
    const { metrics, clock } = setUp();
    metrics.observe(
      "gen_ai_client_token_usage",
      {
        gen_ai_operation_name: "chat",
        gen_ai_provider_name: "openai",
        gen_ai_request_model: "m",
        gen_ai_response_model: "",
        server_address: "h",
        gen_ai_token_type: "input",
      },
      5,
    );
    metrics.observe(
      "gen_ai_execute_tool_duration_seconds",
      { gen_ai_tool_name: "t", gen_ai_agent_name: "a", error_type: "" },
      1,
    );
    const points = receivePoints(encodeMetrics(metrics.snapshot(), {}, SCOPE, clock.nowMs()));
    assert.deepEqual(
      points.map(({ metric, labels }) => [metric, labels]),
      [
        [
          "gen_ai.client.token.usage",
          {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "m",
            "server.address": "h",
            "gen_ai.token.type": "input",
          },
        ],
        ["gen_ai.execute_tool.duration", { "gen_ai.tool.name": "t", "gen_ai.agent.name": "a" }],
      ],
    );
  });

  it("are refused by the reader where they are cut short, with the one error that it has", () => {
    const { metrics, clock } = setUp();
    metrics.observe("agent_tool_duration_seconds", { agent: "a", tool: "t", status: "ok" }, 1, exemplar);
    const bytes = encodeMetrics(metrics.snapshot(), { a: "b" }, SCOPE, clock.nowMs());
    for (let length = 1; length < bytes.length; length += 1) {
      assert.throws(() => receivePoints(bytes.subarray(0, length)), OtlpError, `${length} bytes`);
    }
    let seed = 11;
    for (let round = 0; round < 3000; round += 1) {
      const damaged = Buffer.from(bytes);
      for (let change = 0; change < 3; change += 1) {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff;
        damaged[(seed >> 8) % damaged.length] = seed & 0xff;
      }
      try {
        receivePoints(damaged);
      } catch (error) {
        assert.ok(error instanceof OtlpError, `round ${round}: ${error}`);
      }
    }
  });
});

describe("the protobuf writer", () => {
  it("writes numbers as the format has them, beyond 32 bits as well", () => {
    const written = (value: number): string => {
      const writer = createProtobufWriter();
      writer.varint(1, value);
      return writer.finish().toString("hex");
    };
    assert.equal(written(0), "0800");
    assert.equal(written(127), "087f");
    assert.equal(written(128), "088001");
    assert.equal(written(300), "08ac02");
    assert.equal(written(2 ** 32), "088080808010");
    assert.equal(written(Number.MAX_SAFE_INTEGER), "08ffffffffffffff0f");
  });

  it("writes texts, nested messages and packed lists with their lengths in bytes", () => {
    const writer = createProtobufWriter();
    writer.string(1, "ü");
    writer.message(2, (inner) => inner.bytes(3, Buffer.from([1, 2])));
    writer.packedFixed64(4, [1]);
    writer.packedDouble(5, []);
    writer.double(16, 1);
    assert.equal(writer.finish().toString("hex"), "0a02c3bc12041a020102220801000000000000002a008101000000000000f03f");
  });
});

describe("the metric pusher", () => {
  function start(answers: PostResult[]) {
    const { metrics, clock } = setUp();
    const sent: Payload[] = [];
    const sender: Sender = {
      send: (payload) => {
        sent.push(payload);
        return Promise.resolve(answers.shift() ?? { kind: "delivered" });
      },
      hold: () => () => {},
      flight: () => undefined,
      answered: () => false,
    };
    const pusher = startMetricPusher({
      metrics,
      sender,
      clock,
      intervalMs: 3_600_000,
      identity: IDENTITY,
      encode: (snapshots, timeMs) => ({
        signal: "metrics",
        url: "http://collector/v1/metrics",
        protocol: "http/protobuf",
        headers: {},
        body: encodeMetrics(snapshots, {}, SCOPE, timeMs),
      }),
    });
    const last = (): Record<string, number> =>
      Object.fromEntries(
        receivePoints(sent.at(-1)?.body ?? Buffer.alloc(0)).map(({ metric, value }) => [metric, value]),
      );
    return { metrics, pusher, sent, last };
  }
  const record = (run: ReturnType<typeof start>): void => run.metrics.set("agent_queue_depth", { agent: "a" }, 1);

  it("has nothing to say of a program that recorded nothing", async () => {
    const run = start([]);
    assert.equal(run.pusher.pending(), false);
    run.pusher.end();
    await run.pusher.flush();
    assert.deepEqual(run.pusher.drain(), []);
    assert.equal(run.sent.length, 0);
  });

  it("sends what changed once, and says goodbye last", async () => {
    const run = start([]);
    record(run);
    assert.equal(run.pusher.pending(), true);
    await run.pusher.flush();
    await run.pusher.flush();
    assert.equal(run.sent.length, 1);
    assert.deepEqual(run.last(), { agent_queue_depth: 1, agent_observatory_up: 1 });
    run.pusher.end();
    await run.pusher.flush();
    assert.deepEqual(run.last(), { agent_queue_depth: 1, agent_observatory_up: 0 });
    assert.equal(run.pusher.pending(), false);
    run.pusher.close();
  });

  it("keeps what could not be sent for the next time, and for the end", async () => {
    const run = start([{ kind: "retry", reason: "away" }]);
    record(run);
    await run.pusher.flush();
    assert.equal(run.pusher.pending(), true);
    assert.equal(run.pusher.drain().length, 1);
    await run.pusher.flush();
    assert.equal(run.pusher.pending(), false);
    assert.deepEqual(run.pusher.drain(), []);
  });

  it("does not keep a program for a receiver that refuses", async () => {
    const run = start([{ kind: "rejected", reason: "404" }]);
    record(run);
    await run.pusher.flush();
    assert.equal(run.pusher.pending(), false);
    assert.deepEqual(run.pusher.drain(), []);
    record(run);
    await run.pusher.flush();
    assert.equal(run.sent.length, 2, "while it runs, it goes on trying");
  });
});
