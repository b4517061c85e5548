import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type LogqlLimits, queryLogsInstant, queryLogsRange } from "../../src/logql/index.ts";
import { createMemoryLogs, type TestLine } from "./memory-logs.ts";

const SECOND = 1_000_000_000n;
const S = `{app="shop"}`;

const at = (seconds: number, line = "x", stream: Record<string, string> = { app: "shop" }): TestLine => ({
  stream,
  timeNs: BigInt(Math.round(seconds * 1000)) * 1_000_000n,
  line,
});

const textOf = (labels: Readonly<Record<string, string>>): string =>
  Object.keys(labels)
    .sort()
    .map((name) => `${name}=${labels[name]}`)
    .join(",");

/** Values of an instant query by labels. */
function instant(lines: readonly TestLine[], query: string, seconds = 60, limits: LogqlLimits = {}) {
  const params = { timeNs: BigInt(seconds) * SECOND, limit: 10, direction: "backward" } as const;
  const outcome = queryLogsInstant(createMemoryLogs(lines), query, params, limits);
  assert.ok(outcome.type === "vector");
  return Object.fromEntries(outcome.samples.map(({ labels, value }) => [textOf(labels), value]));
}

/** Points of a range query by labels: `[seconds, value]`. */
function range(
  lines: readonly TestLine[],
  query: string,
  from: number,
  to: number,
  step: number,
  limits: LogqlLimits = {},
) {
  const time = { startNs: BigInt(Math.round(from * 1e9)), endNs: BigInt(Math.round(to * 1e9)) };
  const params = { ...time, stepMs: step * 1000, limit: 10, direction: "backward" } as const;
  const outcome = queryLogsRange(createMemoryLogs(lines), query, params, limits);
  assert.ok(outcome.type === "matrix");
  return Object.fromEntries(
    outcome.series.map(({ labels, timesMs, values }) => [
      textOf(labels),
      timesMs.map((timeMs, index) => [timeMs / 1000, values[index]]),
    ]),
  );
}

describe("a window", () => {
  const lines = [at(10), at(20), at(30)];

  it("excludes its start and includes its end", () => {
    assert.deepEqual(instant(lines, `count_over_time(${S}[20s])`, 30), { "app=shop": 2 });
    assert.deepEqual(instant(lines, `count_over_time(${S}[20s])`, 29), { "app=shop": 2 });
    assert.deepEqual(instant(lines, `count_over_time(${S}[21s])`, 30), { "app=shop": 3 });
    assert.deepEqual(instant([{ ...at(30), timeNs: 30n * SECOND + 1n }], `count_over_time(${S}[1m])`, 30), {});
  });

  it("moves back by its offset, and forward by a negative one", () => {
    assert.deepEqual(instant(lines, `count_over_time(${S}[10s] offset 20s)`, 30), { "app=shop": 1 });
    assert.deepEqual(instant(lines, `count_over_time(${S}[1m] offset -20s)`, 10), { "app=shop": 3 });
    assert.deepEqual(range(lines, `count_over_time(${S}[10s] offset 20s)`, 30, 40, 10), {
      "app=shop": [
        [30, 1],
        [40, 1],
      ],
    });
  });

  it("overlaps the next one where the range is longer than the step", () => {
    assert.deepEqual(range(lines, `count_over_time(${S}[20s])`, 10, 60, 10), {
      "app=shop": [
        [10, 1],
        [20, 2],
        [30, 2],
        [40, 1],
      ],
    });
  });

  it("leaves lines out that are between two of them", () => {
    assert.deepEqual(range(lines, `count_over_time(${S}[5s])`, 15, 45, 15), { "app=shop": [[30, 1]] });
  });

  it("begins with the step before the start and ends with the one after the end, as Loki's frontend has it", () => {
    assert.deepEqual(range(lines, `count_over_time(${S}[1m])`, 12, 31, 10)["app=shop"], [
      [10, 1],
      [20, 2],
      [30, 3],
      [40, 3],
    ]);
  });
});

