/**
 * Runs a program in a process of its own, preloaded as a user would, and tells all that came of it: how it ended, what it printed, and what
 * arrived at an OTLP receiver.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  type OtlpReceiver,
  type ReceivedLog,
  type ReceivedPoint,
  type ReceivedSpan,
  startOtlpReceiver,
} from "../../scripts/otlp-receiver.ts";
import { ATTR, INFERENCE_OPERATIONS } from "../../src/model/index.ts";
import { violations } from "../conformance/violations.ts";

/** `none` runs the program without us, for comparison. */
export type PreloadMode = "require" | "import" | "NODE_OPTIONS" | "none";
export type ProgramType = "commonjs" | "module";

export type RunOptions = {
  readonly mode?: PreloadMode;
  readonly type?: ProgramType;
  readonly env?: Readonly<Record<string, string>>;
  /** Where telemetry goes. By default to a receiver of this run's own; a text is an address at which there is none. */
  readonly receiver?: OtlpReceiver | string;
  /** Where the program's own directory is made, which decides what it can import. By default this folder, in the package itself. */
  readonly directory?: string;
  /** Further files beside the program, such as observatory.yaml: the working directory is there. */
  readonly files?: Readonly<Record<string, string>>;
  /** `false` where the program itself puts on spans what it likes; else what arrives is held to the semantic conventions. */
  readonly conventions?: boolean;
  /** Sees the process while it runs, to send it signals. */
  readonly onStart?: (child: ChildProcess) => void;
};

export type ProgramRun = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
  readonly spans: readonly ReceivedSpan[];
  readonly points: readonly ReceivedPoint[];
  readonly logs: readonly ReceivedLog[];
  /** How many requests came for each path. */
  readonly requests: Readonly<Record<string, number>>;
};

const REGISTER = "agent-observatory/register";
/** So long that only a program that hangs meets it. */
const KILL_AFTER_MS = 90_000;

function preloading(mode: PreloadMode): { args: string[]; env: Record<string, string> } {
  if (mode === "none") return { args: [], env: {} };
  return mode === "NODE_OPTIONS"
    ? { args: [], env: { NODE_OPTIONS: `--require ${REGISTER}` } }
    : { args: [`--${mode}`, REGISTER], env: {} };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Where programs find tests/sdks/node_modules: the libraries under observation, and this package. */
export const SDKS_DIRECTORY = join(import.meta.dirname, "..", "sdks");

/** Runs `source`. The directory lies inside the checkout, so that its packages and this package itself can be imported. */
export async function runProgram(source: string, options: RunOptions = {}): Promise<ProgramRun> {
  const { mode = "require", type = "module", env = {}, files = {} } = options;
  const given = options.receiver;
  const receiver = given === undefined ? await startOtlpReceiver() : typeof given === "string" ? undefined : given;
  const directory = await mkdtemp(join(options.directory ?? import.meta.dirname, "running-"));
  try {
    const program = join(directory, type === "module" ? "program.mjs" : "program.cjs");
    await writeFile(program, source);
    for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
    const preload = preloading(mode);
    const startedMs = performance.now();
    const child = spawn(process.execPath, [...preload.args, program], {
      cwd: directory,
      // Not the environment of the tests: what they run with is not to change what a program sees.
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver?.url ?? String(given),
        OTEL_SERVICE_NAME: "program",
        ...preload.env,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: KILL_AFTER_MS,
      killSignal: "SIGKILL",
    });
    options.onStart?.(child);
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    const found = options.conventions === false || receiver === undefined ? [] : violations(receiver);
    assert.deepEqual(found, [], "what was received keeps to the semantic conventions");
    return {
      code,
      signal,
      stdout,
      stderr,
      elapsedMs: performance.now() - startedMs,
      spans: receiver?.spans ?? [],
      points: receiver?.points ?? [],
      logs: receiver?.logs ?? [],
      requests: receiver?.requests ?? {},
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
    if (given === undefined) await receiver?.close();
  }
}

export const isInference = (span: ReceivedSpan): boolean =>
  INFERENCE_OPERATIONS.has(String(span.attributes[ATTR.operation]));

/** The inference spans of one model, by which the tests tell calls apart. */
export const callsOf = (spans: readonly ReceivedSpan[], model: string): ReceivedSpan[] =>
  spans.filter((span) => isInference(span) && span.attributes[ATTR.requestModel] === model);

/** The last value of a series that was pushed; undefined where it never was. Labels not named match anything; values are added up. */
export function pushedValue(
  points: readonly ReceivedPoint[],
  metric: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const last = new Map<string, number>();
  for (const point of points) {
    if (point.metric !== metric) continue;
    if (Object.entries(labels).some(([name, value]) => point.labels[name] !== value)) continue;
    last.set(JSON.stringify(point.labels), point.histogram?.count ?? point.value);
  }
  return last.size === 0 ? undefined : [...last.values()].reduce((sum, value) => sum + value, 0);
}
