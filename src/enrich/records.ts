import type { LogRecord, MetricPoint } from "../ingest/index.ts";
import { ATTR } from "../model/index.ts";
import type { Redactor } from "../redaction/index.ts";
import type { Attributes, AttributeValue, Resource, Scope } from "../signals/index.ts";
import { type Cleaner, createCleaner } from "./cleaner.ts";

/** Until conventions 1.37 the provider was the "system". */
function withProvider(attributes: Attributes): Attributes {
  const system = attributes["gen_ai.system"];
  if (typeof system !== "string" || attributes[ATTR.provider] !== undefined) return attributes;
  return { ...attributes, [ATTR.provider]: system.toLowerCase() };
}

/** A resource or scope without secrets, made once for all items that share it. */
export function createSharedCleaner<T extends Resource | Scope>(cleaner: Cleaner): (given: T) => T {
  const known = new WeakMap<T, T>();
  return (given) => {
    let safe = known.get(given);
    if (safe === undefined) {
      safe = { ...given, attributes: cleaner.attributes(given.attributes) };
      known.set(given, safe);
    }
    return safe;
  };
}

export function createLogEnricher(redactor: Redactor): (record: LogRecord) => LogRecord {
  const cleaner = createCleaner(redactor);
  const cleanResource = createSharedCleaner<Resource>(cleaner);
  const cleanBody = (body: AttributeValue): AttributeValue => {
    if (typeof body === "string") return redactor.text(body);
    if (typeof body !== "object" || body === null || body instanceof Uint8Array) return body;
    return redactor.value(body) as AttributeValue;
  };
  return (record) => ({
    ...record,
    body: cleanBody(record.body),
    attributes: cleaner.attributes(withProvider(record.attributes)),
    resource: cleanResource(record.resource),
  });
}

export function createPointEnricher(redactor: Redactor): (point: MetricPoint) => MetricPoint {
  const cleaner = createCleaner(redactor);
  const cleanResource = createSharedCleaner<Resource>(cleaner);
  return (point) => ({
    ...point,
    attributes: cleaner.attributes(withProvider(point.attributes)),
    resource: cleanResource(point.resource),
    exemplars: point.exemplars.map((exemplar) =>
      Object.keys(exemplar.attributes).length === 0
        ? exemplar
        : { ...exemplar, attributes: cleaner.attributes(exemplar.attributes) },
    ),
  });
}
