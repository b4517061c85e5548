/**
 * Two hours in the life of a few agent services, as OTLP/JSON in order of time: what they push every 15 seconds, with outages, restarts, an
 * error storm and a slow spell. The same in every run but for the moment at which it ends.
 */
import { createMetrics, type Metrics, measureSpan } from "../../../src/metrics/index.ts";
import {
  logsRequest,
  type Metric,
  metricsOf,
  metricsRequest,
  type SpanOf,
  tracesRequest,
  type Values,
} from "./otlp-json.ts";
import { createRandom, type Random } from "./random.ts";

export type Post = { readonly signal: "metrics" | "logs" | "traces"; readonly timeMs: number; readonly body: string };

export const PUSH_MS = 15_000;
const MINUTE = 60_000;
export const DURATION_MS = 100 * MINUTE;

type Service = {
  readonly name: string;
  readonly namespace: string;
  readonly environment: string;
  readonly agents: readonly string[];
  /** Runs per push. */
  readonly pace: number;
};

const SERVICES: readonly Service[] = [
  { name: "research", namespace: "", environment: "production", agents: ["planner", "writer"], pace: 2 },
  { name: "support", namespace: "desk", environment: "production", agents: ["triage"], pace: 4 },
  { name: "support", namespace: "desk", environment: "staging", agents: ["triage"], pace: 0.2 },
  { name: "rare", namespace: "", environment: "", agents: ["night-watch"], pace: 0.05 },
];

const MODELS = [
  ["openai", "gpt-4o"],
  ["openai", "gpt-4o-mini"],
  ["anthropic", "claude-sonnet-4-5"],
] as const;
const TOOLS = ["search", "read_page", "calculator"];

/** Minutes after the start in which something is wrong. */
const OUTAGE = { service: "support", from: 30, to: 42 };
const STORM = { from: 55, to: 68 };
const SLOW = { from: 75, to: 88 };
const RESTART_MINUTES = [20, 42, 60];

const within = (minute: number, { from, to }: { from: number; to: number }): boolean => minute >= from && minute < to;
const hex = (random: Random, length: number): string =>
  Array.from({ length }, () => "0123456789abcdef"[random.below(16)]).join("");

type Process = { readonly resource: Values; readonly metrics: Metrics; readonly startMs: number; sentBytes: number };

function startProcess(service: Service, nowMs: () => number, random: Random): Process {
  const metrics = createMetrics({ clock: { nowMs }, labelValueLimit: 200, cleanLabel: (value) => value });
  metrics.set("agent_observatory_up", { version: "1.4.0", node_version: "24" }, 1);
  return {
    resource: {
      "service.name": service.name,
      "service.namespace": service.namespace,
      "service.version": "1.4.0",
      "service.instance.id": `${service.name}-${hex(random, 8)}`,
      "deployment.environment.name": service.environment,
      "telemetry.sdk.language": "nodejs",
      "telemetry.distro.name": "agent-observatory",
      "host.name": "box-7",
    },
    metrics,
    startMs: nowMs(),
    sentBytes: 0,
  };
}

/** One run of an agent: its spans, counted by the process's own registry. */
function runAgent(service: Service, process: Process, nowMs: number, minute: number, random: Random): SpanOf[] {
  const agent = random.pick(service.agents);
  const traceId = hex(random, 32);
  const root = hex(random, 16);
  const slowness = within(minute, SLOW) ? 12 : 1;
  const failure = within(minute, STORM) ? 0.7 : 0.03;
  const spans: SpanOf[] = [];
  let atMs = nowMs - 10_000;
  const add = (name: string, kind: number, seconds: number, failed: boolean, attributes: Values): void => {
    const spanId = hex(random, 16);
    const startMs = atMs;
    atMs += seconds * 1000;
    spans.push({ traceId, spanId, parentSpanId: root, name, kind, startMs, endMs: atMs, failed, attributes });
    measureSpan(process.metrics, { attributes, failed, durationSeconds: seconds, exemplar: { traceId, spanId } });
  };
  for (let call = 0; call <= random.below(3); call++) {
    const [provider, model] = random.pick(MODELS);
    const failed = random.chance(failure);
    add(`chat ${model}`, 3, (0.2 + random.next() * 1.5) * slowness, failed, {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": provider,
      "gen_ai.request.model": model,
      "gen_ai.agent.name": agent,
      "agent_observatory.cost.status": failed ? "no_usage" : "priced",
      ...(failed
        ? { "error.type": "429", "agent_observatory.error.category": "rate_limit" }
        : {
            "gen_ai.usage.input_tokens": 100 + random.below(3000),
            "gen_ai.usage.output_tokens": 10 + random.below(800),
            "gen_ai.response.time_to_first_chunk": 0.05 + random.next(),
            "agent_observatory.cost.usd": random.next() / 100,
          }),
    });
    const tool = random.pick(TOOLS);
    const toolFailed = random.chance(failure / 2);
    add(`execute_tool ${tool}`, 1, random.next() * 0.4, toolFailed, {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool,
      "gen_ai.agent.name": agent,
      ...(toolFailed && { "error.type": "timeout", "agent_observatory.error.category": "timeout" }),
    });
  }
  const failed = spans.some((span) => span.failed && span.kind === 3);
  const startMs = nowMs - 10_000;
  const attributes: Values = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": agent,
    "session.id": `session-${random.below(20)}`,
    ...(failed && { "error.type": "429", "agent_observatory.error.category": "rate_limit" }),
  };
  const exemplar = { traceId, spanId: root };
  measureSpan(process.metrics, { attributes, failed, durationSeconds: (atMs - startMs) / 1000, exemplar });
  return [
    { traceId, spanId: root, name: `invoke_agent ${agent}`, kind: 1, startMs, endMs: atMs, failed, attributes },
    ...spans,
  ];
}

