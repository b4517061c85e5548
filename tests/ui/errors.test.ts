import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LogEntry } from "../../src/backends/index.ts";
import { fingerprintOf, normalizeMessage } from "../../src/errors/index.ts";
import { ATTR } from "../../src/model/index.ts";
import { eventsAround, releaseBefore, windowOf } from "../../ui/src/views/errors/began.ts";
import {
  byCategory,
  type ErrorGroup,
  filterGroups,
  groupErrors,
  type Seen,
  sortGroups,
  trendOf,
  unseenKinds,
  withExactCounts,
} from "../../ui/src/views/errors/error-groups.ts";
import { barMsOf, KIND_BARS, kindsRange, readKinds } from "../../ui/src/views/errors/kinds.ts";
import { type Sighting, sightingOfRecord, sightingsOfTrace } from "../../ui/src/views/errors/sightings.ts";
import { START_MS, spanOf, traceOf } from "./spans.ts";

const failing = (id: string, operation: string, message: string, more: object = {}) => ({
  id,
  at: 0,
  ms: 5,
  status: "error" as const,
  message,
  attributes: {
    "gen_ai.operation.name": operation,
    "agent_observatory.error.category": "network",
    "error.type": "Error",
    ...more,
  },
});

const record = (more: Partial<Sighting> = {}): Sighting => ({
  timeMs: START_MS,
  fingerprint: "f1",
  occasion: "new",
  count: 1,
  type: "Error",
  message: "connect ECONNREFUSED 10.0.0.1:5432",
  category: "network",
  severity: "error",
  source: "tool",
  frames: [],
  service: "shop",
  instance: "p1",
  ...more,
});
const seen = (given: Partial<Seen>): Seen => ({ records: [], spans: [], earlier: [], isCut: false, ...given });
const only = (groups: readonly ErrorGroup[]): ErrorGroup => {
  assert.equal(groups.length, 1);
  return groups[0] as ErrorGroup;
};

describe("errors as they are seen", () => {
  it("are read from log records", () => {
    const labels = {
      service_name: "shop",
      agent_observatory_error_fingerprint: "f1",
      agent_observatory_error_occasion: "burst",
      agent_observatory_error_count: "24",
      agent_observatory_error_category: "api",
      agent_observatory_error_severity: "error",
      agent_observatory_error_source: "llm",
      exception_type: "server_error",
      exception_message: "down",
      exception_stacktrace: "ask src/ask.ts:3\n… openai (2 frames)",
      trace_id: "t1",
    };
    const entry: LogEntry = {
      timeNs: 1n,
      timeMs: START_MS,
      line: "agent_observatory.error: server_error: down",
      labels,
    };
    const { frames, count, occasion, traceId, agent } = sightingOfRecord(entry) ?? assert.fail();
    assert.deepEqual([frames.length, count, occasion, traceId, agent], [2, 24, "burst", "t1", undefined]);
    assert.equal(sightingOfRecord({ ...entry, labels: { service_name: "shop" } }), undefined);
  });

  it("are counted in a trace where they begin: an agent does not fail again with its tool", () => {
    const trace = traceOf(
      failing("agent", "invoke_agent", "connect ECONNREFUSED"),
      { ...failing("http", "", "connect ECONNREFUSED"), parent: "agent", attributes: {} },
      { ...failing("tool", "execute_tool", "connect ECONNREFUSED", { "gen_ai.tool.name": "pay" }), parent: "http" },
    );
    const found = sightingsOfTrace(trace);
    assert.deepEqual(
      found.map(({ spanId, source, tool }) => [spanId, source, tool]),
      [["tool", "tool", "pay"]],
    );
  });

  it("are two where an agent fails by something else than its tool", () => {
    const trace = traceOf(
      failing("agent", "invoke_agent", "gave up after three attempts", { "error.type": "GaveUp" }),
      {
        ...failing("tool", "execute_tool", "no such order"),
        parent: "agent",
      },
    );
    assert.equal(sightingsOfTrace(trace).length, 2);
  });

  it("are found in traces of any shape", () => {
    const loop = traceOf(
      { ...failing("a", "execute_tool", "one"), parent: "b" },
      { ...failing("b", "execute_tool", "two"), parent: "a" },
    );
    assert.equal(sightingsOfTrace(loop).length, 2);
    const deep = traceOf(
      ...Array.from({ length: 20_000 }, (_, index) => ({
        ...failing(`s${index}`, "execute_tool", "the same message"),
        ...(index > 0 && { parent: `s${index - 1}` }),
      })),
    );
    const before = performance.now();
    assert.equal(sightingsOfTrace(deep).length, 1);
    assert.ok(performance.now() - before < 2000);
  });

  it("show the program's own frames of a stack", () => {
    const stack = "Error: no\n    at query (/app/node_modules/pg/lib/client.js:1:2)\n    at pay (/app/src/pay.ts:7:1)";
    const span = spanOf({
      ...failing("tool", "execute_tool", "no"),
      events: [{ timeMs: START_MS, name: "exception", attributes: { "exception.stacktrace": stack } }],
    });
    const [one] = sightingsOfTrace({ traceId: "t", spans: [span] });
    const group = only(groupErrors(seen({ spans: [one as Sighting] })));
    assert.deepEqual(group.frames, ["pay app/src/pay.ts:7", "… pg"]);
  });
});

