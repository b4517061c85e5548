import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Attributes, Dependency, Span, SpanKind, TraceQuery } from "../../src/signals/index.ts";
import { createRandom } from "./random.ts";
import { DAY_MS, MIDNIGHT_MS, NOON_MS, NS_PER_MS, spanOf, temporaryStore } from "./temporary-store.ts";

const ANY: TraceQuery = { tags: {}, startNs: 0n, endNs: 2n ** 62n, limit: 1000 };
const NOON_NS = BigInt(NOON_MS) * NS_PER_MS;
const traceIdOf = (number: number): string => number.toString(16).padStart(32, "0");
const spanIdOf = (number: number): string => number.toString(16).padStart(16, "0");
const resourceOf = (service: string, attributes: Attributes = {}): Span["resource"] => ({
  service,
  attributes: { "service.name": service, ...attributes },
});

describe("a span", () => {
  it("comes back with all that it had", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const attributes: Attributes = {
      text: 'a\0b "quoted" 😀',
      empty: "",
      number: 1.5,
      large: "9223372036854775807",
      truth: true,
      nothing: null,
      bytes: Uint8Array.of(0, 255, 3),
      list: ["a", 1, Number.NaN, Uint8Array.of(1)],
      map: { inner: { deep: [1, 2] }, $bytes: "not bytes" },
      looksLike: { $bytes: "YQ==" },
      wrapped: { $map: { $number: "1" } },
      nan: Number.NaN,
      infinite: -Infinity,
      minusZero: -0,
      constructor: "x",
      brace: "{",
    };
    const span = spanOf({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      parentSpanId: "00f067aa0ba902b7",
      traceState: "vendor=1",
      flags: 0x301,
      name: "chat gpt",
      kind: "client",
      startNs: NOON_NS + 123_456_789n,
      endNs: NOON_NS + 987_654_321_987n,
      status: "error",
      statusMessage: "no\nanswer",
      resource: resourceOf("shop", attributes),
      scope: { name: "lib", version: "1", attributes },
      attributes,
      events: [{ timeNs: NOON_NS + 5n, name: "exception", attributes }],
      links: [{ traceId: "aa", spanId: "bb", attributes }],
    });
    const odd = spanOf({ traceId: span.traceId, spanId: "not hex", parentSpanId: "ABC", endNs: 2n ** 64n - 1n });
    writer.write({ spans: [span, odd] });
    writer.commit();
    const [first, second] = read().trace(span.traceId);
    assert.deepEqual([first, second], [{ ...odd, endNs: odd.startNs + 2n ** 63n - 1n }, span]);
    assert.ok(Object.is(second?.attributes["minusZero"], -0));
    assert.deepEqual(read().trace("00"), []);
  });

  it("is stored once, however often and with whatever restart in between it comes", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const one = spanOf({ traceId: traceIdOf(1), spanId: spanIdOf(1), name: "first" });
    for (let round = 0; round < 3; round += 1) {
      const writer = open();
      writer.write({ spans: [one, { ...one, name: "again" }] });
      writer.commit();
      assert.equal(writer.usage().spans, 1);
      writer.close();
    }
    assert.deepEqual(
      read()
        .trace(traceIdOf(1))
        .map(({ name }) => name),
      ["first"],
    );
    assert.deepEqual(read().findTraceIds(ANY).length, 1);
  });

  it("of the same trace is found on every day that it ran", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const at = (number: number, ms: number): Span => {
      const startNs = BigInt(ms) * NS_PER_MS;
      return spanOf({ traceId: traceIdOf(7), spanId: spanIdOf(number), startNs, endNs: startNs + 1n });
    };
    writer.write({ spans: [at(1, MIDNIGHT_MS), at(2, MIDNIGHT_MS - 1), at(3, MIDNIGHT_MS - DAY_MS)] });
    writer.commit();
    const reader = read();
    const ids = [3, 2, 1].map(spanIdOf);
    assert.deepEqual(
      reader.trace(traceIdOf(7)).map(({ spanId }) => spanId),
      ids,
    );
    const found = reader.findTraceIds({ ...ANY, startNs: BigInt(MIDNIGHT_MS) * NS_PER_MS });
    assert.deepEqual(
      found.map(({ traceId }) => reader.trace(traceId).map(({ spanId }) => spanId)),
      [ids],
    );
    assert.deepEqual(reader.usage().days, ["2026-11-20", "2026-11-21"]);
  });
});

