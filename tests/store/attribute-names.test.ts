/** Which names attributes have in a file: searches for others look into no span, and find all the same what there is. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import type { Span, TraceQuery } from "../../src/signals/index.ts";
import type { StoreReader } from "../../src/store/index.ts";
import { spanOf, temporaryStore } from "./temporary-store.ts";

const ANY: TraceQuery = { tags: {}, startNs: 0n, endNs: 2n ** 62n, limit: 1000 };
const found = (reader: StoreReader, tags: Record<string, string>): string[] =>
  reader
    .findTraceIds({ ...ANY, tags })
    .map(({ traceId }) => traceId)
    .sort();
const numbered = (number: number, more: Partial<Span>): Span => {
  const id = number.toString(16).padStart(16, "0");
  return spanOf({ traceId: id + id, spanId: id, ...more });
};
const idOf = (number: number): string => number.toString(16).padStart(16, "0").repeat(2);

describe("names of attributes", () => {
  it("are known of spans, of events, and of what comes after a write that failed", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const reader = read();
    writer.write({ spans: [numbered(1, { status: "error" })] });
    writer.commit();
    assert.deepEqual(found(reader, { error: "true" }), [idOf(1)]);
    writer.write({ spans: [numbered(2, { attributes: { error: true } })] });
    writer.rollback();
    writer.write({
      spans: [
        numbered(3, { attributes: { error: true } }),
        numbered(4, { events: [{ timeNs: 1n, name: "x", attributes: { error: "true" } }] }),
        numbered(5, { attributes: { error: "false" }, status: "error" }),
      ],
    });
    writer.commit();
    assert.deepEqual(found(reader, { error: "true" }), [1, 3, 4, 5].map(idOf));
    assert.deepEqual(found(reader, { error: "false" }), [idOf(5)]);
    assert.deepEqual(found(reader, { event: "x" }), [idOf(4)]);
    assert.deepEqual(found(reader, { "no.such": "true" }), []);
  });

  it("may be more than are kept", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const spans = Array.from({ length: 110 }, (_, number) =>
      numbered(number + 1, {
        attributes: Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`key-${number}-${at}`, number])),
      }),
    );
    writer.write({ spans });
    writer.commit();
    assert.deepEqual(found(read(), { "key-0-0": "0" }), [idOf(1)]);
    assert.deepEqual(found(read(), { "key-109-99": "109" }), [idOf(110)]);
  });

  it("are not known of files of the first schema version, which are read and written on", (test) => {
    const { directory, writer: open, reader: read } = temporaryStore(test);
    const before = open();
    before.write({ spans: [numbered(1, { attributes: { error: true } })] });
    before.commit();
    before.close();
    const [name = ""] = readdirSync(join(directory, "data")).filter((file) => file.endsWith(".sqlite"));
    const database = new DatabaseSync(join(directory, "data", name));
    database.exec("DROP TABLE span_attribute_names; PRAGMA user_version = 1");
    database.close();
    const reader = read();
    assert.deepEqual(found(reader, { error: "true" }), [idOf(1)]);
    const writer = open();
    writer.write({ spans: [numbered(2, { attributes: { error: true } }), numbered(3, { attributes: { later: 1 } })] });
    writer.commit();
    assert.deepEqual(found(reader, { error: "true" }), [1, 2].map(idOf));
    assert.deepEqual(found(read(), { later: "1" }), [idOf(3)]);
  });
});