describe("functions of lines", () => {
  const lines = [at(50, "äb"), at(55, "abcd"), at(59, "xy", { app: "shop", env: "dev" })];
  for (const [operation, all, dev] of [
    ["count_over_time", 2, 1],
    ["rate", 2 / 30, 1 / 30],
    ["bytes_over_time", 7, 2],
    ["bytes_rate", 7 / 30, 2 / 30],
  ] as const) {
    it(operation, () =>
      assert.deepEqual(instant(lines, `${operation}(${S}[30s])`), { "app=shop": all, "app=shop,env=dev": dev }),
    );
  }

  it("absent_over_time tells what the selector misses", () => {
    assert.deepEqual(instant(lines, `absent_over_time(${S}[30s])`), {});
    assert.deepEqual(instant(lines, `absent_over_time({app="none", env=~"x", zone="z"}[30s])`), {
      "app=none,zone=z": 1,
    });
    assert.deepEqual(instant(lines, `absent_over_time(${S} |= "nothing" [30s])`), { "app=shop": 1 });
  });

  it("tell lines apart by their metadata, which a sum does not", () => {
    const traced = [
      { ...at(50), metadata: { trace_id: "t1" } },
      { ...at(51), metadata: { trace_id: "t2" } },
    ];
    assert.deepEqual(instant(traced, `count_over_time(${S}[30s])`), {
      "app=shop,trace_id=t1": 1,
      "app=shop,trace_id=t2": 1,
    });
    assert.deepEqual(instant(traced, `sum(count_over_time(${S}[30s]))`), { "": 2 });
    assert.deepEqual(instant(traced, `sum by (trace_id) (count_over_time(${S}[30s]))`), {
      "trace_id=t1": 1,
      "trace_id=t2": 1,
    });
  });
});

describe("functions of values", () => {
  const lines = [4, 8, 0, 4].map((value, index) => at(50 + index, `v=${value}`));
  const unwrapped = (operation: string): string => `${operation}(${S} | logfmt | unwrap v [30s])`;
  for (const [operation, value] of [
    ["sum_over_time", 16],
    ["avg_over_time", 4],
    ["min_over_time", 0],
    ["max_over_time", 8],
    ["first_over_time", 4],
    ["last_over_time", 4],
    ["stdvar_over_time", 8],
    ["stddev_over_time", Math.sqrt(8)],
    ["rate", 16 / 30],
  ] as const) {
    it(operation, () => {
      assert.deepEqual(instant(lines, unwrapped(operation)), { "app=shop": value });
      assert.deepEqual(range(lines, unwrapped(operation), 60, 60, 10)["app=shop"], [[60, value]]);
    });
  }

  it("quantile_over_time", () => {
    const quantile = (q: number): unknown =>
      instant(lines, `quantile_over_time(${q}, ${S} | logfmt | unwrap v [30s])`)["app=shop"];
    assert.deepEqual([0, 0.5, 0.75, 1].map(quantile), [0, 4, 5, 8]);
  });

  it("rate_counter, as Loki extrapolates it, over resets too", () => {
    const counter = [1, 3, 6, 2].map((value, index) => at(50 + index, `v=${value}`));
    const perSecond = instant(counter, unwrapped("rate_counter"))["app=shop"] ?? 0;
    assert.ok(Math.abs(perSecond - (7 * (3_000_030 / 3_000_000)) / 30) < 1e-12, String(perSecond));
    assert.deepEqual(instant(counter.slice(0, 1), unwrapped("rate_counter")), { "app=shop": 0 });
  });

  it("keep what a window that slides on still has", () => {
    assert.deepEqual(range(lines, `max_over_time(${S} | logfmt | unwrap v [2s])`, 50, 55, 1)["app=shop"], [
      [50, 4],
      [51, 8],
      [52, 8],
      [53, 4],
      [54, 4],
    ]);
  });

  it("convert durations and bytes, and pass over lines without the label", () => {
    const sizes = [at(50, "d=1m30s b=2KB"), at(51, "d=500ms b=1KiB"), at(52, "other=1")];
    assert.deepEqual(instant(sizes, `sum_over_time(${S} | logfmt | drop b | unwrap duration(d) [30s])`), {
      "app=shop": 90.5,
    });
    assert.deepEqual(instant(sizes, `sum(sum_over_time(${S} | logfmt | unwrap bytes(b) [30s]))`), { "": 3024 });
  });

  it("group, where they may", () => {
    const two = [at(50, "v=1 k=a"), at(51, "v=3 k=a"), at(52, "v=5 k=b")];
    assert.deepEqual(instant(two, `avg_over_time(${S} | logfmt | unwrap v [30s]) by (k)`), { "k=a": 2, "k=b": 5 });
    assert.deepEqual(instant(two, `max_over_time(${S} | logfmt | unwrap v [30s]) without (k)`), { "app=shop": 5 });
    assert.deepEqual(instant(two, `max_over_time(${S} | logfmt | unwrap v [30s]) by ()`), { "": 5 });
  });
});

