import { measureSpan } from "../../../src/metrics/index.ts";
import type { SpanOf, Values } from "./otlp-json.ts";
import { hex, type Process } from "./processes.ts";
import type { Random } from "./random.ts";
import { MODELS, type Service, TOOLS, TROUBLE, UNPRICED, within } from "./services.ts";

export type Moment = {
  /** When it is pushed. */
  readonly nowMs: number;
  /** After the start. */
  readonly minute: number;
  readonly beginMs: number;
};

const LIMITED: Values = { "error.type": "429", "agent_observatory.error.category": "rate_limit" };
const TIMED_OUT: Values = { "error.type": "timeout", "agent_observatory.error.category": "timeout" };

function usageOf(costly: boolean, priced: boolean, random: Random): Values {
  return {
    "gen_ai.usage.input_tokens": (100 + random.below(3000)) * (costly ? 10 : 1),
    "gen_ai.usage.output_tokens": 10 + random.below(800),
    "gen_ai.response.time_to_first_chunk": 0.05 + random.next(),
    ...(priced && { "agent_observatory.cost.usd": (random.next() / 100) * (costly ? 100 : 1) }),
  };
}

/** One run of an agent: its spans, counted by the process's own registry. */
export function runAgent(service: Service, process: Process, moment: Moment, random: Random): SpanOf[] {
  const { nowMs, minute, beginMs } = moment;
  const agent = random.pick(service.agents);
  const [traceId, root] = [hex(random, 32), hex(random, 16)];
  const isBroken = within(minute, TROUBLE.broken, service);
  const isCostly = within(minute, TROUBLE.costly, service);
  const slowness = within(minute, TROUBLE.slow, service) ? 12 : 1;
  const failure = isBroken ? 1 : within(minute, TROUBLE.storm, service) ? 0.7 : 0.02;
  const spans: SpanOf[] = [];
  let atMs = beginMs;
  const count = (span: SpanOf): void => {
    spans.push(span);
    process.endedMs.set(span.spanId, Math.min(span.endMs, nowMs));
    measureSpan(process.metrics, {
      attributes: span.attributes,
      failed: span.failed,
      durationSeconds: (span.endMs - span.startMs) / 1000,
      exemplar: { traceId, spanId: span.spanId },
    });
  };
  const add = (name: string, kind: number, seconds: number, failed: boolean, attributes: Values): void => {
    const startMs = atMs;
    atMs += seconds * 1000;
    const endMs = atMs;
    count({ traceId, spanId: hex(random, 16), parentSpanId: root, name, kind, startMs, endMs, failed, attributes });
  };
  for (let call = 0; call <= random.below(3); call++) {
    const priced = minute < UNPRICED || random.chance(0.97);
    const [provider, model] = priced ? random.pick(MODELS) : (["acme", "own-model"] as const);
    const failed = random.chance(failure);
    add(`chat ${model}`, 3, (0.2 + random.next() * 1.5) * slowness, failed, {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": provider,
      "gen_ai.request.model": model,
      "gen_ai.agent.name": agent,
      "agent_observatory.cost.status": priced ? "priced" : "unknown_model",
      ...(random.chance(failure / 2) && { "agent_observatory.request.retry_count": 2 }),
      ...(failed ? LIMITED : usageOf(isCostly, priced, random)),
    });
    const tool = random.pick(TOOLS);
    const isToolBroken = tool === "calculator" && within(minute, TROUBLE.brokenTool, service);
    const toolFailed = random.chance(isToolBroken ? 0.8 : 0.01);
    add(`execute_tool ${tool}`, 1, random.next() * 0.4, toolFailed, {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool,
      "gen_ai.agent.name": agent,
      ...(toolFailed && TIMED_OUT),
    });
  }
  const failed = spans.some((span) => span.failed && span.kind === 3);
  const { workflow } = service;
  const outer = workflow !== undefined && random.chance(0.5) ? hex(random, 16) : undefined;
  const whole = { traceId, kind: 1, startMs: beginMs, endMs: atMs, failed };
  count({
    ...whole,
    spanId: root,
    ...(outer !== undefined && { parentSpanId: outer }),
    name: `invoke_agent ${agent}`,
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": agent,
      "session.id": `session-${random.below(20)}`,
      ...(failed && LIMITED),
    },
  });
  if (workflow === undefined || outer === undefined) return spans;
  const ofWorkflow = { "gen_ai.workflow.name": workflow, ...(failed && LIMITED) };
  add("execute_node draft", 1, random.next(), failed, {
    "gen_ai.operation.name": "execute_node",
    "agent_observatory.workflow.node": "draft",
    ...ofWorkflow,
  });
  count({
    ...whole,
    spanId: outer,
    name: `invoke_workflow ${workflow}`,
    attributes: { "gen_ai.operation.name": "invoke_workflow", ...ofWorkflow },
  });
  return spans;
}
