import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createJaegerBackend } from "../../src/backends/index.ts";
import { startLocalServer } from "./local-server.ts";

const tag = (key: string, value: unknown, type = "string") => ({ key, type, value });
const failed = {
  traceID: "t1",
  spanID: "s2",
  operationName: "chat gpt-4o",
  references: [
    { refType: "CHILD_OF", traceID: "t1", spanID: "s1" },
    { refType: "FOLLOWS_FROM", traceID: "t9", spanID: "s9" },
  ],
  startTime: 1_700_000_000_500_250,
  duration: 1500,
  tags: [
    tag("span.kind", "client"),
    tag("error", true, "bool"),
    tag("otel.status_code", "ERROR"),
    tag("otel.status_description", "too many"),
    tag("otel.scope.name", "scope"),
    tag("gen_ai.usage.input_tokens", 12, "int64"),
    tag("big", "9007199254740993", "int64"),
    tag("constructor", "x"),
  ],
  logs: [{ timestamp: 1_700_000_000_500_300, fields: [tag("event", "exception"), tag("exception.type", "E")] }],
  processID: "p1",
  warnings: null,
};
const root = {
  ...failed,
  spanID: "s1",
  operationName: "root",
  references: [],
  startTime: 1_700_000_000_500_000,
  tags: [],
  logs: null,
};
const trace = {
  traceID: "t1",
  spans: [failed, root, failed],
  processes: { p1: { serviceName: "svc", tags: [tag("process.pid", 7, "int64")] } },
};

describe("the client of Jaeger", () => {
  it("reads spans with what OpenTelemetry tells apart, each once, in order of their start", async () => {
    await using server = await startLocalServer(() => ({ json: { data: [trace] } }));
    const read = await createJaegerBackend({ url: server.url }).trace("t1");
    assert.deepEqual(
      read?.spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]),
      [
        ["s1", undefined],
        ["s2", "s1"],
      ],
    );
    const { attributes, resource, events, ...span } = read.spans[1] ?? assert.fail();
    assert.deepEqual(span, {
      traceId: "t1",
      spanId: "s2",
      parentSpanId: "s1",
      name: "chat gpt-4o",
      kind: "client",
      service: "svc",
      startMs: 1_700_000_000_500.25,
      durationMs: 1.5,
      status: "error",
      statusMessage: "too many",
      scope: { name: "scope", version: "" },
      links: [{ traceId: "t9", spanId: "s9" }],
    });
    assert.deepEqual({ ...attributes }, { "gen_ai.usage.input_tokens": 12, big: "9007199254740993", constructor: "x" });
    assert.deepEqual({ ...resource }, { "process.pid": 7 });
    assert.deepEqual(
      events.map((event) => ({ ...event, attributes: { ...event.attributes } })),
      [{ timeMs: 1_700_000_000_500.3, name: "exception", attributes: { "exception.type": "E" } }],
    );
  });

  it("has no trace where Jaeger says so, and an error where something else does", async () => {
    const errors = [{ msg: "trace not found", traceID: "t1" }];
    for (const data of [null, []]) {
      await using server = await startLocalServer(() => ({ json: { data, errors } }));
      assert.equal(await createJaegerBackend({ url: server.url }).trace("t1"), undefined);
      assert.deepEqual(server.asked[0]?.params.toString(), "traceID=t1");
    }
    await using other = await startLocalServer(() => ({ status: 404, body: "no such page" }));
    await assert.rejects(createJaegerBackend({ url: other.url }).trace("t1"), /got 404: no such page/);
  });

  it("asks for traces in microseconds, and answers with the latest first", async () => {
    const later = { ...trace, traceID: "t2", spans: [{ ...root, startTime: root.startTime + 1 }] };
    await using server = await startLocalServer(() => ({ json: { data: [trace, later] } }));
    const found = await createJaegerBackend({ url: server.url }).findTraces({
      service: "svc",
      tags: { a: "b" },
      startMs: 1000.5,
      endMs: 2000,
      minDurationMs: 1.5,
      limit: 3,
    });
    assert.deepEqual(
      found.map(({ traceId }) => traceId),
      ["t2", "t1"],
    );
    assert.deepEqual(Object.fromEntries(server.asked[0]?.params ?? []), {
      service: "svc",
      tags: '{"a":"b"}',
      start: "1000500",
      end: "2000000",
      minDuration: "1500us",
      limit: "3",
    });
  });

  it("reads services, operations and dependencies, whether there are any or none", async () => {
    const answers: Record<string, unknown> = {
      "/api/services": null,
      "/api/operations": [{ name: "op", spanKind: "server" }],
      "/api/dependencies": [{ parent: "a", child: "b", callCount: 2 }],
    };
    await using server = await startLocalServer(({ path }) => ({ json: { data: answers[path] } }));
    const jaeger = createJaegerBackend({ url: server.url });
    assert.deepEqual(await jaeger.services(), []);
    assert.deepEqual(await jaeger.operations("svc"), [{ name: "op", kind: "server" }]);
    assert.deepEqual(await jaeger.dependencies({ startMs: 1000, endMs: 5000 }), [
      { parent: "a", child: "b", callCount: 2 },
    ]);
    assert.equal(server.asked[2]?.params.get("lookback"), "4000");
  });
});
