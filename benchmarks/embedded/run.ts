/**
 * The embedded process next to the real Prometheus, Loki and Jaeger, on the same machine in the same run, with the same requests:
 * `node benchmarks/embedded/run.ts [--spans 1000000] [--embedded-only]`. docs/benchmarks.md explains each figure.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { type Served, startServed } from "../../tests/embedded/served.ts";
import { findWhatIsMissing } from "../../tests/stack/support/docker.ts";
import { type Backends, startRealBackends } from "../../tests/stack/support/real-backends.ts";
import { formatTable, summarize } from "../summary.ts";
import { logs, SPANS_PER_TRACE, samples, traceIdOf, traces } from "./payloads.ts";

const { values: flags } = parseArgs({
  options: { spans: { type: "string", default: "1000000" }, "embedded-only": { type: "boolean", default: false } },
});
const storedSpans = Number(flags.spans);
if (!(Number.isInteger(storedSpans) && storedSpans >= 20_000)) {
  throw new Error(`--spans must be a whole number of at least 20000, got ${flags.spans}`);
}

const STARTS = 5;
const SENDERS = 4;
const BATCH = 500;
const MEASURED_ITEMS = 100_000;
const HOUR = 3_600_000;
const STEP_MS = 15_000;
const SERIES = 100;

const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });

function post(url: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: "POST", agent, headers: { "content-type": "application/x-protobuf" } },
      (response) => {
        response.resume();
        response.on("end", () => {
          const status = response.statusCode ?? 0;
          if (status < 300) resolve();
          // A full queue asks for patience, as an exporter would have.
          else if (status === 429 || status === 503) setTimeout(() => resolve(post(url, body)), 100);
          else reject(new Error(`${url} answered ${status}`));
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Sends all requests over a few connections; seconds from the first to the last answer. */
async function sendAll(url: string, bodies: Iterable<Buffer>): Promise<number> {
  const iterator = bodies[Symbol.iterator]();
  const startMs = performance.now();
  const sender = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await post(url, next.value);
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return (performance.now() - startMs) / 1000;
}

async function timed(url: string, times: number): Promise<number[]> {
  const figures: number[] = [];
  for (let i = 0; i < times; i++) {
    const startMs = performance.now();
    const response = await fetch(url);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    figures.push(performance.now() - startMs);
  }
  return figures;
}

const median = (figures: readonly number[]): number => summarize(figures, undefined)?.median ?? Number.NaN;
const worst = (figures: readonly number[]): number => Math.max(...figures);

