/**
 * Two hours in the life of a few agent services, as OTLP/JSON in order of time: what they push every 15 seconds, with the troubles that
 * `services.ts` lists. The same in every run but for the moment at which it ends.
 */

import type { MetricDefinition } from "../../../src/metrics/index.ts";
import { runAgent } from "./agent-runs.ts";
import { foreignMetrics } from "./foreign-metrics.ts";
import { listOtherMetrics, measureOthers } from "./other-metrics.ts";
import {
  logsRequest,
  type Metric,
  metricsOf,
  metricsRequest,
  type SpanOf,
  tracesRequest,
  type Values,
} from "./otlp-json.ts";
import { type Process, snapshotOf, startProcess } from "./processes.ts";
import { createRandom, type Random } from "./random.ts";
import { FAREWELL, FOLDING, RESTARTS, SERVICES, type Service, TROUBLE, within } from "./services.ts";

export type Post = { readonly signal: "metrics" | "logs" | "traces"; readonly timeMs: number; readonly body: string };

export const PUSH_MS = 15_000;
const MINUTE = 60_000;
export const DURATION_MS = 120 * MINUTE;

const WORDS = ["error", "timeout while calling", "ok", "retrying", "user asked", "cache hit"];

function logsOf(process: Process, spans: readonly SpanOf[], fromMs: number, random: Random): object {
  const logs = spans.map((span, index) => {
    const level = span.failed ? ["ERROR", 17] : random.chance(0.2) ? ["WARN", 13] : ["INFO", 9];
    const json = { msg: `${random.pick(WORDS)} ${span.name}`, ms: random.below(900), nested: { ok: !span.failed } };
    const logfmt = `msg="${random.pick(WORDS)}" took=${random.below(900)}ms size=${random.below(50)}KB host=h${random.below(4)}`;
    return {
      // Each line a millisecond of its own: the order of equal times is nobody's promise.
      timeMs: fromMs + index,
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

/** What a process counts of itself, not of its runs. */
function measureProcess(service: Service, { metrics }: Process, minute: number, random: Random): void {
  const waits = within(minute, TROUBLE.queue, service);
  for (const agent of service.agents) {
    metrics.set("agent_queue_depth", { agent }, waits ? 101 + random.below(50) : random.below(5));
  }
  if (within(minute, TROUBLE.dropping, service)) {
    metrics.add("agent_observatory_dropped_total", { signal: "traces", reason: "queue_full" }, 1 + random.below(4));
    metrics.add("agent_observatory_export_failures_total", { signal: "traces" });
  }
  if (minute === FOLDING)
    metrics.add("agent_observatory_label_values_folded_total", { metric: "agent_errors_total", label: "agent" });
}

/** Everything that is sent from `endMs - DURATION_MS` to `endMs`, which is rounded down to a whole push. */
export function generateTraffic(endMs: number, seed = 7): Post[] {
  const random = createRandom(seed);
  const end = Math.floor(endMs / PUSH_MS) * PUSH_MS;
  const start = end - DURATION_MS;
  // What is counted between two pushes is counted since the first of them.
  let clockMs = start;
  const nowMs = (): number => clockMs;
  const processes = SERVICES.map((service) => startProcess(service, nowMs, random));
  const posts: Post[] = [];
  let others: readonly MetricDefinition[] | undefined;
  for (let pushMs = start + PUSH_MS; pushMs <= end; pushMs += PUSH_MS) {
    const minute = (pushMs - start) / MINUTE;
    clockMs = pushMs - PUSH_MS;
    const pushed: { resource: Values; metrics: Metric[] }[] = [];
    for (const [index, service] of SERVICES.entries()) {
      if (within(minute, TROUBLE.outage, service)) continue;
      const leaves = service.environment === "staging" && minute >= FAREWELL;
      if (leaves && minute > FAREWELL) continue;
      if (RESTARTS.includes(minute)) processes[index] = startProcess(service, nowMs, random);
      const process = processes[index] as Process;
      const runs = Math.floor(service.pace) + (random.chance(service.pace % 1) ? 1 : 0);
      // No two runs begin, and no two lines are written, in the same moment.
      const spans = Array.from({ length: runs }, (_, run) => {
        const beginMs = pushMs - 10_000 + index * 1000 + run * 101;
        return runAgent(service, process, { nowMs: pushMs, minute, beginMs }, random);
      }).flat();
      measureProcess(service, process, minute, random);
      if (index === 0) {
        others ??= listOtherMetrics(process.metrics);
        measureOthers(process.metrics, others, random);
      }
      if (leaves) process.metrics.set("agent_observatory_up", { version: "1.4.0", node_version: "24" }, 0);
      pushed.push({
        resource: process.resource,
        metrics: [...metricsOf(snapshotOf(process)), ...foreignMetrics(process, clockMs, random)],
      });
      if (spans.length === 0) continue;
      const logs = logsOf(process, spans, pushMs - 5000 + index * 1000, random);
      posts.push({ signal: "traces", timeMs: pushMs, body: JSON.stringify(tracesRequest(process.resource, spans)) });
      posts.push({ signal: "logs", timeMs: pushMs, body: JSON.stringify(logs) });
    }
    posts.push({ signal: "metrics", timeMs: pushMs, body: JSON.stringify(metricsRequest(pushed, pushMs)) });
  }
  return posts;
}
