import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseTail } from "../../src/api/index.ts";
import { createLabels, type LogLine } from "../../src/signals/index.ts";
import { createAsk, json, NOW_MS, query } from "./asking.ts";

const START_MS = NOW_MS - 600_000;
const START_S = START_MS / 1000;
const ns = (afterMs: number): bigint => BigInt(START_MS + afterMs) * 1_000_000n;

const line = (
  service: string,
  afterMs: number,
  text: string,
  metadata: Readonly<Record<string, string>> = {},
): LogLine => ({
  stream: createLabels([
    ["service_name", service],
    ["env", "test"],
  ]),
  timeNs: ns(afterMs),
  line: text,
  metadata: createLabels(Object.entries(metadata)),
});

const ask = createAsk({
  lines: [
    line("a", 0, '{"msg":"<hi>","took":"5ms"}', { trace_id: "t1", detected_level: "info" }),
    line("a", 1000, "level=warn msg=slow size=5KB", { detected_level: "warn" }),
    line("b", 2000, 'plain "text"\tünï'),
  ],
});

const RANGE = { start: START_S, end: START_S + 600 };
const CATEGORIZED = { headers: { "x-loki-response-encoding-flags": "categorize-labels" } };
const range = (logql: string, more: Readonly<Record<string, string | number>> = {}): string =>
  `/loki/api/v1/query_range?${query({ query: logql, ...RANGE, ...more })}`;
const ANY = '{service_name=~".+"}';

