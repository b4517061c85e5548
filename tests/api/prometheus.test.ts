import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { EVALUATION_INTERVAL_MS } from "../../src/promql/index.ts";
import { createLabelSet, createLabels, type NewSample } from "../../src/signals/index.ts";
import { createAsk, json, NOW_MS, query } from "./asking.ts";
import type { Content } from "./memory-sources.ts";

const START_MS = NOW_MS - 600_000;
const START_S = START_MS / 1000;

const labels = (name: string, rest: Readonly<Record<string, string>>) =>
  createLabels(Object.entries({ __name__: name, ...rest }));

const samplesOf = (name: string, rest: Readonly<Record<string, string>>, values: readonly number[]): NewSample[] =>
  values.map((value, index) => ({
    series: createLabelSet(labels(name, rest)),
    timeMs: START_MS + index * 60_000,
    value,
  }));

const CONTENT: Content = {
  samples: [
    ...samplesOf("requests_total", { job: "b", code: "200" }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ...samplesOf("requests_total", { job: "a", code: "200" }, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]),
    ...samplesOf("odd", { "ünï.code": 'a"b\n<c>' }, [-0, 1e21, 1e-7, Number.NaN, Infinity, -Infinity, 0.1]),
  ],
  exemplars: [
    {
      labels: labels("requests_total", { job: "b", code: "200" }),
      exemplars: [{ labels: createLabels([["trace_id", "abc"]]), value: 1, timeMs: START_MS + 60_500 }],
    },
    { labels: labels("requests_total", { job: "a", code: "200" }), exemplars: [] },
  ],
  metadata: [
    { metric: "requests_total", type: "counter", help: "Requests <all>", unit: "" },
    { metric: "odd", type: "gauge", help: "", unit: "s" },
    { metric: "requests_total", type: "unknown", help: "", unit: "" },
  ],
};

const ask = createAsk(CONTENT);
const at = (promql: string, more = ""): string =>
  `/api/v1/query?${query({ query: promql, time: START_S + 360 })}${more}`;
const range = (promql: string, more = ""): string =>
  `/api/v1/query_range?${query({ query: promql, start: START_S, end: START_S + 120, step: 60 })}${more}`;