function rssMb(pid: number, member: "VmRSS" | "VmHWM" = "VmRSS"): number {
  const [, kb = "NaN"] = new RegExp(`${member}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kb) / 1024;
}

type Figures = Record<string, number | undefined>;

/** Requests are made before the clock runs. */
async function measureIngest(backends: Backends, nowMs: number): Promise<Figures> {
  const list = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const batches = MEASURED_ITEMS / BATCH;
  const spans = list(batches, (index) => traces((index * BATCH) / SPANS_PER_TRACE, BATCH / SPANS_PER_TRACE, nowMs));
  const lines = list(batches, (index) => logs(index * BATCH, BATCH, nowMs - 60_000));
  const points = list(batches, (index) =>
    samples("bench_ingest", BATCH, [nowMs - (batches - index) * 1000], nowMs - HOUR),
  );
  return {
    spansPerSecond: MEASURED_ITEMS / (await sendAll(backends.otlp.traces, spans)),
    linesPerSecond: MEASURED_ITEMS / (await sendAll(backends.otlp.logs, lines)),
    // Samples of one series must come in order: one sender.
    samplesPerSecond: MEASURED_ITEMS / (await inOrder(backends.otlp.metrics, points)),
  };
}

async function inOrder(url: string, bodies: readonly Buffer[]): Promise<number> {
  const startMs = performance.now();
  for (const body of bodies) await post(url, body);
  return (performance.now() - startMs) / 1000;
}

async function measureRangeQueries(backends: Backends, nowMs: number): Promise<Figures> {
  const start = Math.floor((nowMs - 24 * HOUR) / STEP_MS) * STEP_MS;
  // An hour has 240 samples of each series; a request has 30 minutes of them.
  const requests: Buffer[] = [];
  for (let from = start; from < nowMs - STEP_MS; from += HOUR / 2) {
    const times = Array.from({ length: 120 }, (_, index) => from + index * STEP_MS).filter((time) => time < nowMs);
    requests.push(samples("bench_range", SERIES, times, start - 1000));
  }
  const seconds = await inOrder(backends.otlp.metrics, requests);
  const ask = (query: string, step: number): string =>
    `${backends.prometheus}/api/v1/query_range?${new URLSearchParams({ query, start: `${start / 1000}`, end: `${nowMs / 1000}`, step: `${step}` })}`;
  const rate = ask("sum by (model) (rate(bench_range_total[5m]))", 60);
  const raw = ask("bench_range_total", 300);
  await timed(rate, 3);
  return {
    rangeSamplesPerSecond: (SERIES * 24 * 240) / seconds,
    rangeRateMs: median(await timed(rate, 15)),
    rangeRawMs: median(await timed(raw, 15)),
  };
}

async function measureTraces(backends: Backends, nowMs: number): Promise<Figures> {
  const known = MEASURED_ITEMS / SPANS_PER_TRACE;
  const all = storedSpans / SPANS_PER_TRACE;
  const perRequest = BATCH / SPANS_PER_TRACE;
  function* rest(): Generator<Buffer> {
    for (let first = known; first < all; first += perRequest)
      yield traces(first, Math.min(perRequest, all - first), nowMs);
  }
  await sendAll(backends.otlp.traces, rest());
  const figures: number[] = [];
  for (let i = 0; i < 200; i++) {
    const trace = Math.floor((all * i) / 200);
    figures.push(...(await timed(`${backends.jaeger}/api/traces/${traceIdOf(trace)}`, 1)));
  }
  const search = new URLSearchParams({
    service: "agent-0",
    limit: "20",
    start: `${nowMs - HOUR}000`,
    end: `${nowMs + HOUR}000`,
    tags: '{"session.id":"session-7"}',
  });
  return {
    traceByIdMs: median(figures),
    traceByIdWorstMs: worst(figures),
    traceSearchMs: median(await timed(`${backends.jaeger}/api/traces?${search}`, 5)),
  };
}

async function measureStart(): Promise<Figures> {
  const figures: number[] = [];
  let idle = Number.NaN;
  for (let i = 0; i < STARTS; i++) {
    const served = await startServed();
    figures.push(served.readyAfterMs);
    idle = rssMb(served.pid);
    await served.close();
  }
  return { readyMs: median(figures), readyWorstMs: worst(figures), idleRssMb: idle };
}

async function measure(backends: Backends): Promise<Figures> {
  const nowMs = Math.floor(Date.now() / STEP_MS) * STEP_MS;
  return {
    ...(await measureRangeQueries(backends, nowMs)),
    ...(await measureIngest(backends, nowMs)),
    ...(await measureTraces(backends, nowMs)),
  };
}

/** Memory of what runs in containers of these images, in sum. */
function containersRssMb(): number {
  const { stdout } = spawnSync("docker", ["ps", "--quiet", "--no-trunc"], { encoding: "utf8" });
  const pids = stdout
    .trim()
    .split("\n")
    .map((id) => spawnSync("docker", ["inspect", "--format", "{{.State.Pid}}", id], { encoding: "utf8" }).stdout);
  return pids.reduce((sum, pid) => sum + rssMb(Number(pid)), 0);
}

const TITLES: Readonly<Record<string, string>> = {
  readyMs: "ready after start, ms (median)",
  readyWorstMs: "ready after start, ms (worst)",
  idleRssMb: "RSS after start, MB",
  spansPerSecond: "spans taken per second",
  linesPerSecond: "log lines taken per second",
  samplesPerSecond: "samples taken per second",
  rangeSamplesPerSecond: "samples taken per second, 120 of a series at once",
  rangeRateMs: "query_range 24 h × 100 series, sum(rate[5m]), step 60 s, ms",
  rangeRawMs: "query_range 24 h × 100 series, raw, step 300 s, ms",
  traceByIdMs: `trace by id among ${storedSpans} spans, ms (median)`,
  traceByIdWorstMs: `trace by id among ${storedSpans} spans, ms (worst of 200)`,
  traceSearchMs: "search of 20 traces by tag, ms",
  rssMb: "RSS at the end, MB",
  peakRssMb: "peak RSS, MB",
};

async function main(): Promise<void> {
  const loadBefore = loadavg()[0] as number;
  const start = await measureStart();
  let served: Served | undefined = await startServed();
  let embedded: Figures;
  try {
    embedded = { ...start, ...(await measure(served)) };
    embedded["rssMb"] = rssMb(served.pid);
    embedded["peakRssMb"] = rssMb(served.pid, "VmHWM");
  } finally {
    await served.close();
    served = undefined;
  }

  let real: Figures = {};
  const missing = flags["embedded-only"] ? "--embedded-only" : findWhatIsMissing();
  if (missing !== undefined) console.log(`Without the real back ends: ${missing}`);
  else {
    const backends = await startRealBackends();
    try {
      real = await measure(backends);
      real["rssMb"] = containersRssMb();
    } finally {
      await backends.close();
    }
  }

  const show = (value: number | undefined): string =>
    value === undefined ? "–" : value >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toFixed(1);
  const rows = Object.entries(TITLES).map(([key, title]) => [title, show(embedded[key]), show(real[key])]);
  console.log(`Node ${process.version}, load average before: ${loadBefore.toFixed(2)}`);
  console.log(`\n${formatTable([["", "embedded", "Prometheus, Loki, Jaeger"], ...rows])}`);
  console.log(`\n${JSON.stringify({ loadBefore, spans: storedSpans, embedded, real })}`);
}

await main();
