import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import { layOutTrace } from "../../ui/src/trace/layout.ts";
import { collapsedBelow, findRows, moveBy, nextOf, showRows } from "../../ui/src/trace/shown-rows.ts";
import { failureOf, groupAttributes, legendOf, prettyJson } from "../../ui/src/trace/span-facts.ts";
import { clampWindow, formatWindow, parseWindow, ticksOf, zoomAround } from "../../ui/src/trace/time-window.ts";
import { spanOf, traceOf } from "./spans.ts";

const AGENT = { "gen_ai.operation.name": "invoke_agent" };
const trace = layOutTrace(
  traceOf(
    { id: "agent", at: 0, ms: 100, attributes: AGENT },
    { id: "http", parent: "agent", at: 1, ms: 50, attributes: { "http.request.method": "GET" } },
    { id: "inner", parent: "http", at: 2, ms: 10, attributes: { ...AGENT, "gen_ai.agent.name": "Writer" } },
    { id: "db", parent: "agent", at: 60, ms: 10, attributes: { "db.system.name": "pg" }, message: "deadlock" },
  ),
);
const NONE: ReadonlySet<string> = new Set();
const ids = (shown: ReturnType<typeof showRows>) => [...shown.rows].map((row) => trace.rows[row]?.span.spanId);

describe("rows that are shown", () => {
  it("are all of them, without what is below closed ones", () => {
    deepEqual(ids(showRows(trace, { collapsed: NONE, onlyAgents: false })), ["agent", "http", "inner", "db"]);
    deepEqual(ids(showRows(trace, { collapsed: new Set(["http"]), onlyAgents: false })), ["agent", "http", "db"]);
    deepEqual(ids(showRows(trace, { collapsed: collapsedBelow(trace, 0), onlyAgents: false })), ["agent"]);
  });

  it("move up to what is shown where libraries are left out", () => {
    const shown = showRows(trace, { collapsed: NONE, onlyAgents: true });
    deepEqual(ids(shown), ["agent", "inner"]);
    deepEqual([...shown.depths], [0, 1]);
    equal(shown.placeOf(1), -1);
  });

  it("are gone through by keys as a tree of files is", () => {
    const shown = showRows(trace, { collapsed: NONE, onlyAgents: false });
    const move = (key: string, at: number, collapsed = NONE) => moveBy(key, at, { trace, shown, collapsed, page: 2 });
    deepEqual(move("ArrowDown", 0), { row: 1 });
    deepEqual(move("ArrowDown", 3), { row: 3 });
    deepEqual(move("ArrowUp", 0), { row: 0 });
    deepEqual(move("End", 0), { row: 3 });
    deepEqual(move("PageDown", 0), { row: 2 });
    deepEqual(move("ArrowRight", 0), { row: 1 });
    deepEqual(move("ArrowRight", 0, new Set(["agent"])), { expand: "agent" });
    deepEqual(move("ArrowLeft", 1), { collapse: "http" });
    deepEqual(move("ArrowLeft", 2), { row: 1 });
    deepEqual(move("ArrowDown", -1), { row: 0 });
    equal(move("x", 0), undefined);
  });

  it("are found by what they say, and gone through around the end", () => {
    deepEqual(findRows(trace, "WRITER"), [2]);
    deepEqual(findRows(trace, "deadlock"), [3]);
    deepEqual(findRows(trace, "  "), []);
    equal(nextOf([1, 3], 1, 1), 3);
    equal(nextOf([1, 3], 3, 1), 1);
    equal(nextOf([1, 3], 1, -1), 3);
    equal(nextOf([], 1, 1), undefined);
  });
});

describe("the part of the time that is looked at", () => {
  it("stays inside of the trace, around where one zooms", () => {
    deepEqual(clampWindow({ fromMs: -10, toMs: 20 }, 100), { fromMs: 0, toMs: 30 });
    deepEqual(zoomAround({ fromMs: 0, toMs: 100 }, 50, 0.5, 100), { fromMs: 25, toMs: 75 });
    deepEqual(zoomAround({ fromMs: 25, toMs: 75 }, 50, 4, 100), { fromMs: 0, toMs: 100 });
  });

  it("is written into the address and read again", () => {
    const window = { fromMs: 12.5, toMs: 90 };
    deepEqual(parseWindow(formatWindow(window), 100), window);
    for (const text of ["", "5", "9-5", "a-b", "-1-5"]) equal(parseWindow(text, 100), undefined, text);
  });

  it("has round moments", () => {
    deepEqual(ticksOf({ fromMs: 0, toMs: 100 }, 6), [0, 20, 40, 60, 80, 100]);
    deepEqual(ticksOf({ fromMs: 0, toMs: 7_200_000 }, 4), [0, 1_800_000, 3_600_000, 5_400_000, 7_200_000]);
    ok(ticksOf({ fromMs: 0, toMs: 0.01 }, 6).length <= 11);
  });
});

describe("what is shown of a span", () => {
  it("tells why it failed, from its status and its exception", () => {
    const exception = {
      timeMs: 1,
      name: "exception",
      attributes: { "exception.type": "TypeError", "exception.message": "no", "exception.stacktrace": "at x" },
    };
    deepEqual(failureOf(spanOf({ id: "a", at: 0, ms: 1, status: "error", message: "broke", events: [exception] })), {
      type: "TypeError",
      category: undefined,
      fingerprint: undefined,
      message: "broke",
      stack: "at x",
    });
    equal(failureOf(spanOf({ id: "a", at: 0, ms: 1 })), undefined);
  });

  it("has the attributes of agents first", () => {
    const groups = groupAttributes({ "http.x": 1, "agent_observatory.a": 2, "gen_ai.b": 3, "gen_ai.a": 4 });
    deepEqual(
      groups.map(([group, list]) => [group, list.map(([name]) => name)]),
      [
        ["gen_ai", ["gen_ai.a", "gen_ai.b"]],
        ["agent_observatory", ["agent_observatory.a"]],
        ["http", ["http.x"]],
      ],
    );
  });

  it("has JSON with line breaks, and leaves alone what is none", () => {
    equal(prettyJson('{"a":1}'), '{\n  "a": 1\n}');
    for (const value of ["{broken", "plain", 5, true]) equal(prettyJson(value), undefined);
  });

  it("has colors for kinds or for services", () => {
    deepEqual(
      legendOf(trace.rows, "kind", trace.services).map(({ name }) => name),
      ["Agent", "Database", "HTTP request"],
    );
    deepEqual(legendOf(trace.rows, "service", ["a", "b"]), [
      { name: "a", color: "var(--series-1)" },
      { name: "b", color: "var(--series-2)" },
    ]);
  });
});