describe("kinds of errors", () => {
  const span = (message: string, spanId: string, more: Partial<Sighting> = {}): Sighting => {
    const { occasion: _, count: __, ...rest } = record({ message, spanId, traceId: "t", ...more });
    return rest;
  };

  it("join what programs recorded with the failed spans that have the same fingerprint", () => {
    const group = only(
      groupErrors(
        seen({
          records: [record({ spanId: "s1", traceId: "t" })],
          spans: [span("connect ECONNREFUSED 10.0.0.1:5432", "s1"), span("connect ECONNREFUSED 10.9.0.7:5432", "s2")],
        }),
      ),
    );
    assert.deepEqual([group.fingerprint, group.count, group.isLeast, group.isNew], ["f1", 2, false, true]);
    assert.equal(group.sightings.length, 2, "a record and its span are one");
    assert.equal(group.message, "connect ECONNREFUSED <ip>");
  });

  it("are told apart by their fingerprint where type and message are the same, and know a span once", () => {
    const shipping = span("connect ECONNREFUSED 10.0.0.1:1", "s1", { fingerprint: "f2" });
    const groups = groupErrors(seen({ records: [record()], spans: [shipping, shipping] }));
    assert.deepEqual(
      groups.map(({ fingerprint, sightings }) => [fingerprint, sightings.length]),
      [
        ["f1", 1],
        ["f2", 1],
      ],
    );
  });

  it("are told apart without fingerprints as well: of other SDKs, which no process of ours has enriched", () => {
    const trace = traceOf(
      failing("one", "execute_tool", "no order 5"),
      failing("two", "execute_tool", "no order 6"),
      failing("three", "execute_tool", "no order 6", { "gen_ai.tool.name": "pay" }),
      failing("four", "execute_tool", "told", { [ATTR.errorFingerprint]: "00000000000000ff" }),
      failing("five", "execute_tool", "made up", { [ATTR.errorFingerprint]: "<script>" }),
    );
    const groups = groupErrors(seen({ spans: sightingsOfTrace(trace) }));
    assert.deepEqual(
      groups.map(({ count }) => count),
      [2, 1, 1, 1],
    );
    for (const { fingerprint } of groups) assert.match(fingerprint, /^[0-9a-f]{16}$/);
    assert.ok(groups.some(({ fingerprint }) => fingerprint === "00000000000000ff"));
  });

  it("count as many as processes say, each from its beginning in the range", () => {
    const burst = { occasion: "burst" as const, source: "program" };
    const group = only(
      groupErrors(
        seen({
          records: [
            record({ source: "program" }),
            record({ ...burst, count: 10 }),
            record({ ...burst, count: 40, instance: "p2" }),
            record({ ...burst, count: 55, instance: "p2" }),
          ],
        }),
      ),
    );
    // 10 of the first process; of the other, which began before the range, 40 to 55.
    assert.deepEqual([group.count, group.isLeast, group.hadBurst], [26, true, true]);
  });

  it("are new where nobody recorded them before", () => {
    const earlier = record({ timeMs: START_MS - 1000 });
    const known = only(groupErrors(seen({ records: [record()], earlier: [earlier] })));
    assert.deepEqual([known.isNew, known.firstSeenMs], [false, START_MS - 1000]);
    const gone = only(groupErrors(seen({ earlier: [earlier] })));
    assert.deepEqual([gone.count, gone.sightings.length], [0, 0]);
    const all = { category: "", severity: "", source: "", text: "", onlyNew: false };
    assert.deepEqual(filterGroups([gone], all), []);
    assert.deepEqual(filterGroups([known], { ...all, onlyNew: true }), []);
    assert.deepEqual(filterGroups([known], { ...all, text: "econnREFUSED" }), [known]);
    assert.deepEqual(filterGroups([known], { ...all, category: "api" }), []);
  });

  it("have exactly the count of their metric", () => {
    const program = record({ fingerprint: "f2", source: "program" });
    const groups = groupErrors(seen({ records: [record(), program], isCut: true }));
    const bars = [3, ...new Array<number>(KIND_BARS - 1).fill(0)];
    const kinds = new Map([["f1", { count: 47, bars }]]);
    assert.deepEqual(
      withExactCounts(groups, kinds, 0).map(({ count, isLeast, bars: own }) => [count, isLeast, own]),
      [
        [47, false, bars],
        [1, true, undefined],
      ],
    );
    const folded = withExactCounts(groups, kinds, 2).map(({ isLeast }) => isLeast);
    assert.deepEqual(folded, [true, true], "a program has told so many kinds apart as it may");
    const late = withExactCounts(groups, new Map([["f1", { count: 0, bars }]]), 0)[0];
    assert.deepEqual([late?.count, late?.isLeast], [1, true], "seen, and not pushed yet");
  });

  it("that were counted and not seen are known, the most frequent first", () => {
    const kind = (count: number) => ({ count, bars: [] });
    const kinds = new Map([
      ["f1", kind(9)],
      ["f2", kind(1)],
      ["f3", kind(5)],
    ]);
    assert.deepEqual(unseenKinds(kinds, seen({ records: [record()] })), ["f3", "f2"]);
    assert.deepEqual(unseenKinds(undefined), []);
  });

  it("are sorted by what is asked for", () => {
    const [old, frequent] = [record(), record({ fingerprint: "f2", message: "x", count: 9, timeMs: START_MS - 5 })];
    const groups = groupErrors(seen({ records: [old, frequent] }));
    const order = (by: string): string[] => sortGroups(groups, by).map(({ fingerprint }) => fingerprint);
    assert.deepEqual(
      [order("count"), order("last")],
      [
        ["f2", "f1"],
        ["f1", "f2"],
      ],
    );
  });

  it("normalize as programs do, so that a page and a program speak of one kind", () => {
    const message = normalizeMessage("Invoice 17 of 'ada' not found", "validation");
    assert.equal(
      fingerprintOf("NotFound", message, ["f a.ts"]),
      fingerprintOf("NotFound", "Invoice <n> of <text> not found", ["f a.ts"]),
    );
  });
});

