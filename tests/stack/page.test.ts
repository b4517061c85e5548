/** The page in a browser beside a real Prometheus, Loki and Jaeger: the same page that the embedded process serves. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { WebSocket } from "ws";
import { createBackends, searchTraces } from "../../src/backends/index.ts";
import { type StackPage, startStackPage } from "../../src/observatory/index.ts";
import { lookAt, WITHOUT_BROWSER } from "../browser/harness.ts";
import { findWhatIsMissing } from "./support/docker.ts";
import { runTeam } from "./support/programs.ts";
import { type RealBackends, startRealBackends } from "./support/real-backends.ts";
import { waitUntil } from "./support/wait-until.ts";

const required = process.env["AGENT_OBSERVATORY_REQUIRE_STACK"] === "1";
const missing = WITHOUT_BROWSER || (required ? undefined : findWhatIsMissing());
const HOUR_MS = 3_600_000;

describe("the page beside the real back ends", { skip: missing ?? false }, () => {
  let real: RealBackends;
  let page: StackPage;
  let traceId = "";
  before(async () => {
    real = await startRealBackends();
    page = await startStackPage({
      host: "127.0.0.1",
      port: 0,
      allowedHosts: [],
      prometheusUrl: real.prometheus,
      lokiUrl: real.loki,
      jaegerUrl: real.jaeger,
    });
    const { traces, metrics, logs } = real.otlp;
    const env = {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: metrics,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: logs,
    };
    await runTeam({ otlpUrl: traces.replace("/v1/traces", ""), service: "research-team", env });
    const { jaeger } = createBackends({ url: page.url });
    traceId = await waitUntil("the trace is found through the page", async () => {
      const range = { startMs: Date.now() - HOUR_MS, endMs: Date.now(), limit: 1 };
      const [first] = (await searchTraces(jaeger, { ...range, service: "research-team" })).found;
      return first?.summary.traceId ?? assert.fail("not yet");
    });
  });
  after(async () => {
    await page?.close();
    await real?.close();
  });

  it("asks all three", async () => {
    const { prometheus, loki, jaeger } = createBackends({ url: page.url });
    const { result } = await prometheus.query('sum(llm_requests_total{job="research-team"})');
    assert.ok("series" in result && Number(result.series[0]?.points[0]?.value) > 0);
    const range = { startMs: Date.now() - HOUR_MS, endMs: Date.now() };
    const lines = await loki.queryRange('{service_name="research-team"}', range);
    assert.ok(lines.type === "lines" && lines.entries.length > 0);
    assert.ok((await jaeger.services()).includes("research-team"));
  });

  it("follows logs of Loki", async () => {
    const url = `${page.url.replace("http", "ws")}/loki/api/v1/tail?query=${encodeURIComponent('{service_name="research-team"}')}`;
    const socket = new WebSocket(`${url}&start=${Date.now() - HOUR_MS}000000`, { headers: { origin: page.url } });
    const [data] = await once(socket, "message");
    assert.ok(String(data).includes("research-team"));
    socket.close();
  });

  it("shows Home and a trace without a complaint of the browser", async () => {
    await using shown = await lookAt(page.url);
    // Where there is nothing to ask, a stack says so with an error of its own.
    shown.expectComplaints(/status of 404 \(Not Found\) \(.*\/api\/v2\//);
    await shown.open("/");
    await shown.page.getByRole("heading", { level: 1 }).waitFor();
    await shown.open(`/trace/${traceId}`);
    await shown.page.getByText("research-team").first().waitFor();
    await shown.open("/logs");
    await shown.page.getByRole("heading", { level: 1 }).waitFor();
  });
});
