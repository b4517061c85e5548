import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VECTOR_STORES } from "../../src/genai/index.ts";
import { createMetrics, measureSpan } from "../../src/metrics/index.ts";
import { ATTR, OPERATION, VECTOR_SYSTEMS } from "../../src/model/index.ts";

type Attributes = Readonly<Record<string, unknown>>;
type Ended = { readonly attributes: Attributes; readonly failed?: boolean; readonly isServer?: boolean };

/** What ended spans come to: of every series its metric, its labels and how much was counted (gauges: the value). */
function counted(...spans: readonly Ended[]): unknown[][] {
  const metrics = createMetrics({ clock: { nowMs: () => 0 }, labelValueLimit: 100, cleanLabel: (value) => value });
  for (const span of spans)
    measureSpan(metrics, { failed: false, durationSeconds: 0.25, exemplar: undefined, ...span });
  return metrics
    .snapshot()
    .flatMap(({ definition, series }) =>
      series.map(({ labels, value, histogram }) => [
        definition.name,
        ...Object.values(labels),
        value ?? histogram?.count,
      ]),
    );
}

const statement = (sql: string, system = "postgresql"): Ended => ({
  attributes: { [ATTR.dbSystem]: system, [ATTR.dbQueryText]: sql },
});

describe("a database operation", () => {
  it("is counted by its verb, whatever stands before it", () => {
    const begins: readonly (readonly [sql: string, verb: string])[] = [
      ["select 1", "SELECT"],
      ["  -- why\n/* and\nhow */ (SELECT\n1)", "SELECT"],
      ["WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a", "WITH"],
      ["insert\tinto t values ('secret')", "INSERT"],
      ["begin;", "BEGIN"],
      ["secret words", "_OTHER"],
      ["", ""],
      ["/* no end", "_OTHER"],
      [`/*${"x".repeat(5000)}*/ SELECT 1`, "_OTHER"],
      [`${"(".repeat(100_000)}`, "_OTHER"],
    ];
    for (const [sql, verb] of begins) {
      const expected = verb === "" ? [] : [["db_client_operation_duration_seconds", "postgresql", verb, "", 1]];
      assert.deepEqual(counted(statement(sql)), expected, sql.slice(0, 40));
    }
  });

  it("is told by what the client calls it where it does, in one way of writing", () => {
    const redis = (operation: string): Ended => ({
      attributes: {
        [ATTR.dbSystem]: "redis",
        [ATTR.dbOperation]: operation,
        [ATTR.dbQueryText]: `${operation} secret`,
      },
    });
    assert.deepEqual(counted(redis("get"), redis("GET"), redis("PIPELINE set")), [
      ["db_client_operation_duration_seconds", "redis", "GET", "", 2],
      ["db_client_operation_duration_seconds", "redis", "PIPELINE SET", "", 1],
    ]);
    assert.deepEqual(counted({ attributes: { [ATTR.dbSystem]: "mongodb", [ATTR.dbOperation]: "find" } }), [
      ["db_client_operation_duration_seconds", "mongodb", "find", "", 1],
    ]);
  });

  it("counts with what went wrong", () => {
    const { attributes } = statement("UPDATE t SET a = 1");
    assert.deepEqual(
      counted(
        { attributes: { ...attributes, [ATTR.errorType]: "42P01" }, failed: true },
        { attributes, failed: true },
        { attributes },
      ),
      ["42P01", "_OTHER", ""].map((type) => ["db_client_operation_duration_seconds", "postgresql", "UPDATE", type, 1]),
    );
  });

  it("is none where a connection is made, and where the program is the one that is asked", () => {
    assert.deepEqual(counted({ attributes: { [ATTR.dbSystem]: "redis", [ATTR.dbQueryText]: "connect" } }), []);
    for (const operation of ["client", "HELLO", "auth", ""]) {
      assert.deepEqual(counted({ attributes: { [ATTR.dbSystem]: "redis", [ATTR.dbOperation]: operation } }), []);
    }
    assert.deepEqual(counted({ ...statement("SELECT 1"), isServer: true }), []);
    assert.deepEqual(counted({ attributes: { [ATTR.dbQueryText]: "SELECT 1" } }), []);
  });

  it("is known by the names of older instrumentations", () => {
    assert.deepEqual(
      counted(
        { attributes: { "db.system": "mysql", "db.statement": "DELETE FROM t" } },
        { attributes: { "db.system": "mongodb", "db.operation": "find" } },
      ),
      [
        ["db_client_operation_duration_seconds", "mysql", "DELETE", "", 1],
        ["db_client_operation_duration_seconds", "mongodb", "find", "", 1],
      ],
    );
  });
});

describe("an operation of a vector store", () => {
  it("counts with its results, and says how many numbers its vectors have where that shows", () => {
    const store = { [ATTR.dbSystem]: "qdrant", [ATTR.dbCollection]: "docs" };
    const search = {
      ...store,
      [ATTR.operation]: OPERATION.retrieval,
      [ATTR.dbOperation]: "search",
      [ATTR.vectorDimension]: 768,
    };
    assert.deepEqual(
      counted(
        { attributes: { ...search, [ATTR.dbReturnedRows]: 3 } },
        { attributes: { ...search, [ATTR.dbReturnedRows]: 0 } },
        { attributes: { ...search, [ATTR.vectorDimension]: 3 }, failed: true },
        { attributes: { ...store, [ATTR.dbOperation]: "count", [ATTR.dbReturnedRows]: 9 } },
      ).filter(([name]) => String(name).startsWith("vector_")),
      [
        ["vector_operations_total", "qdrant", "search", "ok", 2],
        ["vector_operations_total", "qdrant", "search", "error", 1],
        ["vector_operations_total", "qdrant", "count", "ok", 1],
        ["vector_operation_duration_seconds", "qdrant", "search", 3],
        ["vector_operation_duration_seconds", "qdrant", "count", 1],
        ["vector_results_returned", "qdrant", 2],
        ["vector_dimensions", "qdrant", "docs", 768],
      ],
    );
  });

  it("is one in a database that searches by vectors, and none in what a framework retrieves by itself", () => {
    const search = { [ATTR.operation]: OPERATION.retrieval, [ATTR.vectorDimension]: 3 };
    assert.deepEqual(
      counted(
        {
          attributes: {
            ...search,
            [ATTR.dbSystem]: "postgresql",
            [ATTR.dbOperation]: "SELECT",
            [ATTR.dbReturnedRows]: 2,
          },
        },
        { attributes: search },
        statement("SELECT 1"),
      ),
      [
        ["db_client_operation_duration_seconds", "postgresql", "SELECT", "", 2],
        ["vector_operations_total", "postgresql", "SELECT", "ok", 1],
        ["vector_operation_duration_seconds", "postgresql", "SELECT", 1],
        ["vector_results_returned", "postgresql", 1],
        ["vector_dimensions", "postgresql", "none", 3],
      ],
    );
  });

  it("is known of every store that the wire knows", () => {
    for (const { system } of VECTOR_STORES) assert.ok(VECTOR_SYSTEMS.has(system), system);
  });
});
