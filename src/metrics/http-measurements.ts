import { ATTR, httpMethodOf, UNMATCHED_ROUTE } from "../model/index.ts";
import type { Metrics } from "./registry.ts";
import type { MeasuredSpan } from "./span-measurements.ts";

type Attributes = MeasuredSpan["attributes"];

/** Names of the conventions before 1.23, which instrumentations of others still use. */
const OLD = { method: "http.method", status: "http.status_code", address: "net.peer.name" } as const;

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function statusOf(attributes: Attributes): string {
  const status = attributes[ATTR.httpStatus] ?? attributes[OLD.status];
  return typeof status === "number" || typeof status === "string" ? String(status) : "";
}

/** What a span is about that has a method, and is told of by metrics of its own. */
const isMore = (attributes: Attributes): boolean =>
  [ATTR.operation, ATTR.dbSystem, ATTR.dbSystemBefore, ATTR.mcpMethod].some((name) => attributes[name] !== undefined);

/** The method of a plain HTTP request; undefined for all other spans. */
export function requestMethod(attributes: Attributes): string | undefined {
  const method = attributes[ATTR.httpMethod] ?? attributes[OLD.method];
  return typeof method === "string" && !isMore(attributes) ? httpMethodOf(method) : undefined;
}

/** Counts the span of an HTTP request by the side that it tells of. Any other span is left alone. */
export function measureHttp(metrics: Metrics, span: MeasuredSpan): void {
  const { attributes, isServer = false, isClient = false, isToldElsewhere = false } = span;
  if ((!isServer && !isClient) || isToldElsewhere) return;
  const method = requestMethod(attributes);
  if (method === undefined) return;
  const labels = {
    http_request_method: method,
    http_response_status_code: statusOf(attributes),
    error_type: span.failed ? text(attributes[ATTR.errorType]) || statusOf(attributes) || "_OTHER" : "",
  };
  if (isServer) {
    const route = text(attributes[ATTR.httpRoute]) || UNMATCHED_ROUTE;
    metrics.observe(
      "http_server_request_duration_seconds",
      { ...labels, http_route: route },
      span.durationSeconds,
      span.exemplar,
    );
    return;
  }
  const address = text(attributes[ATTR.serverAddress]) || text(attributes[OLD.address]);
  metrics.observe(
    "http_client_request_duration_seconds",
    { ...labels, server_address: address },
    span.durationSeconds,
    span.exemplar,
  );
}
