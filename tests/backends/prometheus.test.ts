import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BackendError, createPrometheusBackend, isEmbedded, type Labels } from "../../src/backends/index.ts";
import { type LocalServer, startLocalServer } from "./local-server.ts";

const success = (data: unknown) => ({ json: { status: "success", data } });

/** A client of a server that answers everything with the same. */
async function prometheusOf(json: unknown) {
  const server: LocalServer = await startLocalServer(() => ({ json }));
  return {
    prometheus: createPrometheusBackend({ url: server.url }),
    server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const labels = (given: Labels): Labels => Object.assign(Object.create(null), given) as Labels;

describe("the client of Prometheus", () => {
  it("reads vectors, with values that are no numbers and labels of any name", async () => {
    const result: unknown[] = [
      { metric: { __name__: "a", constructor: "x" }, value: [1700000000.123, "1.5"] },
      { metric: {}, value: [1700000000, "NaN"] },
      { metric: {}, value: [1700000000, "-Inf"] },
    ];
    await using asked = await prometheusOf({
      status: "success",
      data: { resultType: "vector", result },
      warnings: ["w"],
      infos: ["i"],
    });
    const answer = await asked.prometheus.query("a", { timeMs: 1_700_000_000_123 });
    assert.deepEqual(answer, {
      result: {
        type: "vector",
        series: [
          {
            labels: labels({ __name__: "a", constructor: "x" }),
            points: [{ timeMs: 1_700_000_000_123, value: 1.5 }],
            histograms: [],
          },
          { labels: labels({}), points: [{ timeMs: 1_700_000_000_000, value: Number.NaN }], histograms: [] },
          {
            labels: labels({}),
            points: [{ timeMs: 1_700_000_000_000, value: Number.NEGATIVE_INFINITY }],
            histograms: [],
          },
        ],
      },
      warnings: ["w"],
      hints: ["i"],
    });
    const { path, params } = asked.server.asked[0] ?? assert.fail();
    assert.deepEqual([path, params.get("query"), params.get("time")], ["/api/v1/query", "a", "1700000000.123"]);
  });

  it("reads scalars, strings and native histograms", async () => {
    await using scalar = await prometheusOf({ status: "success", data: { resultType: "scalar", result: [1, "+Inf"] } });
    assert.deepEqual((await scalar.prometheus.query("1")).result, {
      type: "scalar",
      timeMs: 1000,
      value: Number.POSITIVE_INFINITY,
    });
    await using string = await prometheusOf({ status: "success", data: { resultType: "string", result: [1, "x"] } });
    assert.deepEqual((await string.prometheus.query('"x"')).result, { type: "string", timeMs: 1000, text: "x" });
    const histogram = { count: "3", sum: "4.5", buckets: [[0, "1", "2", "3"]] };
    await using native = await prometheusOf({
      status: "success",
      data: { resultType: "vector", result: [{ metric: {}, histogram: [1, histogram] }] },
    });
    const { result } = await native.prometheus.query("h");
    assert.ok("series" in result);
    assert.deepEqual(result.series[0]?.histograms, [
      { timeMs: 1000, count: 3, sum: 4.5, buckets: [{ lower: 1, upper: 2, count: 3 }] },
    ]);
  });

  it("reads ranges, and asks for them in seconds", async () => {
    const result: unknown[] = [
      {
        metric: { a: "b" },
        values: [
          [10, "1"],
          [20.5, "2"],
        ],
      },
    ];
    await using asked = await prometheusOf({ status: "success", data: { resultType: "matrix", result } });
    const answer = await asked.prometheus.queryRange("a", { startMs: 10_000, endMs: 20_500, stepMs: 500 });
    assert.ok("series" in answer.result);
    assert.deepEqual(answer.result.series[0]?.points, [
      { timeMs: 10_000, value: 1 },
      { timeMs: 20_500, value: 2 },
    ]);
    const { params } = asked.server.asked[0] ?? assert.fail();
    assert.deepEqual([params.get("start"), params.get("end"), params.get("step")], ["10.000", "20.500", "0.5"]);
  });

  it("rejects a value that is no number", async () => {
    await using asked = await prometheusOf({
      status: "success",
      data: { resultType: "vector", result: [{ metric: {}, value: [1, "1.5 apples"] }] },
    });
    await assert.rejects(
      asked.prometheus.query("a"),
      /a number as text at the answer\.data\.result\[0\]\.value\[1\], got "1\.5 apples"/,
    );
  });

  it("says what Prometheus says of a wrong query", async () => {
    await using server = await startLocalServer(() => ({
      status: 400,
      json: { status: "error", errorType: "bad_data", error: "unclosed left parenthesis" },
    }));
    const error = await createPrometheusBackend({ url: server.url })
      .query("sum(")
      .catch((reason: unknown) => reason);
    assert.ok(error instanceof BackendError);
    assert.deepEqual([error.failure, error.received], ["rejected", "400: bad_data: unclosed left parenthesis"]);
  });

  it("reads labels, series, metadata and exemplars", async () => {
    await using server = await startLocalServer(({ path }) => {
      if (path === "/api/v1/labels" || path === "/api/v1/label/a%20b/values") return success(["x", "y"]);
      if (path === "/api/v1/series") return success([{ a: "b" }]);
      if (path === "/api/v1/metadata") return success({ m: [{ type: "counter", help: "h", unit: "" }] });
      return success([
        { seriesLabels: { a: "b" }, exemplars: [{ labels: { trace_id: "t" }, value: "0.5", timestamp: 1.5 }] },
      ]);
    });
    const prometheus = createPrometheusBackend({ url: server.url });
    assert.deepEqual(await prometheus.labels({ selectors: ["{a='b'}"], startMs: 0, endMs: 1, limit: 5 }), ["x", "y"]);
    assert.deepEqual(await prometheus.labelValues("a b"), ["x", "y"]);
    assert.deepEqual(await prometheus.series(["m"]), [labels({ a: "b" })]);
    assert.deepEqual(await prometheus.metadata(), [{ metric: "m", type: "counter", help: "h", unit: "" }]);
    assert.deepEqual(await prometheus.exemplars("m", { startMs: 0, endMs: 1 }), [
      { labels: labels({ a: "b" }), exemplars: [{ labels: labels({ trace_id: "t" }), value: 0.5, timeMs: 1500 }] },
    ]);
    assert.deepEqual(server.asked[0]?.params.getAll("match[]"), ["{a='b'}"]);
  });

  it("reads rules and alerts", async () => {
    const alert = {
      labels: { alertname: "A", severity: "page" },
      annotations: { summary: "s" },
      state: "firing",
      activeAt: "2026-05-04T12:00:00.5Z",
      value: "1e+00",
    };
    const common = { labels: {}, health: "ok", evaluationTime: 0.5, lastEvaluation: "0001-01-01T00:00:00Z" };
    const rules = [
      { ...common, type: "recording", name: "r", query: "1" },
      {
        ...common,
        type: "alerting",
        name: "A",
        query: "1",
        state: "firing",
        duration: 60,
        alerts: [alert],
        annotations: {},
        health: "err",
        lastError: "e",
      },
    ];
    await using server = await startLocalServer(({ path }) =>
      path === "/api/v1/rules"
        ? success({ groups: [{ name: "g", file: "f.yml", interval: 30, rules }] })
        : success({ alerts: [alert] }),
    );
    const prometheus = createPrometheusBackend({ url: server.url });
    const [read] = await prometheus.alerts();
    assert.deepEqual([read?.state, read?.activeSinceMs, read?.value], ["firing", Date.UTC(2026, 4, 4, 12) + 500, 1]);
    const [group] = await prometheus.rules();
    const [recording, alerting] = group?.rules ?? [];
    assert.deepEqual([group?.intervalS, recording?.type, recording?.lastEvaluationMs], [30, "recording", undefined]);
    assert.ok(alerting?.type === "alerting");
    assert.deepEqual([alerting.forS, alerting.lastError, alerting.alerts[0]?.labels["severity"]], [60, "e", "page"]);
  });

  it("reads rules that were not evaluated yet", async () => {
    const rule = {
      type: "alerting",
      name: "A",
      query: "1",
      state: "unknown",
      health: "unknown",
      duration: 0,
      alerts: null,
    };
    await using asked = await prometheusOf({
      status: "success",
      data: { groups: [{ name: "g", file: "f", interval: 30, rules: [rule] }] },
    });
    const [group] = await asked.prometheus.rules("alert");
    assert.deepEqual(
      group?.rules.map((one) => one.type === "alerting" && one.state),
      ["unknown"],
    );
  });

  it("knows an embedded process by its build", async () => {
    const build = { version: "3.15.0", revision: "agent-observatory 0.1.0" };
    await using ours = await prometheusOf({ status: "success", data: build });
    await using real = await prometheusOf({ status: "success", data: { ...build, revision: "e5ab" } });
    assert.deepEqual([await isEmbedded(ours.prometheus), await isEmbedded(real.prometheus)], [true, false]);
  });
});
