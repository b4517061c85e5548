import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLinePipeline, type LogqlRangeParams, queryLogsInstant, queryLogsRange } from "../../src/logql/index.ts";
import { createMemoryLogs, type TestLine } from "./memory-logs.ts";

const SECOND = 1_000_000_000n;
const RANGE: LogqlRangeParams = { startNs: 0n, endNs: 100n * SECOND, stepMs: 1000, limit: 100, direction: "forward" };

const at = (seconds: number, line: string, metadata: Record<string, string> = {}, app = "shop"): TestLine => ({
  stream: { app },
  timeNs: BigInt(seconds) * SECOND,
  line,
  metadata,
});

const LINES = [
  at(1, "one", { trace_id: "t1" }),
  at(2, "two", { trace_id: "t2" }, "pay"),
  at(3, "three", { trace_id: "t1" }),
  at(4, "four"),
];

/** Lines of all streams in the answer, by stream. */
function ask(query: string, params: Partial<LogqlRangeParams> = {}, lines: readonly TestLine[] = LINES) {
  const outcome = queryLogsRange(createMemoryLogs(lines), query, { ...RANGE, ...params });
  assert.ok(outcome.type === "streams");
  return {
    stats: outcome.stats,
    streams: outcome.streams.map(({ labels, entries }) => ({
      labels: { ...labels },
      lines: entries.map(({ line }) => line),
    })),
    entries: outcome.streams.flatMap(({ entries }) => entries),
  };
}

describe("a log query", () => {
  it("groups lines by all their labels", () => {
    assert.deepEqual(ask(`{app="shop"}`).streams, [
      { labels: { app: "shop", trace_id: "t1" }, lines: ["one", "three"] },
      { labels: { app: "shop" }, lines: ["four"] },
    ]);
  });

  it("groups lines by their streams where labels are told apart", () => {
    const { streams, entries } = ask(`{app=~".+"} | label_format n="{{.app}}"`, { categorizeLabels: true });
    assert.deepEqual(streams, [
      { labels: { app: "pay" }, lines: ["two"] },
      { labels: { app: "shop" }, lines: ["one", "three", "four"] },
    ]);
    assert.deepEqual({ ...entries[0]?.structuredMetadata }, { trace_id: "t2" });
    assert.deepEqual({ ...entries[0]?.parsed }, { n: "pay" });
    assert.deepEqual({ ...entries[3]?.structuredMetadata }, {});
  });

  it("includes its start and excludes its end", () => {
    const { streams } = ask(`{app="shop"} | drop trace_id`, { startNs: SECOND, endNs: 4n * SECOND });
    assert.deepEqual(streams, [{ labels: { app: "shop" }, lines: ["one", "three"] }]);
  });

  it("counts the limit over all streams, from the side that it is read from", () => {
    const drop = `{app=~".+"} | drop trace_id`;
    assert.deepEqual(ask(drop, { limit: 2 }).streams, [
      { labels: { app: "pay" }, lines: ["two"] },
      { labels: { app: "shop" }, lines: ["one"] },
    ]);
    assert.deepEqual(ask(drop, { limit: 3, direction: "backward" }).streams, [
      { labels: { app: "pay" }, lines: ["two"] },
      { labels: { app: "shop" }, lines: ["four", "three"] },
    ]);
    assert.deepEqual(ask(drop, { limit: 0 }).streams, []);
  });

  it("leaves out lines that are nearer than the interval", () => {
    const drop = `{app=~".+"} | drop trace_id, app`;
    assert.deepEqual(ask(drop, { intervalMs: 2000 }).streams[0]?.lines, ["one", "three"]);
    assert.deepEqual(ask(drop, { intervalMs: 2000, direction: "backward" }).streams[0]?.lines, ["four", "two"]);
  });

  it("tells what it looked at and what it answers with", () => {
    assert.deepEqual(ask(`{app="shop"} |= "o"`).stats, { lines: 3, bytes: 12, entriesReturned: 2 });
    assert.equal(ask(`{app="shop"}`, {}, [at(1, "äöü€")]).stats.bytes, 9);
  });

  it("is refused as an instant query, as by Loki", () => {
    const instant = () =>
      queryLogsInstant(createMemoryLogs(LINES), `{app="shop"}`, { timeNs: 0n, limit: 1, direction: "backward" });
    assert.throws(instant, { kind: "bad_data", message: /not supported as an instant query type/ });
  });

  it("passes the trace id on where every line of the answer must have it", () => {
    const hintOf = (query: string): string | undefined => {
      const source = createMemoryLogs(LINES);
      queryLogsRange(source, query, RANGE);
      return source.selections[0]?.traceId;
    };
    assert.equal(hintOf(`{app="shop"} | trace_id="t1"`), "t1");
    assert.equal(hintOf(`{app="shop"} |= "one" | trace_id="t1" | json`), "t1");
    assert.equal(hintOf(`{app="shop"} | x="y" and trace_id="t1"`), "t1");
    assert.equal(hintOf(`sum(count_over_time({app="shop"} | trace_id="t1" [1m]))`), "t1");
    assert.equal(hintOf(`{app="shop"} | json | trace_id="t1"`), undefined);
    assert.equal(hintOf(`{app="shop"} | trace_id="t1" or x="y"`), undefined);
    assert.equal(hintOf(`{app="shop"} | trace_id=~"t1"`), undefined);
    assert.equal(hintOf(`{app="shop"} | trace_id=""`), undefined);
    assert.equal(hintOf(`{app="shop"} | drop trace_id | trace_id="t1"`), undefined);
  });
});

describe("the pipeline for lines as they arrive", () => {
  it("answers with the line and its labels, or with nothing", () => {
    const { matchers, process } = createLinePipeline(`{app="shop"} | json | level="error" | line_format "{{.msg}}"`);
    assert.deepEqual(
      matchers.map(({ name }) => name),
      ["app"],
    );
    const line = { stream: { app: "shop" }, timeNs: 5n, metadata: { trace_id: "t" } };
    assert.equal(process({ ...line, line: `{"level":"info"}` }), undefined);
    const entry = process({ ...line, line: `{"level":"error","msg":"m"}` });
    assert.equal(entry?.line, "m");
    assert.deepEqual({ ...entry?.streamLabels }, { app: "shop" });
    assert.deepEqual({ ...entry?.structuredMetadata }, { trace_id: "t" });
    assert.deepEqual({ ...entry?.parsed }, { level: "error", msg: "m" });
    assert.deepEqual({ ...entry?.labels }, { app: "shop", trace_id: "t", level: "error", msg: "m" });
  });

  it("is not there for a metric query", () => {
    assert.throws(() => createLinePipeline(`rate({app="shop"}[1m])`), { kind: "bad_data" });
  });
});
