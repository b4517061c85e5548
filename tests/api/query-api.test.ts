import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createQueryApi } from "../../src/api/index.ts";
import { type ErrorCode, ObservatoryError } from "../../src/base/index.ts";
import { createAsk, NOW_MS } from "./asking.ts";
import { createSources } from "./memory-sources.ts";

const ask = createAsk({});

const PATHS = [
  "/api/v1/query",
  "/api/v1/query_range",
  "/api/v1/series",
  "/api/v1/label/x/values",
  "/api/v1/query_exemplars",
  "/api/v1/status/tsdb",
  "/loki/api/v1/query",
  "/loki/api/v1/query_range",
  "/loki/api/v1/labels",
  "/loki/api/v1/series",
  "/loki/api/v1/index/volume_range",
  "/loki/api/v1/detected_fields",
  "/api/traces",
  "/api/traces/1",
  "/api/operations",
  "/api/dependencies",
  "/api/metrics/latencies",
];
const NAMES = [
  [
    "query",
    "start",
    "end",
    "step",
    "time",
    "timeout",
    "limit",
    "since",
    "interval",
    "direction",
    "match[]",
    "lookback_delta",
  ],
  [
    "service",
    "tags",
    "tag",
    "minDuration",
    "endTs",
    "lookback",
    "traceID",
    "raw",
    "spanKind",
    "quantile",
    "prettyPrint",
  ],
].flat();
const VALUES = [
  "",
  "0",
  "-1",
  "99999999999999999999999",
  "1e308",
  "NaN",
  "Inf",
  "-Inf",
  "0x1p-1074",
  "9223372036854775807",
  "-9223372036854775808",
  "9999-12-31T23:59:59.999999999Z",
  "0000-01-01T00:00:00+23:59",
  "\u0000\ud800%",
  "((((((((((",
  '{a="b"}',
  "{".repeat(3000),
  "-".repeat(3000),
  '{"a":"b"}',
];

describe("the query API", () => {
  it("sends a path to the API it belongs to", () => {
    const api = createQueryApi({ sources: createSources({}), clock: { nowMs: () => NOW_MS }, version: "1.2.3" });
    for (const path of ["/api/v1/query", "/api/v1/nope", "/loki/api/v1/labels", "/ready", "/api/traces", "/api/nope"]) {
      assert.equal(api.handles(path), true, path);
    }
    for (const path of ["/", "/metrics", "/api", "/loki", "/v1/traces"]) assert.equal(api.handles(path), false, path);
    assert.equal(api.handle({ method: "GET", path: "/", params: new URLSearchParams(), headers: {} }).status, 404);
  });

  it("answers whatever it is asked, and never with a fault of its own", () => {
    for (const path of PATHS) {
      for (const name of NAMES) {
        for (const value of VALUES) {
          const more = path.startsWith("/api/v1/query_range") ? "&query=1&start=1&end=5&step=1" : "";
          const target = `${path}?${new URLSearchParams({ [name]: value })}${more}`;
          const { status, body } = ask(target);
          assert.ok(
            status < 500 || status === 501 || status === 503 || body.includes("min start time"),
            `${target} ${body}`,
          );
        }
      }
    }
  });

  it("does not take a path for more than it is", () => {
    for (const path of [
      "/api/v1/__proto__",
      "/api/v1/label/%/values",
      "/loki/api/v1/toString",
      "/api/traces/%00",
      "/api/services/%zz/operations",
    ]) {
      assert.ok(ask(path).status < 500, path);
    }
  });

  it("says what went wrong where a source fails", () => {
    const broken = () => {
      throw new Error("the disk is full");
    };
    const api = createQueryApi({
      sources: { ...createSources({}), services: broken, streams: broken, labelNames: broken },
      clock: { nowMs: () => NOW_MS },
      version: "1.2.3",
    });
    for (const path of ["/api/v1/labels", "/loki/api/v1/labels", "/api/services"]) {
      const { status, body } = api.handle({ method: "GET", path, params: new URLSearchParams(), headers: {} });
      assert.equal(status, 500);
      assert.match(body, /the disk is full/);
    }
  });

  it("says that less can be asked for where a question selects too much or would need too much memory", () => {
    const failures: readonly (() => never)[] = [
      () => {
        throw new ObservatoryError("AO_STORE_LIMIT", { expected: "at most 5 series", received: "a larger selection" });
      },
      () => {
        "x".repeat(2 ** 30);
        throw new Error("not reached");
      },
      () => {
        new Float64Array(2 ** 40);
        throw new Error("not reached");
      },
    ];
    const paths = { "/api/v1/labels": 422, "/loki/api/v1/labels": 400, "/api/services": 400 };
    for (const fail of failures) {
      const api = createQueryApi({
        sources: { ...createSources({}), services: fail, streams: fail, labelNames: fail },
        clock: { nowMs: () => NOW_MS },
        version: "1.2.3",
      });
      for (const [path, expected] of Object.entries(paths)) {
        const { status, body } = api.handle({ method: "GET", path, params: new URLSearchParams(), headers: {} });
        assert.equal(status, expected, body);
        assert.match(body, /ask for (?:less or )?a shorter time/i);
      }
    }
  });

  it("answers every other error of the store as trouble of its own, with the store's words", () => {
    const codes: readonly ErrorCode[] = ["AO_STORE_FULL", "AO_STORE_CORRUPT", "AO_STORE_SCHEMA", "AO_STORE_DIRECTORY"];
    for (const code of codes) {
      const fail = (): never => {
        throw new ObservatoryError(code, { expected: "one thing", received: "another in /data" });
      };
      const api = createQueryApi({
        sources: { ...createSources({}), services: fail, streams: fail, labelNames: fail },
        clock: { nowMs: () => NOW_MS },
        version: "1.2.3",
      });
      for (const path of ["/api/v1/labels", "/loki/api/v1/labels", "/api/services"]) {
        const { status, body } = api.handle({ method: "GET", path, params: new URLSearchParams(), headers: {} });
        assert.equal(status, 500, code);
        assert.ok(body.includes("another in /data") && body.includes(code), body);
      }
    }
  });
});
