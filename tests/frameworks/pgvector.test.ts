import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readVectorSearch } from "../../src/frameworks/pgvector.ts";
import { ATTR } from "../../src/model/index.ts";

const search = (
  table: string | undefined,
  topK: number | undefined,
  dimension: number | undefined,
  operation = "SELECT",
): object => ({
  [ATTR.operation]: "retrieval",
  [ATTR.dbOperation]: operation,
  ...(table !== undefined && { [ATTR.dbCollection]: table, [ATTR.dataSourceId]: table }),
  ...(topK !== undefined && { [ATTR.vectorTopK]: topK }),
  ...(dimension !== undefined && { [ATTR.vectorDimension]: dimension }),
});

describe("a statement that searches by vectors", () => {
  const cases: readonly (readonly [text: string, values: unknown, expected: object | undefined])[] = [
    ["SELECT * FROM items ORDER BY embedding <-> $1 LIMIT 5", ["[1,2,3]"], search("items", 5, 3)],
    [
      'select id, 1 - (e <=> $1) from "public"."my docs" where x = $3 limit $2',
      ["[1, -2e3]", 7, "y"],
      search("my docs", 7, 2),
    ],
    ["SELECT id FROM app.docs ORDER BY e <#> '[0.5,0.5]' LIMIT 1", undefined, search("docs", 1, 2)],
    ["SELECT id FROM docs ORDER BY e <+> $1::vector", [{}], search("docs", undefined, undefined)],
    [
      "SELECT id FROM docs ORDER BY e <=> (SELECT e::halfvec FROM docs WHERE id = 1)",
      [],
      search("docs", undefined, undefined),
    ],
    ["SELECT * FROM places ORDER BY spot <-> point '(1,2)' LIMIT 3", [], undefined],
    ["SELECT to_tsquery('a <-> b')", [], undefined],
    ["SELECT * FROM items WHERE id = $1", ["[1,2,3]"], undefined],
    [`SELECT ${"x".repeat(200_000)} <-> $1`, ["[1]"], undefined],
  ];
  for (const [text, values, expected] of cases) {
    it(`is told from others: ${text.slice(0, 60)}`, () => {
      assert.deepEqual(readVectorSearch({ text, values }), expected);
    });
  }

  it("may be anything at all", () => {
    for (const text of [undefined, null, 5, {}, ""]) assert.equal(readVectorSearch({ text, values: 7 }), undefined);
    assert.deepEqual(
      readVectorSearch({ text: "a <-> $1 limit $9", values: ["[1]"] }),
      search(undefined, undefined, 1, "A"),
    );
  });
});
