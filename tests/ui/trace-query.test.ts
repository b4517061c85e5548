import { deepEqual, equal } from "node:assert/strict";
import { describe, it } from "node:test";
import { summarizeTrace } from "../../src/backends/index.ts";
import { mergeSeen, mergeTraces } from "../../ui/src/trace/trace-list.ts";
import {
  asksForAgents,
  operationsOf,
  parseAttribute,
  parseDurationMs,
  parseUsd,
  readTraceQuery,
  writeDuration,
} from "../../ui/src/trace/trace-query.ts";
import { traceOf } from "./spans.ts";

describe("a search in the address", () => {
  const read = (text: string) => readTraceQuery(new URLSearchParams(text));

  it("is read with all of its conditions", () => {
    deepEqual(
      read(
        "agent=desk&tool=x&minDuration=2s&maxDuration=500&minCost=%240.05&attribute=a%3Db%3Dc&status=error&limit=50",
      ),
      {
        search: {
          agent: "desk",
          tool: "x",
          minDurationMs: 2000,
          maxDurationMs: 500,
          minCostUsd: 0.05,
          attributes: { a: "b=c" },
          status: "error",
          limit: 50,
        },
        state: "error",
        onlyAgents: true,
        unread: [],
      },
    );
  });

  it("names what it does not understand, and asks for the rest", () => {
    const { unread, search } = read("minDuration=soon&attribute=x&status=odd&limit=7&agent=%20");
    deepEqual(unread, ["minDuration", "attribute"]);
    deepEqual(search, { limit: 100 });
  });

  it("knows durations, dollars and attributes as people write them", () => {
    deepEqual(["250ms", "1.5s", "2m", "1h", "7", "500us", "", "s", "1 day"].map(parseDurationMs), [
      250,
      1500,
      120_000,
      3_600_000,
      7,
      0.5,
      undefined,
      undefined,
      undefined,
    ]);
    deepEqual(["0.05", "$1", ".5", "one", "-1"].map(parseUsd), [0.05, 1, 0.5, undefined, undefined]);
    deepEqual(["a=b", " a = b ", "a=", "=b", "a"].map(parseAttribute), [
      ["a", "b"],
      ["a", "b"],
      ["a", ""],
      undefined,
      undefined,
    ]);
    for (const ms of [0.5, 12, 999, 1234, 60_000]) equal(parseDurationMs(writeDuration(ms)), ms);
  });

  it("asks services for their agents, unless a condition does that already", () => {
    equal(asksForAgents(read("")), true);
    equal(asksForAgents(read("service=web&text=x&minDuration=1s")), true);
    equal(asksForAgents(read("agent=desk")), false);
    equal(asksForAgents(read("scope=all")), false);
    // A service with agents asks models without them, too.
    deepEqual(operationsOf(["invoke_agent desk", "chat gpt-4o", "GET"]), ["invoke_agent", "chat"]);
    const untold = ["invoke_agent", "invoke_workflow", "chat", "execute_tool"];
    deepEqual(operationsOf(["ChatCompletion"]), untold);
    deepEqual(operationsOf(["generate_content gemini-2.5-pro", "rerank x"]), [...untold, "generate_content", "rerank"]);
  });
});

describe("the list of traces", () => {
  const listed = (id: string, at: number, ms = 10) => {
    const trace = { ...traceOf({ id: "root", at, ms }), traceId: id };
    return { summary: summarizeTrace(trace), failure: undefined };
  };

  it("has what came in at its top, and of each trace the newer word", () => {
    const merged = mergeTraces([listed("a", 10), listed("b", 5)], [listed("c", 20), listed("a", 10, 99)], 10);
    deepEqual(
      merged.map(({ summary }) => [summary.traceId, summary.durationMs]),
      [
        ["c", 10],
        ["a", 99],
        ["b", 10],
      ],
    );
    equal(mergeTraces(merged, [], 2).length, 2);
  });

  it("keeps what was heard last of a trace that is not among the latest any more", () => {
    const [base, ended] = [[listed("a", 10, 5)], [listed("a", 10, 99)]];
    let seen = mergeSeen({ key: "", traces: [] }, base, undefined, 10);
    seen = mergeSeen(seen, base, ended, 10);
    seen = mergeSeen(seen, base, [], 10);
    equal(seen.traces[0]?.summary.durationMs, 99);
    seen = mergeSeen(seen, [listed("a", 10, 120)], seen.fresh, 10);
    equal(seen.traces[0]?.summary.durationMs, 120);
  });
});
