import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import type { Span, SpanOutline } from "../../src/signals/index.ts";
import type { StoreReader } from "../../src/store/index.ts";
import { randomTraces } from "../api/random-traces.ts";
import { MIDNIGHT_MS, NS_PER_MS, spanOf, temporaryStore } from "./temporary-store.ts";

const MIDNIGHT_NS = BigInt(MIDNIGHT_MS) * NS_PER_MS;
const NAMES = ["gen_ai.operation.name", "gen_ai.tool.name", "gen_ai.usage.input_tokens", 'it\'s "odd"', "missing"];
const never = (): boolean => false;

const outlineOf = (span: Span): SpanOutline => ({
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  name: span.name,
  kind: span.kind,
  service: span.resource.service,
  startUs: Number(span.startNs / 1000n),
  startRestNs: Number(span.startNs % 1000n),
  durationUs: Number((span.endNs - span.startNs) / 1000n),
  status: span.status,
  values: NAMES.map((name) => span.attributes[name] ?? null),
  links: span.links,
});
const outlinesIn = (reader: StoreReader, ids: readonly string[]) =>
  ids.map((id) => reader.outlines([id], NAMES, never).get(id)?.spans);

describe("outlines of traces", () => {
  it("are those of their spans, over midnight, with the values that were asked for", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const traces = randomTraces("outlines", MIDNIGHT_NS - 20_000_000n, 40).map((trace) =>
      trace.map((span, index) => ({
        ...span,
        // No two at one time, for their order would be open.
        startNs: span.startNs + BigInt(index * 3_000_001),
        attributes: { ...span.attributes, 'it\'s "odd"': index },
      })),
    );
    writer.write({ spans: traces.flat() });
    writer.commit();
    const reader = read();
    const ids = traces.map(([first]) => first?.traceId ?? "");
    const expected = ids.map((id) => reader.trace(id).map(outlineOf));
    assert.deepEqual(outlinesIn(reader, ids), expected);
    const together = reader.outlines([...ids, "none"], NAMES, never);
    assert.deepEqual(
      ids.map((id) => together.get(id)?.spans),
      expected,
    );
    assert.equal(together.has("none"), false);
    assert.ok(reader.usage().days.length === 2);
  });

  it("have a version that is another one whenever a span has come, and are not read where it is known", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const add = (spanId: string, startNs: bigint): void => {
      writer.write({ spans: [spanOf({ traceId: "0a", spanId, startNs, endNs: startNs + 1n })] });
      writer.commit();
    };
    const reader = read();
    const seen = new Set<string>();
    const version = (): string => {
      const found = reader.outlines(["0a"], NAMES, never).get("0a")?.version ?? assert.fail();
      assert.equal(reader.outlines(["0a"], NAMES, (_, one) => one === found).get("0a")?.spans, undefined);
      return found;
    };
    for (const [index, startNs] of [MIDNIGHT_NS, MIDNIGHT_NS + 1n, MIDNIGHT_NS - 1n].entries()) {
      add(`0${index}`, startNs);
      seen.add(version());
    }
    // Sent again, it is no other span.
    add("01", MIDNIGHT_NS + 1n);
    seen.add(version());
    assert.equal(seen.size, 3);
  });

  it("of a damaged trace are what can be read, and leave others whole", (test) => {
    const { writer: open, reader: read, directory, faults } = temporaryStore(test);
    const writer = open();
    const span = (traceId: string, spanId: string, at: bigint): Span =>
      spanOf({ traceId, spanId, startNs: MIDNIGHT_NS + at, endNs: MIDNIGHT_NS + at + 1n });
    writer.write({ spans: [span("0a", "01", 1n), span("0a", "02", 2n), span("0b", "03", 3n)] });
    writer.commit();
    writer.close();
    const [file = ""] = readdirSync(join(directory, "data")).filter((name) => name.endsWith(".sqlite"));
    const database = new DatabaseSync(join(directory, "data", file));
    database.exec("UPDATE spans SET attributes = '{\"a' WHERE span_id = x'02'");
    database.close();
    const found = read().outlines(["0a", "0b"], NAMES, never);
    assert.deepEqual(
      ["0a", "0b"].map((id) => found.get(id)?.spans?.map(({ spanId }) => spanId)),
      [["01"], ["03"]],
    );
    assert.deepEqual(
      faults.map(({ error }) => error.code),
      ["AO_STORE_CORRUPT"],
    );
  });

  it("go with some of the spans, whole", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const [trace = []] = randomTraces("some", MIDNIGHT_NS, 1);
    writer.write({ spans: trace });
    writer.commit();
    const reader = read();
    const traceId = trace[0]?.traceId ?? "";
    const all = reader.trace(traceId);
    const ids = all.filter((_, index) => index % 2 === 0).map(({ spanId }) => spanId);
    assert.deepEqual(
      reader.spansOf(traceId, [...ids].reverse().concat("ffffffffffffffff")),
      all.filter(({ spanId }) => ids.includes(spanId)),
    );
  });
});