describe("the trend of a kind", () => {
  const range = { startMs: 0, endMs: 600_000 };

  it("counts what was seen, and says from when on all was looked at", () => {
    const sightings = [
      record({ timeMs: 599_999 }),
      record({ timeMs: 590_000 }),
      record({ timeMs: 0 }),
      record({ timeMs: 700_000 }),
    ];
    const { counts, knownFrom } = trendOf({ sightings }, range, 10, 300_000);
    assert.deepEqual(counts, [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    assert.equal(knownFrom, 5);
  });

  it("is what programs counted where that is known", () => {
    const bars = new Array<number>(KIND_BARS).fill(0).with(0, 2).with(8, 1).with(9, 4).with(89, 1);
    const { counts, knownFrom } = trendOf({ sightings: [], bars }, range, 10, 300_000);
    assert.deepEqual(counts, [3, 4, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert.equal(knownFrom, 0);
  });

  it("is read from the answer by the part of the range that a value is of", () => {
    const barMs = barMsOf(range);
    assert.deepEqual(kindsRange(range), { startMs: barMs, endMs: KIND_BARS * barMs, stepMs: barMs });
    const at = (bar: number, value: number) => ({ timeMs: barMs * (bar + 1), value });
    const series = (fingerprint: string, ...points: { timeMs: number; value: number }[]) => ({
      labels: { fingerprint },
      points,
      histograms: [],
    });
    const { byFingerprint, folded } = readKinds(
      [series("f1", at(0, 1), at(89, 2)), series("f2", at(3, 0)), series("other", at(5, 7))],
      range,
    );
    assert.deepEqual([...byFingerprint.keys(), folded], ["f1", 7]);
    const { count, bars } = byFingerprint.get("f1") ?? assert.fail();
    assert.deepEqual([count, bars[0], bars[1], bars[89]], [3, 1, 0, 2]);
  });

  it("is added up by category for the chart", () => {
    const line = (source: string, value: number) => ({
      labels: { category: "api", source },
      points: [{ timeMs: 1, value }],
    });
    assert.deepEqual(byCategory([line("llm", 1), line("tool", 2)]), [
      { name: "api", points: [{ timeMs: 1, value: 3 }] },
    ]);
  });
});

describe("when a kind began", () => {
  const firstSeenMs = START_MS;
  const window = windowOf(firstSeenMs, START_MS + 3_600_000);
  const series = (labels: Record<string, string>, fromMs: number) => ({
    labels,
    points: [{ timeMs: fromMs, value: 1 }],
    histograms: [],
  });

  it("names the version that started before it, the alerts and the other new kinds", () => {
    const group = only(groupErrors(seen({ records: [record()] })));
    const other = only(groupErrors(seen({ records: [record({ fingerprint: "f2", timeMs: START_MS + 5000 })] })));
    const events = eventsAround(
      group,
      {
        versions: [
          series({ job: "shop", service_version: "1.0" }, window.startMs),
          series({ job: "shop", service_version: "1.1" }, firstSeenMs - 40_000),
        ],
        alerts: [
          series({ alertname: "ErrorsHigh" }, firstSeenMs + 120_000),
          series({ alertname: "Old" }, window.startMs),
          series({ alertname: "Later" }, firstSeenMs + 3_000_000),
        ],
        groups: [group, other],
      },
      window,
    );
    assert.deepEqual(
      events.map(({ kind, title }) => [kind, title]),
      [
        ["release", "shop 1.1 started"],
        ["error", "Error: connect ECONNREFUSED <ip>"],
        ["alert", "ErrorsHigh began to fire"],
      ],
    );
    assert.equal(releaseBefore(events, firstSeenMs)?.title, "shop 1.1 started");
  });

  it("takes a version that is told a little later for the one that runs", () => {
    const group = only(groupErrors(seen({ records: [record()] })));
    const versions = [series({ job: "shop", service_version: "2" }, firstSeenMs + 50_000)];
    const events = eventsAround(group, { versions, alerts: [], groups: [] }, window);
    assert.equal(events[0]?.isAbout, true);
    assert.ok(releaseBefore(events, firstSeenMs) !== undefined);
  });
});
