/**
 * Runs the research team of examples/, unchanged, preloaded with agent-observatory, against a local model double, and shows what was
 * seen. `--once` runs it one time and checks the numbers against what the double served; without it the team works on until Ctrl-C,
 * and a stack that listens on the usual OTLP port gets everything as well.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { createResearchTeamDouble, type ResearchTeamDouble } from "../examples/research-team/scenario.ts";
import { paintFor, renderTrace } from "../src/cli/trace-tree.ts";
import { createPricer } from "../src/cost/index.ts";
import { ATTR, INFERENCE_OPERATIONS, OPERATION } from "../src/model/index.ts";
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "./otlp-receiver.ts";

const { values: flags } = parseArgs({
  options: {
    once: { type: "boolean", default: false },
    fail: { type: "boolean", default: false },
    "forward-to": { type: "string" },
  },
});
const STACK = "http://127.0.0.1:4318";
const PAUSE_MS = 5000;

type Summary = {
  readonly traces: number;
  readonly spans: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly errors: number;
};

function byTrace(spans: readonly ReceivedSpan[]): Map<string, ReceivedSpan[]> {
  const traces = new Map<string, ReceivedSpan[]>();
  for (const span of spans) traces.set(span.traceId, [...(traces.get(span.traceId) ?? []), span]);
  return traces;
}

const isInference = (span: ReceivedSpan): boolean => INFERENCE_OPERATIONS.has(String(span.attributes[ATTR.operation]));
const sum = (spans: readonly ReceivedSpan[], attribute: string): number =>
  spans.reduce((total, span) => total + Number(span.attributes[attribute] ?? 0), 0);

function summarize(spans: readonly ReceivedSpan[]): Summary {
  const calls = spans.filter(isInference);
  const tools = spans.filter((span) => span.attributes[ATTR.operation] === OPERATION.executeTool);
  return {
    traces: byTrace(spans).size,
    spans: spans.length,
    llmCalls: calls.length,
    toolCalls: tools.length,
    inputTokens: sum(calls, ATTR.inputTokens),
    outputTokens: sum(calls, ATTR.outputTokens),
    // Ten digits: a sum of prices is not to end in the dust of binary fractions.
    costUsd: Number(sum(calls, ATTR.costUsd).toFixed(10)),
    errors: [...calls, ...tools].filter((span) => span.failed).length,
  };
}

/** The same numbers from the other side: what the double counted as it served. */
function servedBy(double: ResearchTeamDouble): Omit<Summary, "traces" | "spans"> {
  const expected = double.expected();
  const pricer = createPricer();
  const costUsd = Object.entries(double.stats().byModel).reduce((total, [model, served]) => {
    const usage = { input: served.inputTokens, output: served.outputTokens, cacheRead: served.cachedTokens };
    const price = pricer.price({ provider: "openai", models: [model], usage });
    if (price.status !== "priced") throw new Error(`the double served ${model}, which has no price`);
    return total + price.costUsd;
  }, 0);
  const failedCalls = Object.values(expected.errors).reduce((total, count) => total + count, 0);
  return {
    llmCalls: expected.llmCalls + expected.embeddingCalls,
    toolCalls: expected.toolCalls.count,
    inputTokens: expected.inputTokens,
    outputTokens: expected.outputTokens,
    costUsd: Number(costUsd.toFixed(10)),
    errors: failedCalls + expected.toolCalls.failed,
  };
}

/** Runs the program once; resolves with its exit code. */
async function runTeam(receiver: OtlpReceiver, baseUrl: string): Promise<number> {
  const program = spawn(
    process.execPath,
    ["--require", "agent-observatory/register", "examples/research-team/app.mjs"],
    {
      stdio: ["ignore", flags.once ? "ignore" : "inherit", "ignore"],
      env: {
        ...process.env,
        OPENAI_BASE_URL: baseUrl,
        OPENAI_API_KEY: "sk-demo",
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_SERVICE_NAME: "research-team",
        ...(flags.fail && { DEMO_FAIL: "1" }),
      },
    },
  );
  const [code] = (await once(program, "exit")) as [number | null];
  return code ?? 1;
}

async function main(): Promise<number> {
  const paint = paintFor(process.stdout, process.env);
  const forwardTo = flags["forward-to"] ?? (flags.once ? undefined : STACK);
  await using double = await createResearchTeamDouble({ failing: flags.fail });
  const receiver = await startOtlpReceiver({ forwardTo });
  try {
    do {
      receiver.spans.length = 0;
      const code = await runTeam(receiver, double.url);
      for (const [traceId, spans] of byTrace(receiver.spans)) {
        process.stdout.write(`${renderTrace(traceId, spans, paint)}\n\n`);
      }
      if (code !== 0) return code;
      if (!flags.once) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    } while (!flags.once);

    const seen = summarize(receiver.spans);
    const served = servedBy(double);
    process.stdout.write(`${JSON.stringify(seen)}\n`);
    const wrong = Object.entries(served).filter(([key, value]) => seen[key as keyof Summary] !== value);
    for (const [key, value] of wrong) {
      process.stderr.write(`${key}: seen ${seen[key as keyof Summary]}, the double served ${value}\n`);
    }
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await receiver.close();
  }
}

process.exitCode = await main();
