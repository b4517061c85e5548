import type { LogRecord, MetricPoint } from "../ingest/index.ts";
import { ATTR } from "../model/index.ts";
import type { Redactor } from "../redaction/index.ts";
import type { Attributes, AttributeValue, Resource } from "../signals/index.ts";
import { safeAttributes } from "./safe-attributes.ts";

/** Until conventions 1.37 the provider was the "system". */
function withProvider(attributes: Attributes): Attributes {
  const system = attributes["gen_ai.system"];
  if (typeof system !== "string" || attributes[ATTR.provider] !== undefined) return attributes;
  return { ...attributes, [ATTR.provider]: system.toLowerCase() };
}

/** The resource without secrets, made once for all items that share it. */
function createResourceCleaner(redactor: Redactor): (resource: Resource) => Resource {
  const known = new WeakMap<Resource, Resource>();
  return (resource) => {
    let safe = known.get(resource);
    if (safe === undefined) {
      safe = { ...resource, attributes: safeAttributes(resource.attributes, redactor) };
      known.set(resource, safe);
    }
    return safe;
  };
}

export function createLogEnricher(redactor: Redactor): (record: LogRecord) => LogRecord {
  const cleanResource = createResourceCleaner(redactor);
  const cleanBody = (body: AttributeValue): AttributeValue => {
    if (typeof body === "string") return redactor.text(body);
    if (typeof body !== "object" || body === null || body instanceof Uint8Array) return body;
    return redactor.value(body) as AttributeValue;
  };
  return (record) => ({
    ...record,
    body: cleanBody(record.body),
    attributes: safeAttributes(withProvider(record.attributes), redactor),
    resource: cleanResource(record.resource),
  });
}

/** Label values are few and come again with every push: each is looked at once. */
const MAX_REMEMBERED = 50_000;

export function createPointEnricher(redactor: Redactor): (point: MetricPoint) => MetricPoint {
  const cleanResource = createResourceCleaner(redactor);
  const known = new Map<string, string>();
  const cleanText = (value: string): string => {
    let safe = known.get(value);
    if (safe === undefined) {
      safe = redactor.text(value);
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(value, safe);
    }
    return safe;
  };
  const clean = (attributes: Attributes): Attributes => {
    const safe: Record<string, AttributeValue> = {};
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "string") safe[name] = cleanText(value);
      else if (typeof value === "number" || typeof value === "boolean") safe[name] = value;
      else return safeAttributes(attributes, redactor);
    }
    return safe;
  };
  return (point) => ({
    ...point,
    attributes: clean(withProvider(point.attributes)),
    resource: cleanResource(point.resource),
    exemplars: point.exemplars.map((exemplar) =>
      Object.keys(exemplar.attributes).length === 0
        ? exemplar
        : { ...exemplar, attributes: clean(exemplar.attributes) },
    ),
  });
}
