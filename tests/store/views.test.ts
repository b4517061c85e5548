import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { ERROR_CODES } from "../../src/base/index.ts";
import { DAY_SCHEMA, SCHEMA_VERSION } from "../../src/store/schema.ts";
import { labelsOf, NOON_MS, NS_PER_MS, setOf, spanOf, temporaryStore } from "./temporary-store.ts";

const PAGE = readFileSync(new URL("../../docs/store.md", import.meta.url), "utf8");
const TRACE = "0af7651916cd43dd8448eb211c80319c";

describe("docs/store.md", () => {
  it("shows questions that another program can ask while the store is written, and names all columns", (test) => {
    const { directory, writer: open } = temporaryStore(test);
    const writer = open();
    const startNs = BigInt(NOON_MS) * NS_PER_MS;
    writer.write({
      spans: [
        spanOf({
          traceId: TRACE,
          spanId: "b7ad6b7169203331",
          kind: "client",
          startNs,
          status: "error",
          attributes: { "gen_ai.request.model": "m" },
        }),
      ],
      logs: [
        {
          stream: setOf({ service_name: "shop" }),
          timeNs: startNs + 7n,
          line: "hello",
          metadata: labelsOf({ trace_id: TRACE }),
        },
      ],
      samples: [{ series: setOf({ __name__: "calls_total", host: "a" }), timeMs: NOON_MS, value: 1 }],
    });
    writer.commit();
    const database = new DatabaseSync(join(directory, "data", "2026-11-21.sqlite"), { readOnly: true });
    const sql = /```sql\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
    const answers = sql
      .split(";")
      .filter((one) => one.trim() !== "")
      .map((one) =>
        database
          .prepare(one)
          .all()
          .map((row) => ({ ...row })),
      );
    assert.deepEqual(answers, [
      [{ trace_id: TRACE, start: "2026-11-21T12:00:00.000Z", duration_ms: 5, operation: "operation", model: "m" }],
      [{ service: "shop", operation: "operation", "count(*)": 1 }],
      [{ time: "2026-11-21T12:00:00.000Z", service: "shop", line: "hello" }],
      [{ metric: "calls_total", "count(*)": 1 }],
    ]);
    for (const [view = ""] of DAY_SCHEMA.matchAll(/(?<=CREATE VIEW )\w+/g)) {
      const columns = database
        .prepare(`SELECT * FROM ${view}`)
        .columns()
        .map(({ name }) => name);
      const documented = new RegExp(`^\\| \`${view}\` \\| (.*) \\|$`, "m")
        .exec(PAGE)?.[1]
        ?.replaceAll(/ \([^)]*\)/g, "");
      assert.equal(documented, columns.join(", "), view);
    }
    database.close();
  });

  it("names the codes of the store and the schema version", () => {
    const codes = Object.keys(ERROR_CODES).filter((code) => code.startsWith("AO_STORE_") && code !== "AO_STORE_FAILED");
    assert.deepEqual([...new Set(PAGE.match(/AO_STORE_[A-Z]+/g))].sort(), codes.sort());
    assert.match(PAGE, new RegExp(`\`PRAGMA user_version\`, now ${SCHEMA_VERSION}\\)`));
  });
});