/** Metrics that others send: names, units and kinds that Prometheus translates in its own ways. */
function strangeMetrics(process: Process, nowMs: number, random: Random): Metric[] {
  const { startMs } = process;
  const bytes = random.below(5000);
  process.sentBytes += bytes;
  const histogram = { count: 3, sum: 123.5, bounds: [5, 50], bucketCounts: [1, 1, 1] };
  return [
    {
      name: "process.memory.usage",
      unit: "By",
      kind: "gauge",
      points: [{ labels: {}, value: 1e8 + random.below(1e7) }],
    },
    {
      name: "cache.hit.ratio",
      unit: "1",
      kind: "gauge",
      points: [{ labels: { "cache.name": "semantic" }, value: random.next() }],
    },
    {
      name: "queue.length",
      unit: "{item}",
      kind: "sum",
      monotonic: false,
      points: [{ labels: {}, startMs, value: random.below(9) }],
    },
    {
      name: "net.io",
      unit: "By",
      kind: "sum",
      points: [{ labels: { "2nd-label": "x", __private: "y" }, startMs, value: process.sentBytes }],
    },
    {
      name: "net.delta",
      unit: "By",
      kind: "sum",
      delta: true,
      points: [{ labels: {}, startMs: nowMs - PUSH_MS, value: bytes }],
    },
    {
      name: "http.server.latency",
      unit: "ms",
      kind: "histogram",
      points: [{ labels: { route: "/a" }, startMs, histogram }],
    },
    {
      name: "speed",
      unit: "m/s",
      kind: "gauge",
      points: [{ labels: {}, value: random.chance(0.1) ? Number.NaN : random.next() }],
    },
    {
      name: "gone.sometimes",
      unit: "",
      kind: "gauge",
      points: [{ labels: {}, ...(random.chance(0.3) ? { flags: 1 } : { value: 4 }) }],
    },
    { name: "0-weird name!", unit: "", kind: "gauge", points: [{ labels: {}, value: 1 }] },
    {
      name: "rpc.duration",
      unit: "s",
      kind: "summary",
      points: [
        {
          labels: {},
          startMs,
          quantiles: [
            { quantile: 0.5, value: 0.2 },
            { quantile: 0.99, value: 1.5 },
          ],
        },
      ],
    },
  ];
}

const WORDS = ["error", "timeout while calling", "ok", "retrying", "user asked", "cache hit"];

function logsOf(process: Process, spans: readonly SpanOf[], nowMs: number, random: Random): object {
  const logs = spans.flatMap((span, index) => {
    const level = span.failed ? ["ERROR", 17] : random.chance(0.2) ? ["WARN", 13] : ["INFO", 9];
    const json = { msg: `${random.pick(WORDS)} ${span.name}`, ms: random.below(900), nested: { ok: !span.failed } };
    const logfmt = `msg="${random.pick(WORDS)}" took=${random.below(900)}ms size=${random.below(50)}KB host=h${random.below(4)}`;
    return {
      // Each line a millisecond of its own: the order of equal times is nobody's promise.
      timeMs: nowMs - 5000 + index,
      severityText: String(level[0]),
      severityNumber: Number(level[1]),
      body: random.pick([
        JSON.stringify(json),
        logfmt,
        `${random.pick(WORDS)} [${span.name}] status=${random.below(600)}`,
      ]),
      attributes: { "code.function": "run", attempt: random.below(3), "agent.name": span.name.split(" ")[1] ?? "" },
      traceId: span.traceId,
      spanId: span.spanId,
    };
  });
  return logsRequest(process.resource, logs);
}

/** Everything that is sent from `endMs - DURATION_MS` to `endMs`, which is rounded down to a whole push. */
export function generateTraffic(endMs: number, seed = 7): Post[] {
  const random = createRandom(seed);
  const end = Math.floor(endMs / PUSH_MS) * PUSH_MS;
  const start = end - DURATION_MS;
  let nowMs = start;
  const processes = SERVICES.map((service) => startProcess(service, () => nowMs, random));
  const posts: Post[] = [];
  for (nowMs = start + PUSH_MS; nowMs <= end; nowMs += PUSH_MS) {
    const minute = (nowMs - start) / MINUTE;
    const pushed: { resource: Values; metrics: Metric[] }[] = [];
    for (const [index, service] of SERVICES.entries()) {
      if (service.name === OUTAGE.service && within(minute, OUTAGE)) continue;
      if (RESTART_MINUTES.includes(minute)) processes[index] = startProcess(service, () => nowMs - 1000, random);
      const process = processes[index] as Process;
      const runs = Math.floor(service.pace) + (random.chance(service.pace % 1) ? 1 : 0);
      const spans = Array.from({ length: runs }, () => runAgent(service, process, nowMs, minute, random)).flat();
      pushed.push({
        resource: process.resource,
        metrics: [...metricsOf(process.metrics.snapshot()), ...strangeMetrics(process, nowMs, random)],
      });
      if (spans.length === 0) continue;
      posts.push({ signal: "traces", timeMs: nowMs, body: JSON.stringify(tracesRequest(process.resource, spans)) });
      posts.push({ signal: "logs", timeMs: nowMs, body: JSON.stringify(logsOf(process, spans, nowMs, random)) });
    }
    posts.push({ signal: "metrics", timeMs: nowMs, body: JSON.stringify(metricsRequest(pushed, nowMs)) });
  }
  return posts;
}
