/** The support desk of examples/, preloaded, with a real Postgres and an embedded process that all of its telemetry goes to. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { STAFF_TOKEN, startWorld, type World } from "../../examples/support-desk/local/world.ts";
import { createBackends, type Labels, type LogEntry } from "../../src/backends/index.ts";
import { type RunningObservatory, runObservatory } from "../observatory/running-observatory.ts";

export type Answered = { readonly status: number; readonly headers: Headers; readonly body: string };
/** The members of an answer, or of what is said instead of one. */
export type Said = { readonly status: number } & Readonly<
  Partial<Record<"answerId" | "text" | "route" | "source" | "traceId" | "requestId", string>>
>;
export type Line = Readonly<Record<string, unknown>> & { readonly message: string };

/** The service, wherever its telemetry goes. */
export type Desk = AsyncDisposable & {
  readonly world: World;
  /** What was asked on the port for customers and staff, as `POST /sessions/s1/close 202`. */
  readonly asked: readonly string[];
  /** A request as a customer sends it. Without a body it is a GET. */
  readonly ask: (
    path: string,
    user: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answered>;
  readonly say: (session: string, user: string, text: string) => Promise<Said>;
  readonly askStaff: (path: string, body?: object) => Promise<Answered>;
  /** On the port for probes and Prometheus. */
  readonly askOperator: (path: string) => Promise<Answered>;
  /** A value at this moment, as a Prometheus that scrapes would see it. Without labels of a series: all of them, added up. */
  readonly scraped: (metric: string, labels?: Labels) => Promise<number>;
  /** Sends SIGTERM, and resolves when the process has ended. */
  readonly stop: () => Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** What its logger wrote to stdout. */
  readonly lines: readonly Line[];
  readonly stderr: readonly string[];
};

export type RunningDesk = Desk & {
  readonly observatory: RunningObservatory;
  /** After the end: all series of a metric that were stored, by the values of these labels, as `a/b`. */
  readonly stored: (metric: string, by?: readonly string[]) => Promise<Readonly<Record<string, number>>>;
  readonly storedLines: (query?: string) => Promise<readonly LogEntry[]>;
};

const SERVICE = fileURLToPath(new URL("../../examples/support-desk/service.ts", import.meta.url));
const HOUR_MS = 3_600_000;
/** So long that only what never comes meets it. */
const PATIENCE_MS = 30_000;

/** Waits until something is so. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) assert.fail(`it never came about: ${what}`);
    await pause(10);
  }
}

function collectLines(stream: NodeJS.ReadableStream | null): string[] {
  const lines: string[] = [];
  if (stream !== null) createInterface({ input: stream }).on("line", (line) => lines.push(line));
  return lines;
}

function startService(world: World, otlpUrl: string, env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, ["--require", "agent-observatory/register", SERVICE], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      OTEL_SERVICE_NAME: "support-desk",
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
      PORT: "0",
      OPERATOR_PORT: "0",
      ...world.env,
      ...env,
    },
  });
}

/** With a Postgres of its own, which has to be installed; sends what it tells of itself to `otlpUrl`. */
export async function startDesk(otlpUrl: string, env: Readonly<Record<string, string>> = {}): Promise<Desk> {
  const world = await startWorld({ logStatements: true });
  const child = startService(world, otlpUrl, env);
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const stdout = collectLines(child.stdout);
  const stderr = collectLines(child.stderr);
  const listening = (): Line | undefined =>
    stdout.map((line) => JSON.parse(line) as Line).find(({ message }) => message === "support desk listens");
  await until(`the desk listens\n${stderr.join("\n")}`, () => listening() !== undefined || child.exitCode !== null);
  const { port, operator_port: operatorPort } = listening() ?? assert.fail(stderr.join("\n"));

  const fetched = async (url: string, init: RequestInit): Promise<Answered> => {
    const response = await fetch(url, init);
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  const asked: string[] = [];
  const ask: Desk["ask"] = async (path, user, body, headers = {}) => {
    const method = body === undefined ? "GET" : "POST";
    const answered = await fetched(`http://127.0.0.1:${String(port)}${path}`, {
      method,
      headers: { "content-type": "application/json", "x-user-id": user, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    asked.push(`${method} ${path} ${answered.status}`);
    return answered;
  };
  const askOperator = (path: string): Promise<Answered> =>
    fetched(`http://127.0.0.1:${String(operatorPort)}${path}`, {});

  return {
    world,
    asked,
    ask,
    say: async (session, user, text) => {
      const { status, body } = await ask(`/sessions/${session}/messages`, user, { text });
      return { ...(JSON.parse(body) as object), status };
    },
    askStaff: (path, body) => ask(`/staff${path}`, "kim", body, { authorization: `Bearer ${STAFF_TOKEN}` }),
    askOperator,
    scraped: async (metric, labels = {}) => {
      const { body } = await askOperator("/metrics");
      const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
      return body
        .split("\n")
        .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
        .filter((line) => wanted.every((label) => line.includes(label)))
        .reduce((sum, line) => sum + Number(/(?:\}|^\w+) (\S+)/.exec(line)?.[1]), 0);
    },
    stop: async () => {
      child.kill("SIGTERM");
      const [code, signal] = await exited;
      return { code, signal };
    },
    get lines() {
      return stdout.map((line) => JSON.parse(line) as Line);
    },
    stderr,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
      await world.close();
    },
  };
}

export async function runSupportDesk(env: Readonly<Record<string, string>> = {}): Promise<RunningDesk> {
  const observatory = await runObservatory();
  const desk = await startDesk(observatory.urls.otlpHttp, env).catch(async (error: unknown) => {
    await observatory[Symbol.asyncDispose]();
    throw error;
  });
  const { prometheus, loki } = createBackends({ url: observatory.urls.web });
  return {
    ...desk,
    // A copy would have those of now.
    get lines() {
      return desk.lines;
    },
    observatory,
    stored: async (metric, by = []) => {
      const { result } = await prometheus.query(
        `sum by (${by.join()}) (last_over_time(${metric}{job="support-desk"}[1h]))`,
      );
      const series = "series" in result ? result.series : [];
      const named = ({ labels }: (typeof series)[number]) => by.map((name) => labels[name] ?? "").join("/");
      // Sums of prices are not to end in the dust of binary fractions.
      return Object.fromEntries(series.map((one) => [named(one), Number((one.points[0]?.value ?? 0).toFixed(9))]));
    },
    storedLines: async (query = "") => {
      const answer = await loki.queryRange(`{service_name="support-desk"} ${query}`, {
        startMs: Date.now() - HOUR_MS,
        endMs: Date.now() + HOUR_MS,
        limit: 5000,
        direction: "forward",
      });
      return answer.type === "lines" ? answer.entries : [];
    },
    [Symbol.asyncDispose]: async () => {
      await desk[Symbol.asyncDispose]();
      await observatory[Symbol.asyncDispose]();
    },
  };
}
