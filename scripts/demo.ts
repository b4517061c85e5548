/**
 * Runs the research team of examples/, unchanged, preloaded with agent-observatory, against a local model double, beside an embedded process:
 * its own, or one that runs already, or the stack where that holds the ports. The team works on until Ctrl-C.
 *
 *   --once    one run, in an embedded process of its own that leaves nothing behind; the last line are the numbers, read back through
 *             the query APIs and checked against what the double served: ends with 1 where they differ
 *   --fail    an outage drill: every call of the double fails
 *   --port, --otlp-http-port, --otlp-grpc-port    as `agent-observatory serve` has them
 *   --data-directory    keeps what is stored; without it the store goes with the demo
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createResearchTeamDouble, type ResearchTeamDouble } from "../examples/research-team/scenario.ts";
import {
  type Backends,
  createBackends,
  isInference,
  searchTraces,
  type Trace,
  type TraceSpan,
} from "../src/backends/index.ts";
import { ObservatoryError } from "../src/base/index.ts";
import { startOrJoin } from "../src/cli/embedded.ts";
import { paintFor } from "../src/cli/paint.ts";
import { describeRun, RUN_ATTRIBUTE, summarizeRun } from "../src/cli/run-summary.ts";
import { renderTrace } from "../src/cli/trace-tree.ts";
import { loadEmbeddedConfig } from "../src/config/index.ts";
import { createPricer } from "../src/cost/index.ts";
import { ATTR, OPERATION } from "../src/model/index.ts";

const PORTS = ["port", "otlp-http-port", "otlp-grpc-port"] as const;
const { values: flags } = parseArgs({
  options: {
    once: { type: "boolean", default: false },
    fail: { type: "boolean", default: false },
    port: { type: "string" },
    "otlp-http-port": { type: "string" },
    "otlp-grpc-port": { type: "string" },
    "data-directory": { type: "string" },
  },
});
const SERVICE = "research-team";
const PAUSE_MS = 5000;
const HOUR_MS = 3_600_000;
/** The stack's collector decides and delivers in batches. */
const STACK_WAIT_MS = 30_000;
const STACK = {
  otlpHttp: "http://127.0.0.1:4318",
  prometheusUrl: "http://127.0.0.1:9090",
  lokiUrl: "http://127.0.0.1:3100",
  jaegerUrl: "http://127.0.0.1:16686",
};

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
type Counts = Omit<Summary, "traces" | "spans">;

/** Ten digits: a sum of prices is not to end in the dust of binary fractions. */
const dollars = (value: number): number => Number(value.toFixed(10));
const sum = (spans: readonly TraceSpan[], attribute: string): number =>
  spans.reduce((total, span) => total + Number(span.attributes[attribute] ?? 0), 0);

function summarize(traces: readonly Trace[]): Summary {
  const spans = traces.flatMap((trace) => trace.spans);
  const calls = spans.filter(isInference);
  const tools = spans.filter((span) => span.attributes[ATTR.operation] === OPERATION.executeTool);
  return {
    traces: traces.length,
    spans: spans.length,
    llmCalls: calls.length,
    toolCalls: tools.length,
    inputTokens: sum(calls, ATTR.inputTokens),
    outputTokens: sum(calls, ATTR.outputTokens),
    costUsd: dollars(sum(calls, ATTR.costUsd)),
    errors: [...calls, ...tools].filter(({ status }) => status === "error").length,
  };
}

/** The same numbers from the other side: what the double counted as it served. */
function servedBy(double: ResearchTeamDouble): Counts {
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
    costUsd: dollars(costUsd),
    errors: failedCalls + expected.toolCalls.failed,
  };
}

/** The same numbers as the metrics have them, which do not come from the stored spans. */
async function measured({ prometheus }: Backends): Promise<Counts> {
  const total = async (selector: string): Promise<number> => {
    const { result } = await prometheus.query(`sum(max_over_time(${selector}[1h]))`);
    // No series: what never happened was never counted.
    return dollars(("series" in result ? result.series[0]?.points[0]?.value : undefined) ?? 0);
  };
  const job = `job="${SERVICE}"`;
  return {
    llmCalls: await total(`llm_requests_total{${job}}`),
    toolCalls: await total(`agent_tool_calls_total{${job}}`),
    inputTokens: await total(`llm_tokens_total{${job}, type="input"}`),
    outputTokens: await total(`llm_tokens_total{${job}, type="output"}`),
    costUsd: await total(`llm_cost_usd_total{${job}}`),
    errors: (await total(`llm_errors_total{${job}}`)) + (await total(`agent_tool_errors_total{${job}}`)),
  };
}

function differences(what: string, seen: Counts, served: Counts): string[] {
  return Object.entries(served).flatMap(([key, value]) => {
    const given = seen[key as keyof Counts];
    return given === value ? [] : [`${key}: ${given} in the ${what}, the double served ${value}`];
  });
}

type Place = {
  readonly backends: Backends;
  readonly otlpUrl: string;
  readonly opening: string;
  /** How long what was sent may take until it can be asked for. */
  readonly waitMs: number;
  readonly close: () => Promise<void>;
};

const FREE_PORTS = Object.fromEntries(PORTS.map((name) => [name, "0"]));

