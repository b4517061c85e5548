import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export type Program = "empty" | "import-openai" | "llm-calls";

export type Services = { readonly llmUrl: string; readonly otlpUrl: string };

export type Run = {
  readonly program: Program;
  /** Arguments of node before the program: the preload of the variant. */
  readonly nodeArgs: readonly string[];
  /** A directory or file from which `openai` resolves to the wanted version. */
  readonly openaiFrom: string;
  readonly services: Services;
  readonly calls?: number;
  readonly warmUp?: number;
  readonly promptBytes?: number;
};

/** What one child process told or showed. A program tells only what it knows. */
export type Measured = {
  /** From spawn to the end of the process, what is sent on the way out included. */
  readonly wallMs: number;
  /** From spawn to the line behind the program's imports. */
  readonly readyMs?: number;
  readonly peakRssMb?: number;
  readonly cpuPerCallMs?: number;
  readonly inferenceSpans: number;
};

type Report = { readonly peakRssBytes?: number; readonly readyAtMs?: number; readonly cpuPerCallMs?: number };

/** What the shell around the benchmark has set must not reach the measured programs. */
const FOREIGN = /^(OTEL_|TRACING_|OTLP_|JAEGER_|ZIPKIN_|LOG_|METRICS_|OPENAI_|NODE_|npm_)/;
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));

/** Starts services.ts as a process. It ends with this one. */
export async function startServices(): Promise<{ readonly services: Services; readonly close: () => void }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("services.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    env: inherited,
  });
  const [line] = (await once(child.stdout!.setEncoding("utf8"), "data")) as [string];
  return { services: JSON.parse(line) as Services, close: () => child.disconnect() };
}

/** Runs one program once in a process of its own. Throws where it fails: a variant that breaks the program has no figures. */
export async function measure(run: Run): Promise<Measured> {
  const { services } = run;
  const args = [...run.nodeArgs, fileURLToPath(new URL(`programs/${run.program}.cjs`, import.meta.url))];
  const env = {
    ...inherited,
    OTEL_EXPORTER_OTLP_ENDPOINT: services.otlpUrl,
    OTEL_SERVICE_NAME: "benchmark",
    BENCH_LLM_URL: services.llmUrl,
    BENCH_OPENAI_FROM: run.openaiFrom,
    BENCH_CALLS: String(run.calls ?? 0),
    BENCH_WARM_UP: String(run.warmUp ?? 0),
    BENCH_PROMPT_BYTES: String(run.promptBytes ?? 0),
  };
  const startMs = performance.now();
  // A directory without observatory.yaml, wherever the benchmark itself was started.
  const cwd = fileURLToPath(new URL("programs/", import.meta.url));
  const child = spawn(process.execPath, args, { env, cwd, stdio: ["ignore", "ignore", "pipe", "pipe"] });
  const exited = once(child, "exit").then(([code]) => ({ code: code as number | null, atMs: performance.now() }));
  const reported = text(child.stdio[3] as NodeJS.ReadableStream);
  const said = text(child.stderr as NodeJS.ReadableStream);
  const { code, atMs } = await exited;
  if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${code}: ${await said}`);
  const report = JSON.parse((await reported) || "{}") as Report;
  const taken = (await (await fetch(`${services.otlpUrl}/taken`)).json()) as { inferenceSpans: number };
  return {
    wallMs: atMs - startMs,
    inferenceSpans: taken.inferenceSpans,
    ...(report.readyAtMs !== undefined && { readyMs: report.readyAtMs - performance.timeOrigin - startMs }),
    ...(report.peakRssBytes !== undefined && { peakRssMb: report.peakRssBytes / 1024 ** 2 }),
    ...(report.cpuPerCallMs !== undefined && { cpuPerCallMs: report.cpuPerCallMs }),
  };
}