describe("the Loki API", () => {
  it("answers log queries with all labels of a line, or with the stream's and the rest apart", () => {
    const plain = json(ask(range('{service_name="a"}', { direction: "forward" }))).data;
    assert.equal(plain.resultType, "streams");
    assert.equal(plain.encodingFlags, undefined);
    assert.deepEqual(plain.result[0], {
      stream: { detected_level: "info", env: "test", service_name: "a", trace_id: "t1" },
      values: [[String(ns(0)), '{"msg":"<hi>","took":"5ms"}']],
    });
    const { encodingFlags, result } = json(ask(range('{service_name="a"} | logfmt'), CATEGORIZED)).data;
    assert.deepEqual(encodingFlags, ["categorize-labels"]);
    assert.deepEqual(result, [
      {
        stream: { env: "test", service_name: "a" },
        values: [
          [
            String(ns(1000)),
            "level=warn msg=slow size=5KB",
            { structuredMetadata: { detected_level: "warn" }, parsed: { level: "warn", msg: "slow", size: "5KB" } },
          ],
          result[0].values[1],
        ],
      },
    ]);
    assert.deepEqual(json(ask(range('{service_name="b"}'), CATEGORIZED)).data.result[0].values, [
      [String(ns(2000)), 'plain "text"\tünï', {}],
    ]);
  });

  it("answers metric queries, by GET and by POST", () => {
    const logql = `sum by (service_name) (count_over_time(${ANY}[1m]))`;
    const target = `/loki/api/v1/query?${query({ query: logql, time: START_S + 30.5 })}`;
    const { data } = json(ask(target));
    assert.equal(data.resultType, "vector");
    assert.deepEqual(
      data.result.toSorted((one: { value: string[] }, other: { value: string[] }) =>
        (one.value[1] ?? "") < (other.value[1] ?? "") ? -1 : 1,
      ),
      [
        { metric: { service_name: "b" }, value: [START_S + 30.5, "1"] },
        { metric: { service_name: "a" }, value: [START_S + 30.5, "2"] },
      ],
    );
    const [path = "", body = ""] = range(`sum(count_over_time(${ANY}[5m]))`, { step: "5m" }).split("?");
    const matrix = json(ask(path, { method: "POST", body })).data;
    assert.equal(matrix.resultType, "matrix");
    assert.ok(matrix.result[0].values.length > 0);
  });

  it("tells what a query read, where clients look for it", () => {
    const { summary, querier, ingester, cache } = json(ask(range(ANY))).data.stats;
    assert.equal(summary.totalLinesProcessed, 3);
    assert.ok(summary.totalBytesProcessed > 50);
    assert.equal(summary.totalEntriesReturned, 3);
    assert.equal(querier.store.totalChunksRef + ingester.totalReached, 0);
    assert.ok(cache.chunk);
  });

  it("refuses parameters in Loki's words", () => {
    const cases: readonly (readonly [target: string, message: string])[] = [
      ["query_range?start=x", `could not parse 'start' parameter: strconv.ParseInt: parsing "x": invalid syntax`],
      ["query_range?end=1.x", `could not parse 'end' parameter: strconv.ParseInt: parsing "1.x": invalid syntax`],
      ["query_range?since=5x", `could not parse 'since' parameter: unknown unit "x" in duration "5x"`],
      ["query_range?start=10&end=5", "end timestamp must not be before or equal to start time"],
      ["query_range?limit=x", 'strconv.Atoi: parsing "x": invalid syntax'],
      ["query_range?limit=0", "limit must be a positive value"],
      ["query_range?direction=side", "invalid direction 'side'"],
      ["query_range?step=x", 'cannot parse "x" to a valid duration'],
      ["query_range?step=0", "zero or negative query resolution step widths are not accepted. Try a positive integer"],
      [
        "query_range?step=0.01",
        "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter",
      ],
      ["query_range?interval=-1", "interval must be >= 0"],
      [
        range('{a="b"}', { limit: 6000 }).slice("/loki/api/v1/".length),
        "max entries limit per query exceeded, limit > max_entries_limit_per_query (6000 > 5000)",
      ],
      [
        `query_range?${query({ query: '{a="b"}', start: 1, end: 2_000_000_000 })}`,
        "the query time range exceeds the limit (query length: 555555h33m19s, limit: 30d1h)",
      ],
      [
        `query_range?${query({ query: "{" })}`,
        "parse error at line 1, col 2: syntax error: unexpected $end, expecting IDENTIFIER or }",
      ],
      [
        `query?${query({ query: '{a="b"}' })}`,
        "log queries are not supported as an instant query type, please change your query to a range query type",
      ],
      ["query?time=x", 'strconv.ParseInt: parsing "x": invalid syntax'],
      ["labels?start=x", `could not parse 'start' parameter: strconv.ParseInt: parsing "x": invalid syntax`],
      [`series?${query({ "match[]": "{}" })}&match[]=%7Ba=%22b%22%7D`, "0 matchers in group: {}"],
      [`index/volume?${query({ query: ANY, aggregateBy: "x" })}`, "invalid aggregation option"],
      [`index/volume?${query({ query: ANY, limit: -1 })}`, "limit must be a positive value"],
      [`detected_fields?${query({ query: `rate(${ANY}[1m])` })}`, "only log selector is supported"],
    ];
    for (const [target, message] of cases) {
      const response = ask(`/loki/api/v1/${target}`);
      assert.equal(response.body, message, target);
      assert.equal(response.status, 400);
      assert.equal(response.headers["content-type"], "text/plain; charset=utf-8");
    }
  });

  it("asks for the limit on lines only where lines are asked for", () => {
    assert.equal(ask(range(` # a comment\n sum(count_over_time(${ANY}[1m]))`, { limit: 6000 })).status, 200);
    assert.equal(ask(range(` # a comment\n ( ${ANY} )`, { limit: 6000 })).status, 400);
  });

  it("reads times as seconds, nanoseconds and RFC 3339", () => {
    const streams = (start: string, end: string): number =>
      json(ask(range(ANY, { start, end }), CATEGORIZED)).data.result.length;
    assert.equal(streams(String(START_S), String(START_S + 1)), 1);
    assert.equal(streams(`${START_S}.0`, `${START_S + 2}.5`), 2);
    assert.equal(streams(String(ns(1000)), String(ns(1000) + 1n)), 1);
    assert.equal(streams(String(ns(0) + 1n), String(ns(1000))), 0);
    assert.equal(streams(new Date(START_MS).toISOString(), new Date(START_MS + 2001).toISOString()), 2);
    assert.equal(json(ask(`/loki/api/v1/query_range?${query({ query: ANY, since: "5m" })}`)).data.result.length, 0);
    assert.ok(json(ask(`/loki/api/v1/query_range?${query({ query: ANY })}`)).data.result.length > 0);
  });

  it("lists labels, values and series", () => {
    const answer = (target: string) => json(ask(`/loki/api/v1/${target}`));
    assert.deepEqual(answer("labels"), { status: "success", data: ["env", "service_name"] });
    assert.deepEqual(answer("label/service_name/values").data, ["a", "b"]);
    assert.deepEqual(answer(`label/service_name/values?${query({ query: '{service_name="b"}' })}`).data, ["b"]);
    assert.deepEqual(answer("label/nope/values"), { status: "success" });
    assert.deepEqual(answer(`series?${query({ match: '{service_name="b"}' })}`).data, [
      { env: "test", service_name: "b" },
    ]);
    assert.equal(answer("series?match[]=%7B%7D").data.length, 2);
    assert.deepEqual(answer("series?since=1m").data, []);
  });

  it("estimates how much there is", () => {
    const answer = (path: string, more: Readonly<Record<string, string | number>> = {}) =>
      json(ask(`/loki/api/v1/${path}?${query({ query: ANY, ...RANGE, ...more })}`));
    assert.deepEqual(Object.keys(answer("index/stats")), ["streams", "chunks", "bytes", "entries"]);
    assert.equal(answer("index/stats").entries, 3);
    const { resultType, result } = answer("index/volume").data;
    assert.equal(resultType, "vector");
    assert.deepEqual(
      result.map(({ metric }: { metric: object }) => metric),
      [{ service_name: "a" }, { service_name: "b" }],
    );
    assert.deepEqual(answer("index/volume", { aggregateBy: "labels", targetLabels: "env" }).data.result[0].metric, {
      env: "",
    });
    assert.deepEqual(answer("index/volume", { targetLabels: "nope" }).data.result, []);
    const perSecond = answer("index/volume_range", { step: 1 }).data;
    assert.equal(perSecond.resultType, "matrix");
    assert.deepEqual(
      perSecond.result[0].values.map(([time]: [number]) => time),
      [START_S + 0.999, START_S + 1.999],
    );
  });

  it("finds out what lines have to filter by", () => {
    const { detectedLabels } = json(ask("/loki/api/v1/detected_labels"));
    assert.deepEqual(detectedLabels, [
      { label: "env", cardinality: 1 },
      { label: "service_name", cardinality: 2 },
    ]);
    const { fields, limit } = json(ask(`/loki/api/v1/detected_fields?${query({ query: '{service_name="a"}' })}`));
    assert.equal(limit, 1000);
    assert.deepEqual(
      Object.fromEntries(
        fields.map((field: Record<string, unknown>) => [field["label"], [field["type"], field["parsers"]]]),
      ),
      {
        detected_level: ["string", null],
        level: ["string", ["logfmt"]],
        msg: ["string", ["json", "logfmt"]],
        size: ["bytes", ["logfmt"]],
        took: ["duration", ["json"]],
        trace_id: ["string", null],
      },
    );
    assert.deepEqual(json(ask("/loki/api/v1/patterns?query=%7B%7D")), { status: "success", data: [] });
  });

  it("is ready, says whose API it speaks, and has no other paths", () => {
    assert.equal(ask("/ready").body, "ready\n");
    assert.equal(json(ask("/loki/api/v1/status/buildinfo")).version, "3.7.8");
    assert.equal(ask("/loki/api/v1/nope").status, 404);
    assert.equal(ask("/loki/api/v1/query", { method: "DELETE" }).status, 405);
  });

  it("stops where nobody waits, and refuses an answer that is too large", () => {
    assert.equal(ask(range(`sum(count_over_time(${ANY}[1m]))`), { isExpired: () => true }).status, 504);
    const response = createAsk({ lines: [line("a", 0, "x".repeat(500))] }, { maxResponseChars: 400 })(range(ANY));
    assert.equal(response.status, 400);
    assert.match(response.body, /ask for fewer lines or series/);
  });
});