/** A store that goes when the demo ends: made-up data are not to stand among a user's own. */
async function startWithOwnStore(settings: Readonly<Record<string, string | undefined>>): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), "agent-observatory-demo-"));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const place = await startEmbedded({ ...settings, "data-directory": directory });
    return { ...place, close: () => place.close().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function startEmbedded(settings: Readonly<Record<string, string | undefined>>): Promise<Place> {
  const { config } = loadEmbeddedConfig({ flags: settings, env: process.env, cwd: process.cwd() });
  const { urls, joined, close } = await startOrJoin(config);
  const backends = createBackends({ url: urls.web, token: config.token });
  const opening = `${urls.web} ${joined ? "(runs already)" : `(data in ${config.dataDirectory})`}`;
  return { backends, otlpUrl: urls.otlpHttp, opening, waitMs: 0, close };
}

async function joinStack(): Promise<Place | undefined> {
  const backends = createBackends({ ...STACK, timeoutMs: 2000 });
  const answers = await backends.jaeger.services().catch(() => undefined);
  if (answers === undefined) return undefined;
  const opening = `the stack has the ports: sending to its collector at ${STACK.otlpHttp}, reading from Jaeger at ${STACK.jaegerUrl}`;
  return { backends, otlpUrl: STACK.otlpHttp, opening, waitMs: STACK_WAIT_MS, close: async () => undefined };
}

async function startPlace(): Promise<Place> {
  if (flags.once) return startWithOwnStore(FREE_PORTS);
  const { once: _once, fail: _fail, ...settings } = flags;
  try {
    return await (settings["data-directory"] === undefined ? startWithOwnStore(settings) : startEmbedded(settings));
  } catch (error) {
    const taken = error instanceof ObservatoryError && error.code === "AO_PORT_TAKEN";
    const stack = taken && PORTS.every((name) => flags[name] === undefined) ? await joinStack() : undefined;
    if (stack === undefined) throw error;
    return stack;
  }
}

/** Runs the program once; resolves with its exit code. */
async function runTeam({ otlpUrl }: Place, baseUrl: string, runId: string): Promise<number> {
  const program = spawn(
    process.execPath,
    ["--require", "agent-observatory/register", "examples/research-team/app.mjs"],
    {
      stdio: ["ignore", "ignore", "ignore"],
      env: {
        ...process.env,
        OPENAI_BASE_URL: baseUrl,
        OPENAI_API_KEY: "sk-demo",
        OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
        OTEL_SERVICE_NAME: SERVICE,
        OTEL_RESOURCE_ATTRIBUTES: `${RUN_ATTRIBUTE}=${runId}`,
        ...(flags.fail && { DEMO_FAIL: "1" }),
      },
    },
  );
  const [code] = (await once(program, "exit")) as [number | null];
  return code ?? 1;
}

const timeRange = () => ({ startMs: Date.now() - HOUR_MS, endMs: Date.now() + HOUR_MS });

const spanCount = (traces: readonly Trace[]): number => traces.reduce((sum, { spans }) => sum + spans.length, 0);

/** The traces of a run. On the stack spans come in batches: a trace is whole when no more of it comes. */
async function tracesOf({ backends, waitMs }: Place, runId: string): Promise<readonly Trace[]> {
  const untilMs = Date.now() + waitMs;
  for (let before = 0; ; ) {
    const search = { ...timeRange(), limit: 100, attributes: { [RUN_ATTRIBUTE]: runId } };
    const traces = (await searchTraces(backends.jaeger, search)).found.map(({ trace }) => trace);
    const count = spanCount(traces);
    if (Date.now() >= untilMs || (count > 0 && count === before)) return traces;
    before = count;
    await pause(1000);
  }
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const show = (traces: readonly Trace[]): void => {
  const paint = paintFor(process.stdout, process.env);
  for (const trace of traces) say(`${renderTrace(trace, { paint, columns: process.stdout.columns }).join("\n")}\n`);
};

async function runOnce(place: Place, double: ResearchTeamDouble): Promise<number> {
  const runId = randomUUID();
  const code = await runTeam(place, double.url, runId);
  const traces = await tracesOf(place, runId);
  show(traces);
  if (code !== 0) return code;
  const seen = summarize(traces);
  const served = servedBy(double);
  say(JSON.stringify(seen));
  const wrong = [
    ...differences("traces", seen, served),
    ...differences("metrics", await measured(place.backends), served),
  ];
  for (const line of wrong) process.stderr.write(`${line}\n`);
  return wrong.length === 0 ? 0 : 1;
}

/** Lets the team work until Ctrl-C, which reaches its process as well. */
async function runOn(place: Place, double: ResearchTeamDouble): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  say(`agent-observatory: ${place.opening}\nThe research team works until Ctrl-C.\n`);
  for (let report = 1; !interrupted.signal.aborted; report++) {
    const runId = randomUUID();
    const code = await runTeam(place, double.url, runId);
    if (interrupted.signal.aborted) break;
    const traces = await tracesOf(place, runId);
    if (report === 1) show(traces);
    if (code !== 0) return code;
    say(`report ${report}: ${describeRun(await summarizeRun(place.backends, runId, timeRange()), true)}`);
    await pause(PAUSE_MS, undefined, { signal: interrupted.signal }).catch(() => undefined);
  }
  return 0;
}

async function main(): Promise<number> {
  await using double = await createResearchTeamDouble({ failing: flags.fail });
  const place = await startPlace();
  try {
    return await (flags.once ? runOnce(place, double) : runOn(place, double));
  } finally {
    await place.close();
  }
}

process.exitCode = await main();
