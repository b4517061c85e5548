import type { Labels } from "../../../../src/backends/index.ts";

export type TraceLink = {
  readonly title: string;
  readonly to: string;
  readonly params: Readonly<Record<string, string>>;
};

/** Which labels of an alert the trace search can ask for. */
const SEARCHED: readonly (readonly [label: string, parameter: string])[] = [
  ["job", "service"],
  ["agent", "agent"],
  ["tool", "tool"],
  ["model", "model"],
];
/** Labels that are attributes of spans. `attribute` of the search is `name=value`. */
const ATTRIBUTES: readonly (readonly [label: string, attribute: string])[] = [
  ["provider", "gen_ai.provider.name"],
  ["mcp_method_name", "mcp.method.name"],
  ["http_route", "http.route"],
  ["workflow", "gen_ai.workflow.name"],
];

/** The alert's labels as parameters of the trace search. */
export function searchOf(labels: Labels): Readonly<Record<string, string>> {
  const params: Record<string, string> = {};
  for (const [label, parameter] of SEARCHED) {
    const value = labels[label];
    if (value !== undefined && value !== "") params[parameter] = value;
  }
  const attribute = ATTRIBUTES.find(([label]) => (labels[label] ?? "") !== "");
  if (attribute !== undefined) params["attribute"] = `${attribute[1]}=${labels[attribute[0]]}`;
  return params;
}

const isSlow = (name: string): boolean => /Latency|ResponseTime|Slow/.test(name);
/** Of requests that succeed. */
const isNoFailure = (name: string): boolean =>
  /Cost|Spend|Tokens|Budget(?:Nearly|Exceeded)|Unpriced|Loop|Stuck|Queue|Traffic|Backlog|Satisfaction|Evaluations|CacheHit/.test(
    name,
  );
/** A health check runs beside requests. */
const isCheck = (labels: Labels): boolean => labels["check"] !== undefined;
/** Of a process or of the stack itself: no trace tells of them. */
const hasNoTraces = (labels: Labels): boolean => labels["job"] === undefined && labels["agent"] === undefined;

/** Seconds in a rule's expression that the slow ones took longer than: `… > 5`. */
export function minDurationOf(name: string, limit: number | undefined): string | undefined {
  return isSlow(name) && limit !== undefined && limit > 0 && limit < 3600 ? `${limit}s` : undefined;
}

const jobIsStack = (labels: Labels): boolean =>
  /^(?:collector|otel-collector|prometheus|alertmanager|loki|jaeger|grafana)$/.test(labels["job"] ?? "");

/** Where the alert's reason is found: its failed or slow traces, its errors, its log lines. The first is the one to press. */
export function linksOf(name: string, labels: Labels, limit: number | undefined): readonly TraceLink[] {
  if (hasNoTraces(labels) || jobIsStack(labels)) return [];
  if (isCheck(labels)) return [{ title: "Its health check", to: "/health", params: {} }];
  const search = searchOf(labels);
  const minDuration = minDurationOf(name, limit);
  const links: TraceLink[] = [];
  if (isSlow(name))
    links.push({
      title: "Its slow traces",
      to: "/traces",
      params: { ...search, ...(minDuration !== undefined && { minDuration }) },
    });
  else if (isNoFailure(name)) links.push({ title: "Its traces", to: "/traces", params: search });
  else links.push({ title: "Its failed traces", to: "/traces", params: { ...search, status: "error" } });
  const { job } = labels;
  if (job !== undefined) {
    const selector = `{service_name=${JSON.stringify(job)}}`;
    links.push({
      title: "Its log lines",
      to: "/logs",
      params: {
        query: isSlow(name) || isNoFailure(name) ? selector : `${selector} | detected_level=~"error|critical|fatal"`,
      },
    });
  }
  if (!isSlow(name) && !isNoFailure(name))
    links.push({ title: "Its errors", to: "/errors", params: job === undefined ? {} : { service: job } });
  return links;
}
