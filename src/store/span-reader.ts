import type { Resource, Scope, Span, SpanKind, SpanOutline, TraceQuery } from "../signals/index.ts";
import { decodeAttributes, decodeValue, parseAttributes } from "./attribute-json.ts";
import type { Connection, Parameter, Row } from "./connection.ts";
import { idBytesOf, idTextOf } from "./ids.ts";
import { clampToInt64 as clamp } from "./int64.ts";
import { decoded } from "./integrity.ts";
import { createRecentMap } from "./recent-map.ts";
import { createTagFilter } from "./span-tags.ts";

export type Candidate = { readonly traceId: string; readonly startNs: bigint };
export type Call = { readonly parent: string; readonly child: string; readonly count: number };
/** A span whose parent is not in its file. */
export type Orphan = { readonly traceId: string; readonly parentId: string; readonly child: string };

/** Reads the spans of one file. */
export type SpanReader = {
  readonly services: () => string[];
  readonly operations: (service: string, kind?: SpanKind) => { readonly name: string; readonly kind: SpanKind }[];
  readonly trace: (traceId: string) => Span[];
  /** Those of a trace that have one of the ids. */
  readonly some: (traceId: string, spanIds: readonly string[]) => Span[];
  /** Of a trace in order of start, with the values of some attributes. */
  readonly outline: (traceId: string, attributes: readonly string[]) => Iterable<SpanOutline>;
  /** Another text whenever a span of the trace has come; undefined where there is none. */
  readonly versionOf: (traceId: string) => string | undefined;
  /** Spans that a query describes, the latest first. Those of traces that `isKnown` names are passed over. */
  readonly candidates: (query: TraceQuery, isKnown: (traceId: string) => boolean) => Iterable<Candidate>;
  /** Calls whose two sides are in this file, and whether there are spans whose parent is not. */
  readonly calls: (startNs: bigint, endNs: bigint) => { readonly calls: readonly Call[]; readonly hasOrphans: boolean };
  readonly orphans: (startNs: bigint, endNs: bigint) => Orphan[];
  readonly serviceOf: (traceId: string, spanId: string) => string | undefined;
};

const COLUMNS = `trace_id, span_id, parent_id, start_ns, duration_ns, operation, resource, scope, status, flags, status_message,
  trace_state, attributes, events, links`;
const STATUSES = ["unset", "ok", "error"] as const;
const RECENT = 1000;

type StoredEvent = { readonly timeNs: string; readonly name: string; readonly attributes: object };
type StoredLink = { readonly traceId: string; readonly spanId: string; readonly attributes: object };

const eventsOf = (json: unknown): Span["events"] =>
  json === null
    ? []
    : (JSON.parse(String(json)) as StoredEvent[]).map(({ timeNs, name, attributes }) => ({
        timeNs: BigInt(timeNs),
        name,
        attributes: decodeAttributes(attributes),
      }));

const linksOf = (json: unknown): Span["links"] =>
  json === null
    ? []
    : (JSON.parse(String(json)) as StoredLink[]).map(({ traceId, spanId, attributes }) => ({
        traceId,
        spanId,
        attributes: decodeAttributes(attributes),
      }));

