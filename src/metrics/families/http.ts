import type { MetricDefinition } from "./definition.ts";

/** Those of the conventions, for both sides. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;

/** The metrics of the OpenTelemetry conventions for HTTP, and what a rate limit turned away. */
export const HTTP_METRICS = [
  {
    name: "http_server_request_duration_seconds",
    otlpName: "http.server.request.duration",
    type: "histogram",
    help: "Duration of a request to a server of the program until the last byte of its answer. The route is the framework's template, or unmatched.",
    unit: "s",
    labels: ["http_request_method", "http_route", "http_response_status_code", "error_type"],
    buckets: BUCKETS,
  },
  {
    name: "http_server_active_requests",
    otlpName: "http.server.active_requests",
    type: "gauge",
    help: "Requests to servers of the program in progress.",
    unit: "{request}",
    labels: ["http_request_method"],
  },
  {
    name: "http_server_rate_limited_requests_total",
    type: "counter",
    help: "Requests that rateLimit() turned away, by route as far as it is known by then.",
    unit: "{request}",
    labels: ["http_route"],
  },
  {
    name: "http_client_request_duration_seconds",
    otlpName: "http.client.request.duration",
    type: "histogram",
    help: "Duration of a request that the program makes, until the last byte of its answer. Calls to models and to vector stores are told by metrics of their own.",
    unit: "s",
    labels: ["http_request_method", "server_address", "http_response_status_code", "error_type"],
    buckets: BUCKETS,
  },
] as const satisfies readonly MetricDefinition[];
