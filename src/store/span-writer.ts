import type { Resource, Scope, Span } from "../signals/index.ts";
import { attributesJson } from "./attribute-json.ts";
import { createNameWriter } from "./attribute-names.ts";
import type { Connection } from "./connection.ts";
import { hashOf } from "./hash.ts";
import { idBytesOf } from "./ids.ts";
import { clampToInt64 } from "./int64.ts";
import { createRecentMap } from "./recent-map.ts";

export type SpanWriter = {
  /** False where the file has the span already: same trace, id and start. */
  readonly add: (span: Span) => boolean;
  readonly reset: () => void;
};

export const STATUS_NUMBERS = { unset: 0, ok: 1, error: 2 } as const;

const RECENT = 5000;

export function createSpanWriter(connection: Connection): SpanWriter {
  const insert = connection.prepare(
    `INSERT INTO spans (trace_id, span_id, parent_id, start_ns, duration_ns, service, operation, resource, scope, status, flags,
      status_message, trace_state, attributes, events, links)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const findService = connection.prepare("SELECT id FROM services WHERE name = ?");
  const insertService = connection.prepare("INSERT INTO services (name) VALUES (?)");
  const findOperation = connection.prepare("SELECT id FROM operations WHERE service = ? AND name = ? AND kind = ?");
  const insertOperation = connection.prepare("INSERT INTO operations (service, name, kind) VALUES (?, ?, ?)");
  const findResource = connection.prepare("SELECT id FROM resources WHERE hash = ? AND service = ? AND attributes = ?");
  const insertResource = connection.prepare("INSERT INTO resources (hash, service, attributes) VALUES (?, ?, ?)");
  const findScope = connection.prepare(
    "SELECT id FROM scopes WHERE hash = ? AND name = ? AND version = ? AND attributes = ?",
  );
  const insertScope = connection.prepare("INSERT INTO scopes (hash, name, version, attributes) VALUES (?, ?, ?, ?)");

  const names = createNameWriter(connection);

  type Placed = { readonly service: number; readonly id: number };
  const services = createRecentMap<string, number>(RECENT);
  const operations = createRecentMap<string, number>(RECENT);
  const resources = createRecentMap<string, number>(RECENT);
  const scopes = createRecentMap<string, number>(RECENT);
  // The spans of a request share these objects.
  let byResource = new WeakMap<Resource, Placed>();
  let byScope = new WeakMap<Scope, number>();

  const remembered = (map: typeof services, key: string, make: () => unknown): number => {
    const known = map.get(key);
    if (known !== undefined) return known;
    const id = Number(make());
    map.set(key, id);
    return id;
  };
  const resourceOf = (resource: Resource): Placed => {
    const known = byResource.get(resource);
    if (known !== undefined) return known;
    const { service: name } = resource;
    const service = remembered(
      services,
      name,
      () => findService.get(name)?.[0] ?? insertService.run(name).lastInsertRowid,
    );
    const json = attributesJson(resource.attributes);
    const id = remembered(resources, `${service} ${json}`, () => {
      const hash = hashOf(json);
      return findResource.get(hash, service, json)?.[0] ?? insertResource.run(hash, service, json).lastInsertRowid;
    });
    const placed = { service, id };
    byResource.set(resource, placed);
    return placed;
  };
  const scopeOf = (scope: Scope): number => {
    const known = byScope.get(scope);
    if (known !== undefined) return known;
    const row = [scope.name, scope.version, attributesJson(scope.attributes)] as const;
    const id = remembered(scopes, JSON.stringify(row), () => {
      const hash = hashOf(scope.name);
      return findScope.get(hash, ...row)?.[0] ?? insertScope.run(hash, ...row).lastInsertRowid;
    });
    byScope.set(scope, id);
    return id;
  };
  const operationOf = (service: number, { name, kind }: Span): number =>
    remembered(
      operations,
      `${service} ${kind} ${name}`,
      () => findOperation.get(service, name, kind)?.[0] ?? insertOperation.run(service, name, kind).lastInsertRowid,
    );

  return {
    add: (span) => {
      names.add(span);
      const { service, id: resource } = resourceOf(span.resource);
      const { changes } = insert.run(
        idBytesOf(span.traceId),
        idBytesOf(span.spanId),
        span.parentSpanId === "" ? null : idBytesOf(span.parentSpanId),
        span.startNs,
        clampToInt64(span.endNs - span.startNs),
        service,
        operationOf(service, span),
        resource,
        scopeOf(span.scope),
        STATUS_NUMBERS[span.status],
        span.flags,
        span.statusMessage === "" ? null : span.statusMessage,
        span.traceState === "" ? null : span.traceState,
        attributesJson(span.attributes),
        span.events.length === 0 ? null : eventsJson(span.events),
        span.links.length === 0 ? null : linksJson(span.links),
      );
      return changes > 0;
    },
    reset: () => {
      names.reset();
      for (const map of [services, operations, resources, scopes]) map.clear();
      [byResource, byScope] = [new WeakMap(), new WeakMap()];
    },
  };
}

/** Attributes are JSON within JSON text here: joined, not encoded twice. */
const eventsJson = (events: Span["events"]): string =>
  `[${events
    .map(
      ({ timeNs, name, attributes }) =>
        `{"timeNs":"${timeNs}","name":${JSON.stringify(name)},"attributes":${attributesJson(attributes)}}`,
    )
    .join(",")}]`;

const linksJson = (links: Span["links"]): string =>
  `[${links
    .map(
      ({ traceId, spanId, attributes }) =>
        `{"traceId":${JSON.stringify(traceId)},"spanId":${JSON.stringify(spanId)},"attributes":${attributesJson(attributes)}}`,
    )
    .join(",")}]`;