export function createSpanReader(connection: Connection): SpanReader {
  const resources = createRecentMap<number, Resource>(RECENT);
  const scopes = createRecentMap<number, Scope>(RECENT);
  const operations = createRecentMap<number, { readonly name: string; readonly kind: SpanKind }>(RECENT);
  const cached = <Value>(
    map: { get: (id: number) => Value | undefined; set: (id: number, value: Value) => void },
    id: number,
    load: () => Value,
  ): Value => {
    const known = map.get(id);
    if (known !== undefined) return known;
    const value = load();
    map.set(id, value);
    return value;
  };
  const row = (sql: string, id: number): Row => connection.prepare(sql).get(id) ?? [];
  const resourceOf = (id: number): Resource =>
    cached(resources, id, () => {
      const [service, attributes] = row(
        "SELECT s.name, r.attributes FROM resources r JOIN services s ON s.id = r.service WHERE r.id = ?",
        id,
      );
      return { service: String(service), attributes: parseAttributes(String(attributes ?? "{}")) };
    });
  const scopeOf = (id: number): Scope =>
    cached(scopes, id, () => {
      const [name, version, attributes] = row("SELECT name, version, attributes FROM scopes WHERE id = ?", id);
      return { name: String(name), version: String(version), attributes: parseAttributes(String(attributes ?? "{}")) };
    });
  const operationOf = (id: number): { readonly name: string; readonly kind: SpanKind } =>
    cached(operations, id, () => {
      const [name, kind] = row("SELECT name, kind FROM operations WHERE id = ?", id);
      return { name: String(name), kind: kind as SpanKind };
    });

  const spanOf = (columns: Row, traceId = idTextOf(columns[0])): Span =>
    decoded(connection.path, () => decodeSpan(columns, traceId));
  const decodeSpan = (columns: Row, traceId: string): Span => {
    const [, spanId, parentId, startNs, durationNs, operation, resource, scope, status, flags, message] = columns;
    const { 11: traceState, 12: attributes, 13: events, 14: links } = columns;
    const { name, kind } = operationOf(Number(operation));
    return {
      traceId,
      spanId: idTextOf(spanId),
      parentSpanId: idTextOf(parentId),
      traceState: traceState === null ? "" : String(traceState),
      flags: Number(flags),
      name,
      kind,
      startNs: startNs as bigint,
      endNs: (startNs as bigint) + (durationNs as bigint),
      status: STATUSES[Number(status)] ?? "unset",
      statusMessage: message === null ? "" : String(message),
      resource: resourceOf(Number(resource)),
      scope: scopeOf(Number(scope)),
      attributes: parseAttributes(String(attributes)),
      events: eventsOf(events),
      links: linksOf(links),
    };
  };

  const traceRows = connection.prepareOnce(
    `SELECT ${COLUMNS.replace("trace_id", "NULL")} FROM spans WHERE trace_id = ? ORDER BY start_ns, id`,
    {
      bigInts: true,
    },
  );
  const serviceNames = createRecentMap<number, string>(RECENT);
  const serviceNameOf = (id: number): string =>
    cached(serviceNames, id, () => String(row("SELECT name FROM services WHERE id = ?", id)[0]));
  const outline = function* (traceId: string, attributes: readonly string[]): Generator<SpanOutline> {
    // Its own rows are read to the end before the next trace is begun, so one statement is enough for all.
    // SQLite takes the values out of the JSON: what was said, which is most of it, never comes here. What is no JSON fails in its own row.
    const paths = attributes.map((name) => `,'$.${JSON.stringify(name).replaceAll("'", "''")}'`).join("");
    const statement = connection.prepare(
      `SELECT span_id, parent_id, operation, service, start_ns / 1000, start_ns % 1000, duration_ns / 1000, status, links,
      CASE WHEN json_valid(attributes) THEN json_extract(attributes, '$.""'${paths}) END FROM spans WHERE trace_id = ? ORDER BY start_ns, id`,
    );
    for (const columns of statement.iterate(idBytesOf(traceId))) yield outlineOf(columns);
  };
  const outlineOf = (columns: Row): SpanOutline =>
    decoded(connection.path, () => {
      const [spanId, parentId, operation, service, startUs, startRestNs, durationUs, status, links, json] = columns;
      const [, ...values] = JSON.parse(String(json)) as unknown[];
      return {
        spanId: idTextOf(spanId),
        parentSpanId: idTextOf(parentId),
        ...operationOf(Number(operation)),
        service: serviceNameOf(Number(service)),
        startUs: Number(startUs),
        startRestNs: Number(startRestNs),
        durationUs: Number(durationUs),
        status: STATUSES[Number(status)] ?? "unset",
        values: values.map(decodeValue),
        links: linksOf(links),
      };
    });
  const sizeOf = connection.prepare("SELECT count(*), max(id) FROM spans WHERE trace_id = ?");
  const parentOf = connection.prepare(
    "SELECT s.name FROM spans p JOIN services s ON s.id = p.service WHERE p.trace_id = ? AND p.span_id = ? LIMIT 1",
  );
  const PARENT = "(SELECT p.service FROM spans p WHERE p.trace_id = c.trace_id AND p.span_id = c.parent_id LIMIT 1)";
  const CHILDREN = "spans c NOT INDEXED WHERE c.start_ns BETWEEN ? AND ? AND c.parent_id IS NOT NULL";

  const candidates = function* (query: TraceQuery, isKnown: (traceId: string) => boolean): Generator<Candidate> {
    const tags = createTagFilter(connection, query.tags, { resourceOf, scopeOf });
    const conditions = ["start_ns BETWEEN ? AND ?"];
    const parameters: Parameter[] = [clamp(query.startNs), clamp(query.endNs)];
    const where = (condition: string, ...values: readonly Parameter[]): void => {
      conditions.push(condition);
      parameters.push(...values);
    };
    const { service, operation, minDurationNs, maxDurationNs } = query;
    if (service !== undefined) where("service = (SELECT id FROM services WHERE name = ?)", service);
    if (operation !== undefined) where("operation IN (SELECT id FROM operations WHERE name = ?)", operation);
    if (minDurationNs !== undefined) where("duration_ns >= ?", clamp(minDurationNs));
    if (maxDurationNs !== undefined) where("duration_ns <= ?", clamp(maxDurationNs));
    for (const { sql, parameters: more } of tags.conditions) where(sql, ...more);
    const columns = tags.conditions.length === 0 ? "trace_id, start_ns" : COLUMNS;
    const statement = connection.prepareOnce(
      `SELECT ${columns} FROM spans INDEXED BY spans_by_service WHERE ${conditions.join(" AND ")} ORDER BY start_ns DESC`,
      { bigInts: true },
    );
    for (const found of statement.iterate(...parameters)) {
      const traceId = idTextOf(found[0]);
      if (isKnown(traceId)) continue;
      if (tags.conditions.length === 0) yield { traceId, startNs: found[1] as bigint };
      else {
        const span = spanOf(found);
        if (tags.matches(span)) yield { traceId, startNs: span.startNs };
      }
    }
  };

  return {
    services: () =>
      connection
        .prepare("SELECT name FROM services")
        .all()
        .map(([name]) => String(name)),
    operations: (service, kind) =>
      connection
        .prepare("SELECT o.name, o.kind FROM operations o JOIN services s ON s.id = o.service WHERE s.name = ?")
        .all(service)
        .map(([name, one]) => ({ name: String(name), kind: one as SpanKind }))
        .filter((one) => kind === undefined || one.kind === kind),
    // One row after the other: rows of a large trace that wait for each other are moved about by the garbage collector.
    trace: (traceId) => Array.from(traceRows.iterate(idBytesOf(traceId)), (columns) => spanOf(columns, traceId)),
    some: (traceId, spanIds) => {
      const find = connection.prepareOnce(
        `SELECT ${COLUMNS} FROM spans WHERE trace_id = ? AND span_id = ? ORDER BY start_ns, id`,
        { bigInts: true },
      );
      return spanIds.flatMap((spanId) =>
        find.all(idBytesOf(traceId), idBytesOf(spanId)).map((columns) => spanOf(columns)),
      );
    },
    outline,
    versionOf: (traceId) => {
      const [count, last] = sizeOf.get(idBytesOf(traceId)) ?? [];
      return Number(count) === 0 ? undefined : `${String(count)} ${String(last)}`;
    },
    candidates,
    calls: (startNs, endNs) => {
      const rows = connection
        .prepare(
          `SELECT p.name, s.name, calls FROM (SELECT ${PARENT} AS parent, c.service AS child, count(*) AS calls FROM ${CHILDREN} GROUP BY 1, 2)
          JOIN services s ON s.id = child LEFT JOIN services p ON p.id = parent WHERE parent IS NOT child`,
        )
        .all(clamp(startNs), clamp(endNs));
      const calls = rows.filter(([parent]) => parent !== null);
      return {
        calls: calls.map(([parent, child, count]) => ({
          parent: String(parent),
          child: String(child),
          count: Number(count),
        })),
        hasOrphans: calls.length < rows.length,
      };
    },
    orphans: (startNs, endNs) =>
      connection
        .prepareOnce(
          `SELECT c.trace_id, c.parent_id, s.name FROM spans c NOT INDEXED JOIN services s ON s.id = c.service
          WHERE c.start_ns BETWEEN ? AND ? AND c.parent_id IS NOT NULL AND ${PARENT} IS NULL`,
        )
        .all(clamp(startNs), clamp(endNs))
        .map(([traceId, parentId, child]) => ({
          traceId: idTextOf(traceId),
          parentId: idTextOf(parentId),
          child: String(child),
        })),
    serviceOf: (traceId, spanId) => {
      const name = parentOf.get(idBytesOf(traceId), idBytesOf(spanId))?.[0];
      return name === undefined ? undefined : String(name);
    },
  };
}
