/** Holds received telemetry to the semantic conventions; says of each violation what it is and where. */
import type { AttributeMap, ReceivedPoint, ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { isFingerprint } from "../../src/errors/index.ts";
import { ATTR } from "../../src/model/index.ts";
import { SPAN_KINDS } from "../../src/signals/index.ts";
import { ATTRIBUTES, type AttributeType, METRICS, SPANS, type SpanKindName } from "./conventions.ts";

/** Spans of other instrumentations are named by their own rules. */
const OURS = "agent-observatory";
/** A convention's namespace: what is in it and not in the table is made up. */
const CONVENTIONAL = /^(gen_ai|openai|mcp|jsonrpc|rpc|network|server|client|error|http|url|db|aws)\./;
const OWN = new Set<string>(Object.values(ATTR).filter((name) => !CONVENTIONAL.test(name)));
/** Set by programs and their settings, whatever they like. */
const FREE = new Set(["exception.type", "exception.message", "exception.stacktrace"]);

const isJson = (value: unknown): boolean => {
  try {
    JSON.parse(String(value));
    return typeof value === "string";
  } catch {
    return false;
  }
};
const isNumber = (value: unknown): boolean => typeof value === "number" || typeof value === "bigint";

const FITS: Readonly<Record<AttributeType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  "string[]": (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  int: (value) => isNumber(value) && Number.isSafeInteger(Number(value)),
  double: isNumber,
  boolean: (value) => typeof value === "boolean",
  json: isJson,
};

function attributeViolations(attributes: AttributeMap): string[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    const type = ATTRIBUTES[name];
    if (type !== undefined) return FITS[type](value) ? [] : [`${name} must be ${type}, got ${JSON.stringify(value)}`];
    if (CONVENTIONAL.test(name)) return [`${name} is in no convention`];
    return OWN.has(name) || FREE.has(name) ? [] : [`${name} is neither in a convention nor in src/model`];
  });
}

function usageViolations(attributes: AttributeMap): string[] {
  const count = (name: string): number => Number(attributes[name] ?? 0);
  const input = attributes[ATTR.inputTokens];
  const output = attributes[ATTR.outputTokens];
  return [
    ...(input !== undefined && count(ATTR.cacheReadTokens) + count(ATTR.cacheCreationTokens) > Number(input)
      ? ["cached tokens must be a part of the input tokens"]
      : []),
    ...(output !== undefined && count(ATTR.reasoningTokens) > Number(output)
      ? ["reasoning tokens must be a part of the output tokens"]
      : []),
  ];
}

export function spanViolations(span: ReceivedSpan): string[] {
  if (span.scope !== OURS) return [];
  const { attributes } = span;
  const operation = attributes[ATTR.operation];
  const kind = SPAN_KINDS[span.kind] as SpanKindName;
  const rule = typeof operation === "string" ? SPANS[operation] : undefined;
  const found = [...attributeViolations(attributes), ...usageViolations(attributes)];
  if (span.failed && attributes[ATTR.errorType] === undefined) found.push("a failed span must have error.type");
  if (span.failed && !isFingerprint(attributes[ATTR.errorFingerprint]))
    found.push(`a failed span must have ${ATTR.errorFingerprint}`);
  if (rule !== undefined && attributes["mcp.method.name"] === undefined) {
    const subject = rule.namedBy === undefined ? undefined : attributes[rule.namedBy];
    const name = subject === undefined ? operation : `${operation} ${subject}`;
    if (span.name !== name) found.push(`its name must be ${JSON.stringify(name)}`);
  }
  if (rule !== undefined) {
    if (!rule.kinds.includes(kind)) found.push(`its kind must be ${rule.kinds.join(" or ")}, got ${kind}`);
    for (const name of rule.required) if (attributes[name] === undefined) found.push(`${name} is required`);
  }
  return found.map((violation) => `span ${JSON.stringify(span.name)}: ${violation}`);
}

export function metricViolations(point: ReceivedPoint): string[] {
  const rule = METRICS[point.metric];
  if (rule === undefined) {
    return /^(gen_ai|mcp|db|process|v8js|nodejs)\./.test(point.metric)
      ? [`metric ${point.metric} is in no convention`]
      : [];
  }
  const unknown = Object.keys(point.labels).filter((name) => !rule.attributes.includes(name));
  return [
    ...(point.unit === rule.unit ? [] : [`its unit must be ${rule.unit}, got ${point.unit}`]),
    ...(JSON.stringify(point.histogram?.bounds) === JSON.stringify(rule.buckets)
      ? []
      : ["its buckets must be those of the convention"]),
    ...unknown.map((name) => `${name} is no attribute of it`),
  ].map((violation) => `metric ${point.metric}: ${violation}`);
}

/** Every violation once. */
export function violations(received: {
  readonly spans: readonly ReceivedSpan[];
  readonly points: readonly ReceivedPoint[];
}): string[] {
  return [...new Set([...received.spans.flatMap(spanViolations), ...received.points.flatMap(metricViolations)])];
}