describe("errors of lines", () => {
  const lines = [at(50, `{"level":"info"}`), at(51, "no json")];

  it("end a query whose answer they would spoil", () => {
    assert.throws(() => instant(lines, `count_over_time(${S} | json [30s])`), {
      kind: "bad_data",
      message:
        /^pipeline error: 'JSONParserErr' for series: '{__error__="JSONParserErr", __error_details__=.*app="shop"}'\./,
    });
    assert.throws(() => instant(lines, `sum by (level) (count_over_time(${S} | json [30s]))`), /pipeline error/);
    assert.throws(
      () => instant([at(50, "v=x")], `sum_over_time(${S} | logfmt | unwrap v [30s])`),
      /SampleExtractionErr/,
    );
  });

  it("do not arise where no label is asked for, as in Loki", () => {
    assert.deepEqual(instant(lines, `sum(count_over_time(${S} | json [30s]))`), { "": 2 });
  });

  it("can be filtered, dropped or asked for", () => {
    assert.deepEqual(instant(lines, `sum by (level) (count_over_time(${S} | json | __error__="" [30s]))`), {
      "level=info": 1,
    });
    assert.deepEqual(
      instant([at(50, "v=x"), at(51, "v=2")], `sum_over_time(${S} | logfmt | unwrap v | __error__="" [30s])`),
      {
        "app=shop": 2,
      },
    );
    assert.deepEqual(instant(lines, `sum by (__error__) (count_over_time(${S} | json [30s]))`), {
      "": 1,
      "__error__=JSONParserErr": 1,
    });
  });
});

