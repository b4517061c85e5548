import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { describe, it } from "node:test";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as GrpcTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { ask, createDirectory, otlp, runObservatory, send } from "./running-observatory.ts";

const resource = resourceFromAttributes({ "service.name": "agents" });

type Vector = {
  readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
};
type Streams = { readonly result: readonly { readonly values: readonly [string, string][] }[] };

describe("the embedded process", () => {
  it("takes what OpenTelemetry's exporters send and answers for it in all three APIs", async () => {
    await using observatory = await runObservatory();
    const { otlpHttp, otlpGrpc } = observatory.urls;
    for (const [name, exporter] of [
      ["over http", new OTLPTraceExporter({ url: `${otlpHttp}/v1/traces` })],
      ["over grpc", new GrpcTraceExporter({ url: otlpGrpc })],
    ] as const) {
      const provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] });
      provider.getTracer("test").startSpan(name).end();
      await provider.shutdown();
    }
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: `${otlpHttp}/v1/metrics` }),
    });
    const meters = new MeterProvider({ resource, readers: [reader] });
    meters.getMeter("test").createCounter("answers").add(7);
    await meters.shutdown();
    const logs = new LoggerProvider({
      resource,
      processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${otlpHttp}/v1/logs` }) })],
    });
    logs.getLogger("test").emit({ body: "said", severityNumber: 9 });
    await logs.shutdown();

    const operations = await observatory.data<string[]>("/api/services/agents/operations");
    assert.deepEqual(operations, ["over grpc", "over http"]);
    const { result } = await observatory.data<Vector>("/api/v1/query", { query: "answers_total" });
    assert.deepEqual(
      result.map(({ metric, value }) => [metric["job"], value[1]]),
      [["agents", "7"]],
    );
    const lines = await observatory.data<Streams>("/loki/api/v1/query_range", { query: '{service_name="agents"}' });
    assert.deepEqual(
      lines.result.flatMap(({ values }) => values.map(([, line]) => line)),
      ["said"],
    );
    assert.deepEqual(observatory.said, []);
  });

  it("tells what it did not take of a request, and refuses what is no OTLP", async () => {
    await using observatory = await runObservatory();
    const { otlpHttp } = observatory.urls;
    const partial = await send(otlpHttp, "traces", otlp.span(0, Date.now()));
    const { partialSuccess } = (await partial.json()) as { partialSuccess: Record<string, string> };
    assert.equal(partialSuccess["rejectedSpans"], "1");
    assert.match(partialSuccess["errorMessage"] ?? "", /id/);
    assert.equal((await send(otlpHttp, "traces", { resourceSpans: 1 })).status, 400);
    const noise = await fetch(`${otlpHttp}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: Buffer.from("no protobuf at all"),
    });
    assert.equal(noise.status, 400);
  });

  it("takes no more series in a day than it may, tells the sender, and counts what it refuses", async () => {
    await using observatory = await runObservatory({ settings: { maxSeriesPerDay: 100 } });
    const values = Array.from({ length: 150 }, (_, index) => index);
    const now = Date.now();
    const partial = await send(observatory.urls.otlpHttp, "metrics", otlp.gauge("flood", now, values));
    const { partialSuccess } = (await partial.json()) as { partialSuccess: Record<string, string> };
    const rejected = Number(partialSuccess["rejectedDataPoints"]);
    // Rules have series as well.
    assert.ok(rejected >= 50 && rejected < 150, String(rejected));
    assert.match(partialSuccess["errorMessage"] ?? "", /the day has as many series as the store takes/);
    const known = await send(observatory.urls.otlpHttp, "metrics", otlp.gauge("flood", now + 1, [1]));
    assert.deepEqual(await known.json(), {});
    const counted = `agent_observatory_otlp_items_total{signal="metrics",outcome="rejected"} ${rejected}`;
    assert.ok((await observatory.get("/metrics")).body.includes(counted));
  });

  it("has everything that it answered for after a restart", async () => {
    const dataDirectory = await createDirectory();
    try {
      {
        await using first = await runObservatory({ settings: { dataDirectory } });
        assert.equal((await send(first.urls.otlpHttp, "traces", otlp.span(7, Date.now()))).status, 200);
        await first.close();
        await first.close();
        await assert.rejects(first.get("/-/healthy"), { code: "ECONNREFUSED" });
      }
      await using second = await runObservatory({ settings: { dataDirectory } });
      assert.deepEqual(await second.data("/api/services"), ["program"]);
    } finally {
      await rm(dataDirectory, { recursive: true, force: true });
    }
  });

  it("counts calls whose agent has not come yet before it ends", async () => {
    const dataDirectory = await createDirectory();
    const resource = { attributes: [{ key: "service.name", value: { stringValue: "python" } }] };
    const startTimeUnixNano = `${BigInt(Date.now()) * 1_000_000n}`;
    const call = {
      traceId: "1".padStart(32, "0"),
      spanId: "2".padStart(16, "0"),
      parentSpanId: "3".padStart(16, "0"),
      name: "chat gpt-4o",
      startTimeUnixNano,
      endTimeUnixNano: startTimeUnixNano,
      attributes: [
        { key: "gen_ai.operation.name", value: { stringValue: "chat" } },
        { key: "gen_ai.request.model", value: { stringValue: "gpt-4o" } },
      ],
    };
    try {
      await using before = await runObservatory({ settings: { dataDirectory } });
      await send(before.urls.otlpHttp, "traces", { resourceSpans: [{ resource, scopeSpans: [{ spans: [call] }] }] });
      await before.close();
      await using after = await runObservatory({ settings: { dataDirectory } });
      const { result } = await after.data<Vector>("/api/v1/query", { query: "llm_requests_total" });
      assert.deepEqual(
        result.map(({ value }) => value[1]),
        ["1"],
      );
    } finally {
      await rm(dataDirectory, { recursive: true, force: true });
    }
  });

  it("stores metrics of itself, as if it were scraped", async () => {
    await using observatory = await runObservatory({ ownTelemetry: true });
    const instance = new URL(observatory.urls.web).host;
    const metric = { __name__: "up", instance, job: "agent-observatory" };
    for (;;) {
      const { result } = await observatory.data<Vector>("/api/v1/query", { query: "up" });
      if (result.length === 0) continue;
      assert.deepEqual(
        result.map((one) => one.metric),
        [metric],
      );
      break;
    }
    const scraped = await observatory.get("/metrics");
    assert.match(String(scraped.headers["content-type"]), /^text\/plain; version=0\.0\.4/);
    assert.match(scraped.body, /^agent_observatory_queries_total\{api="prometheus",status="200"\} \d+$/m);
    assert.match(scraped.body, /^process_resident_memory_bytes \d{8,}$/m);
  });

  it("says which port is taken and how to choose another, and lets go of everything else", async () => {
    await using first = await runObservatory();
    const port = Number(new URL(first.urls.otlpGrpc).port);
    const dataDirectory = await createDirectory();
    await assert.rejects(runObservatory({ settings: { dataDirectory, otlpGrpcPort: port } }), (error: Error) => {
      assert.match(
        error.message,
        new RegExp(`^Expected port ${port} of 127\\.0\\.0\\.1 to be free for OTLP over gRPC, got`),
      );
      assert.match(error.message, /--otlp-grpc-port \(AGENT_OBSERVATORY_OTLP_GRPC_PORT\)\. \(AO_PORT_TAKEN\)$/);
      return true;
    });
    // The store is free again.
    await using second = await runObservatory({ settings: { dataDirectory } });
    assert.equal((await second.get("/-/ready")).status, 200);
    await second.close();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it("listens for other machines only with a token, which everything but its health needs then", async () => {
    await assert.rejects(runObservatory({ settings: { host: "0.0.0.0" } }), { code: "AO_EMBEDDED_TOKEN" });
    await using observatory = await runObservatory({ settings: { host: "0.0.0.0", token: "secret" } });
    const { web, otlpHttp } = observatory.urls;
    assert.equal((await ask(`${web}/api/v1/query?query=1`)).status, 401);
    assert.equal((await ask(`${web}/metrics`, { authorization: "Bearer secre" })).status, 401);
    assert.equal((await ask(`${web}/-/healthy`)).status, 200);
    assert.equal((await ask(`${web}/api/v1/query?query=1`, { authorization: "Bearer secret" })).status, 200);
    assert.equal((await send(otlpHttp, "traces", {})).status, 401);
  });
});
