import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  createJaegerBackend,
  firstErrorOf,
  isFailedTrace,
  type JaegerBackend,
  partsOfTrace,
  spentInTrace,
  summarizeTrace,
  type Trace,
} from "../../src/backends/index.ts";
import type { Span } from "../../src/signals/index.ts";
import { type Ask, createAsk, json, NOW_MS } from "./asking.ts";
import { randomTraces } from "./random-traces.ts";

const BASE_NS = BigInt(NOW_MS - 60_000) * 1_000_000n;
const range = { startMs: NOW_MS - 3_600_000, endMs: NOW_MS };

/** The client that the page and the command line use, over these spans. */
const jaegerOver = (ask: Ask): JaegerBackend =>
  createJaegerBackend({
    url: "http://embedded",
    fetch: (input) => {
      const { pathname, search } = new URL(String(input));
      const { status, body } = ask(`${pathname}${search}`);
      return Promise.resolve(new Response(body, { status }));
    },
  });

/** All that is read of a trace without looking at its spans. */
const readOf = (trace: Trace) => ({
  summary: summarizeTrace(trace),
  isFailed: isFailedTrace(trace),
  sessions: partsOfTrace(trace, "session"),
  users: partsOfTrace(trace, "user"),
  spentBySession: spentInTrace(trace, "session"),
  spentByUser: spentInTrace(trace, "user"),
});

async function hasSameTotals(spans: readonly Span[], search: Readonly<Record<string, string>> = {}): Promise<number> {
  const jaeger = jaegerOver(createAsk({ spans }));
  const query = { service: "front", ...range, limit: 1000, tags: search };
  const whole = await jaeger.findTraces(query);
  const parts = await jaeger.findTraces({ ...query, part: { spans: 0, spending: true } });
  assert.ok(parts.every((trace) => trace.spans.length === 0));
  assert.deepEqual(parts.map(readOf), whole.map(readOf));
  const few = await jaeger.findTraces({ ...query, part: { spans: 2 } });
  assert.deepEqual(few.map(summarizeTrace), whole.map(summarizeTrace));
  assert.deepEqual(
    few.map((trace) => firstErrorOf(trace)?.spanId),
    // Where there is room for one beside the root.
    whole.map((trace) => firstErrorOf(trace)?.spanId),
  );
  return whole.length;
}