describe("aggregations", () => {
  const lines = ["a", "a", "a", "b", "b", "c"].map((k, index) =>
    at(50 + index, "x", { app: "shop", k, zone: k === "c" ? "z2" : "z1" }),
  );
  const counts = `count_over_time(${S}[1m])`;
  for (const [query, expected] of [
    [`sum(${counts})`, { "": 6 }],
    [`sum by (zone) (${counts})`, { "zone=z1": 5, "zone=z2": 1 }],
    [`sum without (k, app) (${counts})`, { "zone=z1": 5, "zone=z2": 1 }],
    [`sum by (nope) (${counts})`, { "": 6 }],
    [`avg by (zone) (${counts})`, { "zone=z1": 2.5, "zone=z2": 1 }],
    [`max(${counts})`, { "": 3 }],
    [`min(${counts})`, { "": 1 }],
    [`count by (zone) (${counts})`, { "zone=z1": 2, "zone=z2": 1 }],
    [`stdvar by (zone) (${counts})`, { "zone=z1": 0.25, "zone=z2": 0 }],
    [`stddev by (zone) (${counts})`, { "zone=z1": 0.5, "zone=z2": 0 }],
    [`topk(1, ${counts})`, { "app=shop,k=a,zone=z1": 3 }],
    [`bottomk by (zone) (1, sum by (zone, k) (${counts}))`, { "k=b,zone=z1": 2, "k=c,zone=z2": 1 }],
    [`label_replace(sum by (k) (${counts}), "x", "$1-$1", "k", "(a|b)")`, { "k=a,x=a-a": 3, "k=b,x=b-b": 2, "k=c": 1 }],
    [`sum by (k) (${counts}) > 1`, { "k=a": 3, "k=b": 2 }],
    [`sum by (k) (${counts}) > bool 1`, { "k=a": 1, "k=b": 1, "k=c": 0 }],
    [`2 < sum by (k) (${counts})`, { "k=a": 3 }],
    [`10 - sum by (k) (${counts})`, { "k=a": 7, "k=b": 8, "k=c": 9 }],
    [`sum by (k) (${counts}) / 0`, { "k=a": Number.NaN, "k=b": Number.NaN, "k=c": Number.NaN }],
    [
      `sum by (k, zone) (${counts}) / on (zone) group_left sum by (zone) (${counts})`,
      {
        "k=a,zone=z1": 0.6,
        "k=b,zone=z1": 0.4,
        "k=c,zone=z2": 1,
      },
    ],
    [`sum by (k) (${counts}) and (sum by (k) (${counts}) > 1)`, { "k=a": 3, "k=b": 2 }],
    [`sum by (k) (${counts}) unless (sum by (k) (${counts}) > 1)`, { "k=c": 1 }],
    [`sum(count_over_time({app="none"}[1m])) or vector(0)`, { "": 0 }],
  ] as const) {
    it(query, () => assert.deepEqual(instant(lines, query, 60), expected));
  }

  it("keep the order of sort, and of labels otherwise", () => {
    const order = (query: string): string[] => Object.keys(instant(lines, query, 60));
    assert.deepEqual(order(`sort(sum by (k) (${counts}))`), ["k=c", "k=b", "k=a"]);
    assert.deepEqual(order(`sort_desc(sum by (k) (${counts}))`), ["k=a", "k=b", "k=c"]);
    assert.deepEqual(order(`topk(3, sum by (k) (-1 * ${counts}))`), ["k=a", "k=b", "k=c"]);
  });

  it("refuse series that cannot be told which belong together", () => {
    const byK = `sum by (k, zone) (${counts})`;
    assert.throws(() => instant(lines, `sum by (zone) (${counts}) / on (zone) ${byK}`), {
      kind: "execution",
      message: /found duplicate series on the right hand-side/,
    });
    assert.throws(() => instant(lines, `${byK} / on (zone) sum by (zone) (${counts})`), /multiple matches for labels/);
  });
});

describe("numbers without lines", () => {
  it("are scalars and vectors at a moment, and series over a time", () => {
    const source = createMemoryLogs([]);
    const params = { timeNs: 5n * SECOND, limit: 1, direction: "forward" } as const;
    const { stats, ...scalar } = queryLogsInstant(source, "1 + 1", params);
    assert.deepEqual(scalar, { type: "scalar", timeMs: 5000, value: 2 });
    assert.equal(stats.lines, 0);
    assert.deepEqual(instant([], "vector(3)"), { "": 3 });
    const two = [
      [10, 2],
      [20, 2],
    ];
    assert.deepEqual(range([], "1 + 1", 10, 20, 10), { "": two });
    assert.deepEqual(range([], "vector(2)", 10, 20, 10), { "": two });
  });
});

