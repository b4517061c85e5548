/** A server that answers as Prometheus, Loki and Jaeger with a little of everything, in the shapes that the real ones have. */
import { type Answer, type Asked, type LocalServer, startLocalServer } from "../backends/local-server.ts";

export const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
export const OTHER_ID = "0af7ffff16cd43dd8448eb211c80319c";
export const NOW_MS = Date.now();

const tag = (key: string, value: string | number | boolean) => ({ key, type: typeof value, value });
const span = (
  spanID: string,
  parent: string | undefined,
  operationName: string,
  tags: readonly unknown[],
  more = {},
) => ({
  traceID: TRACE_ID,
  spanID,
  operationName,
  references: parent === undefined ? [] : [{ refType: "CHILD_OF", traceID: TRACE_ID, spanID: parent }],
  startTime: (NOW_MS - 60_000) * 1000,
  duration: 1_500_000,
  tags,
  logs: [],
  processID: "p1",
  ...more,
});
const processes = { p1: { serviceName: "research-team", tags: [] } };

const TRACE = {
  traceID: TRACE_ID,
  spans: [
    span("a1", undefined, "invoke_agent planner", [
      tag("gen_ai.operation.name", "invoke_agent"),
      tag("gen_ai.agent.name", "planner"),
      tag("session.id", "s-1"),
    ]),
    span("a2", "a1", "chat gpt-4o", [
      tag("gen_ai.operation.name", "chat"),
      tag("gen_ai.request.model", "gpt-4o"),
      tag("gen_ai.usage.input_tokens", 187),
      tag("gen_ai.usage.output_tokens", 52),
      tag("agent_observatory.cost.usd", 0.000987),
    ]),
    // A name that would clear the screen, were it printed as it is.
    span(
      "a3",
      "a1",
      "execute_tool \u001b[2Jsearch",
      [
        tag("gen_ai.operation.name", "execute_tool"),
        tag("error", true),
        tag("otel.status_description", "division by zero\nat line 2"),
      ],
      { startTime: (NOW_MS - 59_000) * 1000, duration: 2000 },
    ),
  ],
  processes,
};
const OTHER = {
  traceID: OTHER_ID,
  spans: [
    { ...span("b1", undefined, "GET /", []), traceID: OTHER_ID, startTime: (NOW_MS - 120_000) * 1000, duration: 900 },
  ],
  processes,
};

const WATCHDOG = {
  labels: { alertname: "Watchdog", severity: "log" },
  annotations: { summary: "Alerting works" },
  state: "firing",
  activeAt: new Date(NOW_MS - 3_600_000).toISOString(),
  value: "1",
};
export const FIRING = {
  labels: { alertname: "AgentErrorRateHigh", severity: "page", job: "research-team" },
  annotations: { summary: "Agents fail", description: "20 % fail.", runbook_url: "http://x/AgentErrorRateHigh.md" },
  state: "firing",
  activeAt: new Date(NOW_MS - 300_000).toISOString(),
  value: "0.2",
};

const line = (level: string, text: string, spanId: string) => ({
  stream: { service_name: "research-team", detected_level: level, trace_id: TRACE_ID, span_id: spanId, hits: "2" },
  values: [[`${NOW_MS - 59_500}000000`, text]],
});

const success = (data: unknown): Answer => ({ json: { status: "success", data } });

export type AnsweringOptions = {
  readonly alerts?: readonly unknown[];
  readonly revision?: string;
  /** Answers some requests otherwise. */
  readonly instead?: (asked: Asked) => Answer | undefined;
};

function answerPrometheus({ path, params }: Asked, { alerts = [WATCHDOG], revision = "" }: AnsweringOptions): Answer {
  const query = params.get("query") ?? "";
  if (path.endsWith("/status/buildinfo")) return success({ version: "3.15.0", revision });
  if (path.endsWith("/alerts")) return success({ alerts });
  if (path.endsWith("/rules")) {
    const rule = { type: "alerting", name: "Watchdog", query: "vector(1)", duration: 60, labels: { severity: "log" } };
    const state = { state: "firing", health: "ok", lastEvaluation: new Date(NOW_MS).toISOString(), alerts: [WATCHDOG] };
    return success({ groups: [{ name: "stack", file: "stack.yml", interval: 30, rules: [{ ...rule, ...state }] }] });
  }
  if (path.endsWith("/query_range"))
    return success({
      resultType: "matrix",
      result: [
        {
          metric: { model: "gpt-4o" },
          values: [
            [1700000000, "1"],
            [1700000060, "8"],
            [1700000120, "NaN"],
          ],
        },
      ],
    });
  if (query.includes("((("))
    return { status: 400, json: { status: "error", errorType: "bad_data", error: "unclosed" } };
  if (query.includes("nothing")) return success({ resultType: "vector", result: [] });
  const at = NOW_MS / 1000;
  return success({
    resultType: "vector",
    result: [
      { metric: { model: "gpt-4o" }, value: [at, query.includes("timestamp") ? String(at) : "0.25"] },
      { metric: { model: "猫 model" }, value: [at, "NaN"] },
    ],
  });
}

function answerJaeger({ path, params }: Asked): Answer {
  if (path === "/api/services") return { json: { data: ["research-team"] } };
  const traceId = params.get("traceID");
  if (traceId !== null) {
    const found = [TRACE, OTHER].filter(({ traceID }) => traceID === traceId);
    const errors = found.length > 0 ? null : [{ msg: "trace not found", traceID: traceId }];
    return { json: { data: found, errors } };
  }
  const tags = JSON.parse(params.get("tags") ?? "{}") as Record<string, string>;
  const meets = (trace: typeof TRACE): boolean =>
    Object.entries(tags).every(([key, value]) =>
      trace.spans.some((one) =>
        (one.tags as { key: string; value: unknown }[]).some((had) => had.key === key && String(had.value) === value),
      ),
    );
  return { json: { data: [TRACE, OTHER].filter(meets) } };
}

function answerLoki({ path, params }: Asked): Answer {
  if (path.endsWith("/status/buildinfo")) return { json: { version: "3.7.8" } };
  const query = params.get("query") ?? "";
  if (query.includes("nothing")) return success({ resultType: "streams", result: [] });
  return success({
    resultType: "streams",
    result: [line("info", "searched the web", "a1"), line("warn", "calculation failed\n  at line 2\u001b[2J", "a3")],
  });
}

export const startBackends = (options: AnsweringOptions = {}): Promise<LocalServer> =>
  startLocalServer((asked) => {
    const instead = options.instead?.(asked);
    if (instead !== undefined) return instead;
    if (asked.path.startsWith("/loki/")) return answerLoki(asked);
    return asked.path.startsWith("/api/v1/") ? answerPrometheus(asked, options) : answerJaeger(asked);
  });