describe("a tail", () => {
  const tailOf = (params: string, headers: Readonly<Record<string, string>> = {}) =>
    parseTail(
      { method: "GET", path: "/loki/api/v1/tail", params: new URLSearchParams(params), headers },
      { nowMs: () => NOW_MS },
    );

  it("begins an hour ago with a hundred lines unless it is told otherwise", () => {
    const asked = tailOf(query({ query: ANY }));
    assert.ok("tail" in asked);
    const { startNs, limit, delaySeconds, flags } = asked.tail;
    assert.deepEqual(
      { startNs, limit, delaySeconds, flags },
      { startNs: BigInt(NOW_MS - 3_600_000) * 1_000_000n, limit: 100, delaySeconds: 0, flags: [] },
    );
    const told = tailOf(query({ query: ANY, start: String(ns(5)), limit: 7, delay_for: 5 }));
    assert.ok("tail" in told);
    assert.deepEqual([told.tail.startNs, told.tail.limit, told.tail.delaySeconds], [ns(5), 7, 5]);
  });

  it("is refused before it begins where it cannot", () => {
    const cases: readonly (readonly [params: string, message: RegExp])[] = [
      ["", /^parse error/],
      [query({ query: `rate(${ANY}[1m])` }), /./],
      [query({ query: ANY, delay_for: 6 }), /^delay_for can't be greater than 5$/],
      [query({ query: ANY, limit: "x" }), /^strconv\.Atoi/],
      [query({ query: ANY, start: "x" }), /^could not parse 'start' parameter/],
    ];
    for (const [params, message] of cases) {
      const asked = tailOf(params);
      assert.ok("refusal" in asked, params);
      assert.equal(asked.refusal.status, 400);
      assert.match(asked.refusal.body, message);
    }
  });
});
