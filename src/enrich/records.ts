import type { LogRecord, MetricExemplar, MetricPoint } from "../ingest/index.ts";
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
      const attributes = cleaner.attributes(given.attributes);
      safe = attributes === given.attributes ? given : { ...given, attributes };
      known.set(given, safe);
    }
    return safe;
  };
}

export function createLogEnricher(redactor: Redactor): (record: LogRecord) => LogRecord {
  const cleaner = createCleaner(redactor);
  const cleanResource = createSharedCleaner<Resource>(cleaner);
  const cleanBody = (body: AttributeValue): AttributeValue =>
    body instanceof Uint8Array ? body : (redactor.value(body) as AttributeValue);
  return (record) => {
    const body = cleanBody(record.body);
    const attributes = cleaner.attributes(withProvider(record.attributes));
    const resource = cleanResource(record.resource);
    const isAsItWas = body === record.body && attributes === record.attributes && resource === record.resource;
    return isAsItWas ? record : { ...record, body, attributes, resource };
  };
}

export function createPointEnricher(redactor: Redactor): (point: MetricPoint) => MetricPoint {
  const cleaner = createCleaner(redactor);
  const cleanResource = createSharedCleaner<Resource>(cleaner);
  const isClean = ({ attributes }: MetricExemplar): boolean => cleaner.attributes(attributes) === attributes;
  return (point) => {
    const attributes = cleaner.attributes(withProvider(point.attributes));
    const resource = cleanResource(point.resource);
    const isAsItWas = attributes === point.attributes && resource === point.resource;
    if (isAsItWas && point.exemplars.every(isClean)) return point;
    const exemplars = point.exemplars.map((one) => ({ ...one, attributes: cleaner.attributes(one.attributes) }));
    return { ...point, attributes, resource, exemplars };
  };
}