describe("the Prometheus API", () => {
  it("looks every 15 seconds where a subquery names no step, as the stack's evaluation_interval says", () => {
    const { global } = parse(readFileSync(new URL("../../prometheus/prometheus.yml", import.meta.url), "utf8"));
    assert.equal(global.evaluation_interval, `${EVALUATION_INTERVAL_MS / 1000}s`);
    for (const target of [at("count_over_time(vector(1)[2m:])"), range("count_over_time(vector(1)[2m:])")]) {
      const [{ value, values }] = json(ask(target)).data.result;
      assert.equal((value ?? values.at(-1))[1], "8");
    }
  });

  it("refuses parameters in Prometheus' words", () => {
    const bad: readonly (readonly [target: string, error: string])[] = [
      [
        "query?query=1&time=x",
        `invalid parameter "time": invalid time value for 'time': cannot parse "x" to a valid timestamp`,
      ],
      ["query?query=1&timeout=x", 'invalid parameter "timeout": cannot parse "x" to a valid duration'],
      [
        "query?query=1&lookback_delta=1m1h",
        'error parsing lookback delta duration: cannot parse "1m1h" to a valid duration',
      ],
      ["query?query=1&limit=-1", 'invalid parameter "limit": limit must be non-negative'],
      ["query?query=1&limit=x", 'invalid parameter "limit": strconv.Atoi: parsing "x": invalid syntax'],
      ["query_range?query=1", 'invalid parameter "start": cannot parse "" to a valid timestamp'],
      ["query_range?start=1&end=x", 'invalid parameter "end": cannot parse "x" to a valid timestamp'],
      ["query_range?start=2&end=1", 'invalid parameter "end": end timestamp must not be before start time'],
      [
        "query_range?start=1&end=2&step=1e40",
        'invalid parameter "step": cannot parse "1e40" to a valid duration. It overflows int64',
      ],
      [
        "query_range?start=1&end=2&step=0",
        'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
      ],
      [
        "query_range?start=0&end=11001&step=1&query=1",
        "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
      ],
      ["series", "no match[] parameter provided"],
      [
        "series?match[]=%7Ba=~%22.*%22%7D",
        'invalid parameter "match[]": match[] must contain at least one non-empty matcher',
      ],
      ["labels?match[]=%7Ba=~%22.*%22%7D", "match[] must contain at least one non-empty matcher"],
      [
        "labels?start=x",
        `invalid parameter "start": invalid time value for 'start': cannot parse "x" to a valid timestamp`,
      ],
      ["label/a%ff/values", 'invalid label name: "a%ff"'],
      ["metadata?limit=x", "limit must be a number"],
      ["metadata?limit_per_metric=x", "limit_per_metric must be a number"],
      ["query_exemplars?query=a&start=2&end=1", "end timestamp must not be before start timestamp"],
      ["status/tsdb?limit=0", "limit must be a positive number"],
      ["status/tsdb?limit=10001", "limit must not exceed 10000"],
    ];
    for (const [target, error] of bad) {
      const response = ask(`/api/v1/${target}`);
      assert.deepEqual(json(response), { status: "error", errorType: "bad_data", error }, target);
      assert.equal(response.status, 400);
      assert.equal(response.headers["content-type"], "application/json");
    }
  });

  it("says that the query is what is wrong where it is", () => {
    for (const target of [at("sum("), range("sum("), "/api/v1/format_query?query=sum("]) {
      const { errorType, error } = json(ask(target));
      assert.equal(errorType, "bad_data");
      assert.match(error, /^invalid parameter "query": 1:5: parse error: /);
    }
  });

  it("writes values, times and labels as Prometheus does", () => {
    const values = (promql: string) => json(ask(at(promql))).data.result;
    assert.deepEqual(values("odd[10m]"), [
      {
        metric: { __name__: "odd", "ünï.code": 'a"b\n<c>' },
        values: ["-0", "1e+21", "1e-07", "NaN", "+Inf", "-Inf", "0.1"].map((text, index) => [
          START_S + index * 60,
          text,
        ]),
      },
    ]);
    assert.deepEqual(values("1e21"), [START_S + 360, "1000000000000000000000"]);
    assert.deepEqual(values('"a<b"'), [START_S + 360, "a<b"]);
    assert.match(ask("/api/v1/query?query=vector(1)&time=-1.5").body, /"value":\[-1\.500,"1"\]/);
    assert.match(ask("/api/v1/query?query=vector(1)&time=2020-01-01T00:00:00.0015Z").body, /\[1577836800\.001,"1"\]/);
  });

  it("answers at the clock's time where no time is given", () => {
    assert.deepEqual(json(ask("/api/v1/query?query=time()")).data.result, [NOW_MS / 1000, String(NOW_MS / 1000)]);
  });

  it("answers instant and range queries, by GET and by POST", () => {
    const expected = {
      status: "success",
      data: {
        resultType: "matrix",
        result: [
          { metric: { job: "a" }, values: [0, 60, 120].map((after, index) => [START_S + after, String(index * 2)]) },
          { metric: { job: "b" }, values: [0, 60, 120].map((after, index) => [START_S + after, String(index)]) },
        ],
      },
    };
    const target = range("sum by (job) (requests_total)");
    assert.deepEqual(json(ask(target)), expected);
    const [path = "", body = ""] = target.split("?");
    assert.deepEqual(json(ask(path, { method: "POST", body })), expected);
    assert.deepEqual(json(ask(at("nope"))).data, { resultType: "vector", result: [] });
    assert.deepEqual(json(ask(range("nope"))).data, { resultType: "matrix", result: [] });
  });

  it("writes times off the grid of whole seconds", () => {
    const target = `/api/v1/query_range?${query({ query: "1", start: 1.1, end: 1.3, step: "100ms" })}`;
    assert.match(ask(target).body, /"values":\[\[1\.100,"1"\],\[1\.200,"1"\],\[1\.300,"1"\]\]/);
  });

  it("shortens a result to its limit and says so", () => {
    const { data, warnings } = json(ask(at("requests_total", "&limit=1")));
    assert.equal(data.result.length, 1);
    assert.deepEqual(warnings, ["results truncated due to limit"]);
    assert.equal(json(ask(at("requests_total", "&limit=2"))).warnings, undefined);
    assert.deepEqual(json(ask("/api/v1/label/job/values?limit=1")), {
      status: "success",
      data: ["a"],
      warnings: ["results truncated due to limit"],
    });
  });

  it("gives statistics only where they are asked for, and warns of words that are no more", () => {
    assert.equal(json(ask(at("1"))).data.stats, undefined);
    assert.equal(json(ask(at("1", "&stats=true"))).data.stats.timings.execQueueTime, 0);
    assert.match(json(ask(at("1", "&stats=some"))).warnings[0], /value "some" for parameter "stats" is deprecated/);
  });

  it("stops a query whose time is over", () => {
    assert.equal(ask(at("requests_total", "&timeout=0")).status, 503);
    assert.equal(ask(range("requests_total", "&timeout=-1")).status, 503);
    const response = ask(at("sum(requests_total)"), { isExpired: () => true });
    assert.equal(response.status, 503);
    assert.equal(json(response).errorType, "timeout");
  });

  it("refuses an answer that is too large and says how to ask for less", () => {
    const response = createAsk(CONTENT, { maxResponseChars: 300 })(range("requests_total"));
    assert.equal(response.status, 422);
    assert.match(json(response).error, /^the answer is larger than .* MB; ask for fewer series/);
  });

  it("lists labels, values and series", () => {
    const data = (target: string) => json(ask(`/api/v1/${target}`)).data;
    assert.deepEqual(data("labels"), ["__name__", "code", "job", "ünï.code"]);
    assert.deepEqual(data("labels?match[]=odd"), ["__name__", "ünï.code"]);
    assert.deepEqual(data("label/job/values?match[]=requests_total&match[]=odd"), ["a", "b"]);
    assert.deepEqual(data(`label/job/values?end=${START_S - 1}`), []);
    assert.deepEqual(data("label/U___fc_n_ef__2e_code/values"), ['a"b\n<c>']);
    assert.deepEqual(data("label/U__job/values"), ["a", "b"]);
    assert.deepEqual(data("label/U__jo_zz_b/values"), []);
    assert.deepEqual(data("series?match[]=requests_total&match[]=%7Bjob=%22a%22%7D"), [
      { __name__: "requests_total", code: "200", job: "a" },
      { __name__: "requests_total", code: "200", job: "b" },
    ]);
    assert.deepEqual(data(`series?match[]=odd&start=${START_S + 500}`), []);
  });

  it("knows what metrics are, with Prometheus' limits", () => {
    const data = (params: string) => json(ask(`/api/v1/metadata?${params}`)).data;
    const all = [
      { type: "counter", unit: "", help: "Requests <all>" },
      { type: "unknown", unit: "", help: "" },
    ];
    assert.deepEqual(data(""), { odd: [{ type: "gauge", unit: "s", help: "" }], requests_total: all });
    assert.deepEqual(data("metric=requests_total&limit_per_metric=1"), { requests_total: all.slice(0, 1) });
    assert.deepEqual(Object.keys(data("limit=1")), ["odd"]);
    assert.deepEqual(data("limit=0"), {});
    assert.deepEqual(data("metric=nope"), {});
  });

  it("gives exemplars of every series that a query reads", () => {
    const target = `/api/v1/query_exemplars?${query({ query: "sum(rate(requests_total[5m])) / 2", start: START_S, end: START_S + 100 })}`;
    assert.equal(
      ask(target).body,
      '{"status":"success","data":[{"seriesLabels":{"__name__":"requests_total","code":"200","job":"b"},' +
        `"exemplars":[{"labels":{"trace_id":"abc"},"value":"1","timestamp":${START_S + 60}.500}]}]}`,
    );
    assert.deepEqual(json(ask("/api/v1/query_exemplars?query=odd")).data, []);
    assert.equal(ask("/api/v1/query_exemplars?query=1").status, 204);
  });

  it("tells who it is and what it holds", () => {
    const data = (target: string) => json(ask(`/api/v1/${target}`)).data;
    assert.deepEqual(data("status/buildinfo").version, "3.15.0");
    assert.deepEqual(data("status/buildinfo").revision, "agent-observatory 1.2.3");
    assert.equal(data("status/runtimeinfo").serverTime, "2026-01-02T03:04:05Z");
    assert.deepEqual(data("status/config"), { yaml: "" });
    assert.deepEqual(data("targets"), { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} });
    const tsdb = data("status/tsdb?limit=1");
    assert.equal(tsdb.headStats.numSeries, 3);
    assert.deepEqual(tsdb.seriesCountByMetricName, [{ name: "requests_total", value: 2 }]);
    assert.deepEqual(tsdb.labelValueCountByLabelName, [{ name: "__name__", value: 2 }]);
    assert.equal(data("format_query?query=sum(a)by(b)"), "sum by (b) (a)");
  });

  it("answers only the methods and paths it has", () => {
    const cases: readonly (readonly [method: string, target: string, status: number])[] = [
      ["OPTIONS", "query", 204],
      ["PUT", "query", 405],
      ["POST", "label/job/values", 405],
      ["POST", "metadata", 405],
      ["GET", "nope", 404],
      ["GET", "constructor", 404],
      ["GET", "label//values", 404],
    ];
    for (const [method, target, status] of cases) {
      assert.equal(ask(`/api/v1/${target}`, { method }).status, status, target);
    }
  });
});