describe("limits", () => {
  const many = Array.from({ length: 2000 }, (_, index) => at(50, `{"id":"${index}"}`));

  it("end a query with too many series, however it is asked", () => {
    const tooMany = { kind: "limit", message: /^maximum number of series \(500\) reached for a single query/ };
    assert.throws(() => instant(many, `count_over_time(${S} | json [1m])`), tooMany);
    assert.throws(() => instant(many, `sum by (id) (count_over_time(${S} | json [1m]))`), tooMany);
    assert.throws(() => range(many, `sum by (id) (count_over_time(${S} | json [1m]))`, 60, 90, 10), tooMany);
    assert.throws(() => instant(many, `count_over_time(${S} | json [1m])`, 60, { maxSeries: 1999 }), /\(1999\)/);
    assert.equal(Object.keys(instant(many, `count_over_time(${S} | json [1m])`, 60, { maxSeries: 2000 })).length, 2000);
    const room = { maxSeries: 2000 };
    assert.deepEqual(Object.values(instant(many, `topk(3, count_over_time(${S} | json [1m]))`, 60, room)), [1, 1, 1]);
  });

  it("hold for what Loki's frontend asks its queriers for, not for what these make on the way", () => {
    const counted = `count_over_time(${S} | json [1m])`;
    const tooMany = { kind: "limit", message: /^maximum number of series \(500\)/ };
    for (const query of [
      `topk(3, ${counted})`,
      `stddev(${counted})`,
      `sum(${counted} > 0)`,
      `sum(label_replace(${counted}, "a", "$1", "id", "(.*)"))`,
      `max(count_over_time(${S} | json | drop other [1m]))`,
      `count(count_over_time(${S} | json | keep id [1m]))`,
      `sum(max by (id) (${counted}))`,
      `sum by (id) (${counted}) > 5`,
      `vector(1) and topk(1, ${counted})`,
    ]) {
      assert.throws(() => instant(many, query), tooMany, query);
    }
    for (const query of [
      `sum(${counted})`,
      `avg(${counted})`,
      `count(${counted})`,
      `max(${counted}) / sum(${counted})`,
      `sum(${counted} * 2)`,
      `max(count_over_time(${S} | json | label_format other=\`x\` [1m]))`,
      `topk(1, sum(${counted}))`,
    ]) {
      assert.equal(Object.keys(instant(many, query)).length, 1, query);
    }
  });

  it("hold for each hour of a query by itself", () => {
    const spread = Array.from({ length: 900 }, (_, index) => at(index * 8, `{"id":"${index}"}`));
    const query = `stddev(count_over_time(${S} | json [1m]))`;
    assert.equal(range(spread, query, 0, 7200, 60)[""]?.length, 121);
    assert.throws(() => range(spread, query.replace("1m", "61m"), 0, 7200, 60), { kind: "limit" });
  });

  it("bound the series of one window, whatever becomes of them", () => {
    const source = {
      ...createMemoryLogs([]),
      scan: (_selection: unknown, visit: (line: never) => boolean) => {
        for (let index = 0; ; index += 1)
          if (!visit({ stream: { app: "shop" }, metadata: {}, timeNs: 50n * SECOND, line: `id=${index}` } as never))
            return;
      },
    };
    const params = { timeNs: 60n * SECOND, limit: 1, direction: "forward" } as const;
    assert.throws(() => queryLogsInstant(source, `count(count_over_time(${S} | logfmt [1m]))`, params), {
      kind: "limit",
      message: /the lines of one range make more than \d+ series/,
    });
  });

  it("end a query that reads too many lines, or for too long", () => {
    assert.throws(() => instant(many, `sum(count_over_time(${S}[1m]))`, 60, { maxLines: 1999 }), {
      kind: "limit",
      message: /more than 1999 log lines/,
    });
    assert.deepEqual(instant(many, `sum(count_over_time(${S}[1m]))`, 60, { maxLines: 2000 }), { "": 2000 });
    let looks = 0;
    const isExpired = (): boolean => {
      looks += 1;
      return looks > 3;
    };
    assert.throws(() => instant(many, `sum(count_over_time(${S}[1m]))`, 60, { isExpired }), { kind: "timeout" });
  });
});