describe("a search for parts of traces", () => {
  it("tells of each trace the totals that its spans come to", async () => {
    let looked = 0;
    for (const seed of ["a", "b", "c", "d"]) looked += await hasSameTotals(randomTraces(seed, BASE_NS, 60).flat());
    assert.ok(looked > 150, `${looked} traces`);
    assert.ok((await hasSameTotals(randomTraces("e", BASE_NS, 60).flat(), { "session.id": "s-1" })) > 10);
  });

  it("tells the same where two sides of a call share an id, and where a span was sent twice", async () => {
    const [trace = []] = randomTraces("shared", BASE_NS, 1);
    const [first = assert.fail(), ...others] = trace;
    const client: Span = { ...first, kind: "client", resource: { service: "front", attributes: {} } };
    const server: Span = {
      ...first,
      kind: "server",
      status: "error",
      startNs: first.startNs + 5000n,
      resource: { service: "back", attributes: {} },
    };
    const below: Span = { ...first, spanId: "00000000000000ff", parentSpanId: first.spanId, status: "error" };
    assert.equal(await hasSameTotals([client, server, below, ...others]), 1);
    assert.equal(await hasSameTotals([client, below, { ...below }, ...others]), 1);
  });

  it("chooses the root, what was asked for, where errors began, what else failed, runs, then what began first", () => {
    const [[given = assert.fail()] = []] = randomTraces("one", BASE_NS, 1);
    const id = (number: number): string => number.toString(16).padStart(16, "0");
    const span = (number: number, parent: number, more: Partial<Span> = {}): Span => ({
      ...given,
      spanId: id(number),
      parentSpanId: parent === 0 ? "" : id(parent),
      startNs: BASE_NS + BigInt(number) * 1000n,
      endNs: BASE_NS + 1_000_000n,
      status: "unset",
      attributes: {},
      links: [],
      resource: { service: "front", attributes: {} },
      ...more,
    });
    const ask = createAsk({
      spans: [
        span(1, 9),
        span(2, 0),
        span(3, 2, { status: "error" }),
        span(4, 3, { status: "error" }),
        span(5, 2),
        span(6, 2, { attributes: { "gen_ai.operation.name": "invoke_agent" } }),
        span(7, 2),
      ],
    });
    const chosen = (spansPerTrace: number, more = ""): number[] => {
      const [trace] = json(ask(`/api/traces?traceID=${given.traceId}&spansPerTrace=${spansPerTrace}${more}`)).data;
      assert.equal(trace.totals.spans, 7);
      return trace.spans.map(({ spanID }: { spanID: string }) => Number.parseInt(spanID, 16));
    };
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 10_000].map((count) => chosen(count)),
      [
        [],
        [2],
        [2, 4],
        [2, 3, 4],
        [2, 3, 4, 6],
        [1, 2, 3, 4, 6],
        [1, 2, 3, 4, 5, 6],
        [1, 2, 3, 4, 5, 6, 7],
        [1, 2, 3, 4, 5, 6, 7],
      ],
    );
    assert.deepEqual(chosen(2, `&spanID=${id(7)}&spanID=${id(99)}`), [2, 7]);
    // Whole, it is as it is without the parameter; of a part nobody can say that a parent is missing.
    const { totals: _, ...whole } = json(ask(`/api/traces?traceID=${given.traceId}&spansPerTrace=7`)).data[0];
    assert.deepEqual(whole, json(ask(`/api/traces?traceID=${given.traceId}`)).data[0]);
    assert.ok(JSON.stringify(whole).includes("invalid parent"));
    const [part] = json(ask(`/api/traces?traceID=${given.traceId}&spansPerTrace=5`)).data;
    assert.ok(!JSON.stringify(part).includes("invalid parent"));
  });

  it("changes nothing where it is not asked for, whatever else stands in the address", () => {
    const ask = createAsk({ spans: randomTraces("plain", BASE_NS, 20).flat() });
    const plain = ask("/api/traces?service=front");
    assert.equal(ask("/api/traces?service=front&spansPerTrace=&spending=x&spanID=y").body, plain.body);
    assert.ok(!plain.body.includes('"totals"'));
  });

  it("says which traces there are not", () => {
    const [[span = assert.fail()] = []] = randomTraces("there", BASE_NS, 1);
    const none = "1".repeat(32);
    const { data, errors } = json(
      createAsk({ spans: [span] })(`/api/traces?traceID=${none}&traceID=${span.traceId}&spansPerTrace=1`),
    );
    assert.deepEqual(
      [data.length, data[0].traceID, errors],
      [1, span.traceId, [{ msg: "trace not found", traceID: none }]],
    );
  });

  it("refuses what cannot be meant, and says what can", () => {
    const ask = createAsk({});
    for (const bad of ["-1", "x", "1.5", "10001", "1e3", "99999999999", " 1"]) {
      const { status, body } = ask(`/api/traces?service=a&spansPerTrace=${encodeURIComponent(bad)}`);
      assert.equal(status, 400, bad);
      const expected = `expected a whole number from 0 to 10000, received: ${bad}`;
      assert.equal(JSON.parse(body).errors[0].msg, `unable to parse param 'spansPerTrace': ${expected}`);
    }
    const told = (params: string): unknown =>
      JSON.parse(ask(`/api/traces?service=a&spansPerTrace=1&${params}`).body).errors[0];
    assert.deepEqual(told("spending=perhaps"), {
      code: 400,
      msg: `unable to parse param 'spending': strconv.ParseBool: parsing "perhaps": invalid syntax`,
    });
    assert.deepEqual(told("spanID=7"), {
      code: 400,
      msg: "unable to parse param 'spanID': expected 16 hexadecimal digits, received: 7",
    });
  });
});
