import { ATTR, OPERATION, VECTOR_SYSTEMS } from "../model/index.ts";
import type { Metrics } from "./registry.ts";
import type { MeasuredSpan } from "./span-measurements.ts";

/** Databases that are spoken to in commands: what stands on their spans as the text of a query is none. */
const COMMANDED = new Set(["redis", "mongodb", "memcached"]);
const OTHER = "_OTHER";

/** What a statement begins with. Whatever else it may be is one label value. */
const VERBS = new Set(
  (
    "SELECT INSERT UPDATE DELETE MERGE REPLACE UPSERT WITH VALUES TABLE CALL EXEC EXECUTE DO BEGIN START COMMIT END ROLLBACK ABORT " +
    "SAVEPOINT RELEASE SET RESET SHOW USE EXPLAIN DESCRIBE ANALYZE CREATE ALTER DROP TRUNCATE RENAME COMMENT GRANT REVOKE LOCK UNLOCK " +
    "COPY LOAD VACUUM OPTIMIZE REINDEX CLUSTER REFRESH CHECKPOINT LISTEN UNLISTEN NOTIFY DECLARE FETCH MOVE CLOSE PREPARE DEALLOCATE " +
    "DISCARD KILL PRAGMA ATTACH DETACH"
  ).split(" "),
);
/** A statement may begin with comments and parentheses; more of them than this are not looked through. */
const MAX_LEAD_CHARS = 1000;
const LEAD = /^(?:\s+|\(|--[^\n]*(?:\n|$)|\/\*.*?\*\/)*/s;

function verbOf(statement: string): string {
  const begin = statement.slice(0, MAX_LEAD_CHARS);
  const word = /^[a-z]+/i.exec(begin.slice(LEAD.exec(begin)?.[0].length))?.[0].toUpperCase() ?? "";
  return VERBS.has(word) ? word : OTHER;
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** By which clients of Redis introduce themselves. */
const OF_CONNECTION = new Set(["CLIENT", "HELLO", "AUTH"]);

/** Undefined for what is no operation, such as making a connection. Clients write the same command of Redis in two ways. */
function operationOf(system: string, attributes: MeasuredSpan["attributes"]): string | undefined {
  const said = text(attributes[ATTR.dbOperation] ?? attributes[ATTR.dbOperationBefore]);
  if (said !== undefined && system === "redis") {
    const command = said.toUpperCase();
    return OF_CONNECTION.has(command) ? undefined : command;
  }
  if (said !== undefined) return said;
  const statement = text(attributes[ATTR.dbQueryText] ?? attributes[ATTR.dbStatementBefore]);
  return statement === undefined || COMMANDED.has(system) ? undefined : verbOf(statement);
}

function measureVectors(metrics: Metrics, span: MeasuredSpan, system: string, operation: string): void {
  const { attributes, failed, durationSeconds, exemplar } = span;
  metrics.add(
    "vector_operations_total",
    { db_system_name: system, operation, status: failed ? "error" : "ok" },
    1,
    exemplar,
  );
  metrics.observe(
    "vector_operation_duration_seconds",
    { db_system_name: system, operation },
    durationSeconds,
    exemplar,
  );
  if (failed) return;
  const returned = attributes[ATTR.dbReturnedRows];
  // Of what is no search, rows that come back are no results.
  if (typeof returned === "number" && attributes[ATTR.operation] === OPERATION.retrieval) {
    metrics.observe("vector_results_returned", { db_system_name: system }, returned, exemplar);
  }
  const dimension = attributes[ATTR.vectorDimension];
  if (typeof dimension === "number") {
    const collection = text(attributes[ATTR.dbCollection]) ?? "none";
    metrics.set("vector_dimensions", { db_system_name: system, collection }, dimension);
  }
}

/** Counts one ended span of a client of a database; any other span is left alone. */
export function measureDatabase(metrics: Metrics, span: MeasuredSpan): void {
  const { attributes, failed } = span;
  const given = text(attributes[ATTR.dbSystem] ?? attributes[ATTR.dbSystemBefore]);
  if (given === undefined || span.isServer === true) return;
  const system = given.toLowerCase();
  const operation = operationOf(system, attributes);
  if (operation === undefined) return;
  metrics.observe(
    "db_client_operation_duration_seconds",
    {
      db_system_name: system,
      db_operation_name: operation,
      error_type: failed ? (text(attributes[ATTR.errorType]) ?? OTHER) : "",
    },
    span.durationSeconds,
    span.exemplar,
  );
  // Other databases have vectors as well, and show by what is asked that it is about these.
  if (VECTOR_SYSTEMS.has(system) || attributes[ATTR.operation] === OPERATION.retrieval) {
    measureVectors(metrics, span, system, operation);
  }
}
