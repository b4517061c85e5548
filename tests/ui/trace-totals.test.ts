/** What the page reads of traces is the same whether a back end tells totals, as the embedded process does, or whole traces only, as Jaeger. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Backends, createBackends } from "../../src/backends/index.ts";
import { ATTR, RUN_EVENT } from "../../src/model/index.ts";
import type { LogLine, Span } from "../../src/signals/index.ts";
import { askTraces } from "../../ui/src/trace/trace-list.ts";
import { readTraceQuery } from "../../ui/src/trace/trace-query.ts";
import { findPricedTraces } from "../../ui/src/views/cost/ask-traces.ts";
import { spentIn } from "../../ui/src/views/cost/spent-in-traces.ts";
import { askTurns } from "../../ui/src/views/sessions/ask-sessions.ts";
import { talkedBy } from "../../ui/src/views/sessions/session-facts.ts";
import { createAsk, NOW_MS } from "../api/asking.ts";
import type { Content } from "../api/memory-sources.ts";
import { randomTraces } from "../api/random-traces.ts";

const range = { startMs: NOW_MS - 600_000, endMs: NOW_MS };
const OURS = ["spansPerTrace", "spanID", "spending"];

/** Both kinds of back end over the same content, and what was asked of them. */
function bothOver(content: Content): { embedded: Backends; jaeger: Backends; spansAnswered: () => number } {
  const ask = createAsk(content);
  let spansAnswered = 0;
  const backends = (knowsTotals: boolean): Backends =>
    createBackends({
      url: "http://here",
      fetch: (input) => {
        const url = new URL(String(input));
        if (!knowsTotals) for (const name of OURS) url.searchParams.delete(name);
        const { status, body } = ask(`${url.pathname}${url.search}`);
        if (knowsTotals) spansAnswered += body.split('"operationName"').length - 1;
        equal(status, 200, body);
        return Promise.resolve(new Response(body, { status }));
      },
    });
  return { embedded: backends(true), jaeger: backends(false), spansAnswered: () => spansAnswered };
}

const BASE_NS = BigInt(NOW_MS - 60_000) * 1_000_000n;
const SPANS: readonly Span[] = ["list", "more", "other"].flatMap((seed) =>
  randomTraces(seed, BASE_NS, 60)
    .flat()
    .map((span) => ({
      ...span,
      attributes: { ...span.attributes, ...(span.name === "span 1" && { "agent_observatory.cost.status": "priced" }) },
    })),
);
/** Of a run that goes on: it is the root of the trace that is given, or has nothing but what is announced. */
const announced = (traceId: string, spanId: string, agent: string): LogLine => ({
  stream: { service_name: "front" },
  timeNs: BigInt(NOW_MS - 1000) * 1_000_000n,
  line: `${RUN_EVENT}: invoke_agent ${agent}`,
  metadata: Object.fromEntries(
    Object.entries({
      trace_id: traceId,
      span_id: spanId,
      [ATTR.runState]: "running",
      [ATTR.runStartMs]: String(NOW_MS - 61_000),
      [ATTR.runName]: `invoke_agent ${agent}`,
      [ATTR.operation]: "invoke_agent",
      [ATTR.agentName]: agent,
      [ATTR.sessionId]: "s-9",
    }).map(([name, value]) => [name.replaceAll(".", "_"), value]),
  ),
});
const [first, second] = [...new Set(SPANS.map(({ traceId }) => traceId))];
const LINES = [
  announced(first ?? "", "00000000000000aa", "long-hauler"),
  // Its span has come, though its end was not heard of.
  announced(second ?? "", "0000000000000001", "desk"),
  announced("9".repeat(32), "00000000000000bb", "starter"),
];

describe("the list of traces", () => {
  const searches = [
    "",
    "scope=all",
    "scope=all&limit=50",
    "agent=desk",
    "agent=desk&session=s-1&user=ada",
    "model=claude&agent=planner&status=error",
    "tool=search&minCost=0.05",
    "scope=all&status=error",
    "scope=all&status=ok&minDuration=2ms",
    "attribute=http.route%3D%2Fask&user=ben",
    "scope=all&text=TOO%20many",
    "session=s-2&attribute=user.id%3Dada&text=claude",
    "status=running",
    "agent=long-hauler",
    "session=s-9",
    "service=back&session=s-3",
  ];
  for (const search of searches) {
    it(`is the same: ${search || "agents at work"}`, async () => {
      const { embedded, jaeger } = bothOver({ spans: SPANS, lines: LINES });
      const query = readTraceQuery(new URLSearchParams(search));
      const [told, added] = await Promise.all([embedded, jaeger].map((one) => askTraces(one, query, range, NOW_MS)));
      ok(told !== undefined && added !== undefined && told.traces.length > 0, `${told?.traces.length} traces`);
      deepEqual(told.traces, added.traces);
      deepEqual([told.cut, told.runsFailure], [added.cut, undefined]);
    });
  }

  it("asks for two spans of a trace at most where nothing depends on the others", async () => {
    const { embedded, spansAnswered } = bothOver({ spans: SPANS });
    const query = readTraceQuery(new URLSearchParams("scope=all&limit=200"));
    const { traces } = await askTraces(embedded, query, range, NOW_MS);
    ok(traces.reduce((sum, { summary }) => sum + summary.spans, 0) > 3 * traces.length);
    // Of each service.
    ok(spansAnswered() <= 4 * traces.length, `${spansAnswered()} spans of ${traces.length} traces`);
  });
});

describe("sessions and spending", () => {
  it("are the same", async () => {
    const { embedded, jaeger, spansAnswered } = bothOver({ spans: SPANS });
    const turns = await Promise.all([embedded, jaeger].map((one) => askTurns(one, range, "", "")));
    const priced = await Promise.all([embedded, jaeger].map((one) => findPricedTraces(one.jaeger, range)));
    equal(spansAnswered(), 0);
    for (const whom of ["session", "user"] as const) {
      const [told, added] = turns.map(({ found }) => talkedBy(whom, found, []));
      ok(told !== undefined && told.length > 1);
      deepEqual(told, added);
      const [spent, addedUp] = priced.map(({ traces }) => spentIn(traces, whom));
      ok(spent !== undefined && spent.spenders.length > 1 && spent.calls.length > 10);
      deepEqual(spent, addedUp);
    }
  });

  it("are of more turns where totals are told, and it is said where they end", async () => {
    const many = Array.from({ length: 600 }, (_, number): Span => {
      const [span] = SPANS;
      const startNs = BASE_NS + BigInt(number) * 1_000_000n;
      const attributes = { [ATTR.operation]: "chat", [ATTR.sessionId]: `s-${number}`, [ATTR.costStatus]: "priced" };
      const service = { service: "front", attributes: {} };
      const traceId = number.toString(16).padStart(32, "0");
      return {
        ...(span as Span),
        traceId,
        parentSpanId: "",
        startNs,
        endNs: startNs,
        attributes,
        links: [],
        resource: service,
      };
    });
    const { embedded, jaeger } = bothOver({ spans: many });
    const told = await askTurns(embedded, range, "", "");
    deepEqual([told.found.length, told.isCut, told.sinceMs], [600, false, range.startMs]);
    const added = await askTurns(jaeger, range, "", "");
    deepEqual([added.found.length, added.isCut, added.sinceMs], [300, true, NOW_MS - 60_000 + 300]);
    equal((await findPricedTraces(embedded.jaeger, range)).traces.length, 600);
    equal((await findPricedTraces(jaeger.jaeger, range)).traces.length, 300);
  });
});