describe("a search for traces", () => {
  /** What the query says, of one span alone. */
  function describes(query: TraceQuery, span: Span): boolean {
    const durationNs = span.endNs - span.startNs;
    const all = [
      span.attributes,
      span.resource.attributes,
      span.scope.attributes,
      ...span.events.map((event) => event.attributes),
    ];
    return (
      (query.service ?? span.resource.service) === span.resource.service &&
      (query.operation ?? span.name) === span.name &&
      span.startNs >= query.startNs &&
      span.startNs <= query.endNs &&
      durationNs >= (query.minDurationNs ?? durationNs) &&
      durationNs <= (query.maxDurationNs ?? durationNs) &&
      Object.entries(query.tags).every(([name, value]) =>
        all.some((attributes) => String(attributes[name] ?? "") === value),
      )
    );
  }

  it("finds whole traces, the latest first, as one would by looking at every span", (test) => {
    for (const seed of [1, 2, 3]) {
      const random = createRandom(seed);
      const { writer: open, reader: read } = temporaryStore(test, MIDNIGHT_MS + DAY_MS + 3_600_000);
      const writer = open();
      const reader = read();
      const model: Span[] = [];
      const services = Array.from({ length: 6 }, (_, index) => resourceOf(`s${index % 4}`, { zone: `z${index % 3}` }));
      for (let round = 0; round < 15; round += 1) {
        const spans = Array.from({ length: random.below(80) }, (_, index): Span => {
          // No two at one time, for their order would be open.
          const startNs =
            BigInt(MIDNIGHT_MS + DAY_MS - 30_000 + random.below(60_000)) * NS_PER_MS + BigInt(model.length + index);
          const tag = random.pick<Attributes>([
            { color: "red" },
            { color: 5 },
            { color: true },
            {},
            { note: 'say "red"' },
          ]);
          const traceId = traceIdOf(random.below(60));
          const relatives = model.filter((span) => span.traceId === traceId);
          return spanOf({
            traceId,
            spanId: spanIdOf(model.length + index + 1),
            parentSpanId:
              relatives.length === 0 ? "" : random.pick([...relatives.map(({ spanId }) => spanId), spanIdOf(99_999)]),
            name: `operation ${random.below(4)}`,
            kind: random.pick<SpanKind>(["server", "client"]),
            startNs,
            endNs: startNs + BigInt(random.below(100)) * NS_PER_MS,
            resource: random.pick(services),
            attributes: { ...tag, size: random.below(5) },
            events: random.below(4) === 0 ? [{ timeNs: startNs, name: "e", attributes: { color: "blue" } }] : [],
          });
        });
        writer.write({ spans });
        writer.commit();
        model.push(...spans);
        for (let count = 0; count < 6; count += 1) {
          const startNs = BigInt(MIDNIGHT_MS + DAY_MS - 30_000 + random.below(30_000)) * NS_PER_MS;
          const maybe = <Value>(value: Value): Value | undefined => (random.below(3) === 0 ? value : undefined);
          const tags: Record<string, string> = {};
          if (random.below(2) === 0) tags["color"] = random.pick(["red", "blue", "5", "true", "none", 'say "red"']);
          if (random.below(3) === 0) tags["zone"] = random.pick(["z0", "z1"]);
          if (random.below(3) === 0) tags["size"] = String(random.below(6));
          const given = {
            service: maybe(`s${random.below(5)}`),
            operation: maybe(`operation ${random.below(5)}`),
            minDurationNs: maybe(BigInt(random.below(80)) * NS_PER_MS),
            maxDurationNs: maybe(BigInt(20 + random.below(80)) * NS_PER_MS),
          };
          const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
          const query: TraceQuery = {
            ...present,
            tags,
            startNs,
            endNs: startNs + 30_000n * NS_PER_MS,
            limit: 1 + random.below(20),
          };
          const latest = model.filter((span) => describes(query, span)).sort((a, b) => Number(b.startNs - a.startNs));
          const expected = [...new Set(latest.map(({ traceId }) => traceId))].slice(0, query.limit);
          const ids = reader.findTraceIds(query);
          assert.deepEqual(
            ids,
            expected.map((traceId) => ({
              traceId,
              startNs: latest.find((span) => span.traceId === traceId)?.startNs,
            })),
          );
          const found = ids.map(({ traceId }) => reader.trace(traceId));
          for (const trace of found) {
            const whole = model
              .filter(({ traceId }) => traceId === trace[0]?.traceId)
              .sort((a, b) => Number(a.startNs - b.startNs));
            assert.deepEqual(trace, whole);
          }
        }
      }
      assert.deepEqual(reader.services(), [...new Set(model.map(({ resource }) => resource.service))].sort());
      const operations = new Set(
        model.filter(({ resource }) => resource.service === "s1").map(({ name, kind }) => `${name} ${kind}`),
      );
      assert.deepEqual(
        reader.operations("s1").map(({ name, kind }) => `${name} ${kind}`),
        [...operations].sort(),
      );
      assert.ok(reader.operations("s1", "client").every(({ kind }) => kind === "client"));
      assert.deepEqual(reader.operations("nobody"), []);
      const calls = new Map<string, number>();
      for (const child of model) {
        const parent = model.find(({ traceId, spanId }) => traceId === child.traceId && spanId === child.parentSpanId);
        if (parent === undefined || parent.resource.service === child.resource.service) continue;
        const key = `${parent.resource.service} ${child.resource.service}`;
        calls.set(key, (calls.get(key) ?? 0) + 1);
      }
      const lines = (all: readonly Dependency[]) =>
        all.map(({ parent, child, callCount }) => `${parent} ${child} ${callCount}`).sort();
      assert.deepEqual(
        lines(reader.dependencies(0n, 2n ** 62n)),
        [...calls].map(([key, count]) => `${key} ${count}`).sort(),
      );
      assert.ok(calls.size > 3);
    }
  });

  it("knows the tags that Jaeger makes of a span's fields", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const spans = [
      spanOf({
        traceId: "01",
        spanId: "01",
        kind: "server",
        status: "error",
        statusMessage: "broken",
        traceState: "a=1",
      }),
      spanOf({
        traceId: "02",
        spanId: "02",
        kind: "client",
        status: "ok",
        scope: { name: "lib", version: "2", attributes: {} },
      }),
      spanOf({
        traceId: "03",
        spanId: "03",
        events: [{ timeNs: 1n, name: "retry", attributes: {} }],
        attributes: { "span.kind": "odd" },
      }),
    ];
    writer.write({ spans });
    writer.commit();
    const reader = read();
    const found = (tags: Record<string, string>): string[] =>
      reader
        .findTraceIds({ ...ANY, tags })
        .map(({ traceId }) => traceId)
        .sort();
    assert.deepEqual(found({ error: "true" }), ["01"]);
    assert.deepEqual(found({ error: "false" }), []);
    assert.deepEqual(found({ "span.kind": "client" }), ["02"]);
    assert.deepEqual(found({ "span.kind": "odd" }), ["03"]);
    assert.deepEqual(found({ "otel.status_code": "ERROR" }), ["01"]);
    assert.deepEqual(found({ "otel.status_code": "OK", "otel.scope.name": "lib", "otel.scope.version": "2" }), ["02"]);
    assert.deepEqual(found({ "otel.status_description": "broken", "w3c.tracestate": "a=1" }), ["01"]);
    assert.deepEqual(found({ event: "retry" }), ["03"]);
    assert.deepEqual(found({ constructor: "x" }), []);
  });
});
