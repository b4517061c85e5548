/**
 * The embedded process next to the real Prometheus, Loki and Jaeger, on the same machine in the same run, with the same requests:
 * `node benchmarks/embedded/run.ts [--spans 1000000] [--embedded-only]`. docs/benchmarks.md explains each figure.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { startServed } from "../../tests/embedded/served.ts";
import { findWhatIsMissing } from "../../tests/stack/support/docker.ts";
import { type Backends, startRealBackends } from "../../tests/stack/support/real-backends.ts";
import { formatTable, summarize } from "../summary.ts";
import { ask, askUntil, sendAll, timed } from "./client.ts";
import {
  BATCH,
  LOG_SERVICE,
  logLine,
  logs,
  RULE_METRICS,
  SPANS_PER_TRACE,
  samples,
  traceBatches,
  traceIdOf,
} from "./payloads.ts";
import { containerPid, cpuSeconds, memoryMb } from "./processes.ts";

const { values: flags } = parseArgs({
  options: { spans: { type: "string", default: "1000000" }, "embedded-only": { type: "boolean", default: false } },
});
const storedSpans = Number(flags.spans);
if (!(Number.isInteger(storedSpans) && storedSpans >= 100_000)) {
  throw new Error(`--spans must be a whole number of at least 100000, got ${flags.spans}`);
}

const STARTS = 5;
const MEASURED_ITEMS = 100_000;
const HOUR_MS = 3_600_000;
const STEP_MS = 15_000;
const SERIES = 100;
const IDLE_MS = 60_000;
/** Of each of `RULE_METRICS`. */
const SERIES_PER_RULE_METRIC = 2000;

type Figures = Readonly<Record<string, number>>;
/** The process behind each signal. */
type Pids = Readonly<Record<"prometheus" | "loki" | "jaeger", number>>;

const median = (figures: readonly number[]): number => summarize(figures, undefined)?.median ?? Number.NaN;
const list = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Seconds by the clock and of CPU of one process, while `work` runs. */
async function spent(pid: number, work: () => Promise<void>): Promise<{ seconds: number; cpuSeconds: number }> {
  const [startMs, before] = [performance.now(), cpuSeconds(pid)];
  await work();
  return { seconds: (performance.now() - startMs) / 1000, cpuSeconds: cpuSeconds(pid) - before };
}

type PrometheusAnswer = {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
};
const isOneNumber =
  (wanted: number) =>
  (answer: unknown): boolean =>
    Number((answer as PrometheusAnswer).data.result[0]?.value[1]) === wanted;
const spansIn = (answer: unknown): number =>
  (answer as { readonly data: readonly { readonly spans: readonly unknown[] }[] }).data[0]?.spans.length ?? 0;

const traceUrl = ({ jaeger }: Pick<Backends, "jaeger">, trace: number): string =>
  `${jaeger}/api/traces/${traceIdOf(trace)}`;
const hasWholeTrace = (answer: unknown): boolean => spansIn(answer) === SPANS_PER_TRACE;

function instantUrl(base: string, query: string, timeMs: number): string {
  return `${base}/query?${new URLSearchParams({ query, time: String(timeMs / 1000) })}`;
}

/** Until everything can be asked for. Requests are made before the clock runs. */
async function measureIngest(backends: Backends, pids: Pids, nowMs: number): Promise<Figures> {
  const batches = MEASURED_ITEMS / BATCH;
  const spans = [...traceBatches(0, MEASURED_ITEMS / SPANS_PER_TRACE, nowMs)];
  const ofSpans = await spent(pids.jaeger, async () => {
    await sendAll(backends.otlp.traces, spans);
    await askUntil(traceUrl(backends, MEASURED_ITEMS / SPANS_PER_TRACE - 1), hasWholeTrace);
  });
  const lines = list(batches, (at) => logs(at * BATCH, BATCH, nowMs - 60_000));
  const last = `{service_name="${LOG_SERVICE}"} |= ${JSON.stringify(logLine(MEASURED_ITEMS - 1))}`;
  const ofLines = await spent(pids.loki, async () => {
    await sendAll(backends.otlp.logs, lines);
    await askUntil(
      instantUrl(`${backends.loki}/loki/api/v1`, `sum(count_over_time(${last}[5m]))`, nowMs),
      isOneNumber(1),
    );
  });
  const points = list(batches, (at) =>
    samples("bench_ingest", BATCH, [nowMs - (batches - at) * 1000], nowMs - HOUR_MS),
  );
  const counted = instantUrl(`${backends.prometheus}/api/v1`, "sum(count_over_time(bench_ingest_total[5m]))", nowMs);
  const ofPoints = await spent(pids.prometheus, async () => {
    // Samples of one series must come in order: one sender.
    await sendAll(backends.otlp.metrics, points, true);
    await askUntil(counted, isOneNumber(MEASURED_ITEMS));
  });
  return {
    spansPerSecond: MEASURED_ITEMS / ofSpans.seconds,
    spansCpuSeconds: ofSpans.cpuSeconds,
    linesPerSecond: MEASURED_ITEMS / ofLines.seconds,
    linesCpuSeconds: ofLines.cpuSeconds,
    samplesPerSecond: MEASURED_ITEMS / ofPoints.seconds,
    samplesCpuSeconds: ofPoints.cpuSeconds,
  };
}

async function measureRangeQueries(backends: Backends, pids: Pids, nowMs: number): Promise<Figures> {
  const start = nowMs - 24 * HOUR_MS;
  const requests: Buffer[] = [];
  // As a program that was cut off delivers what it kept: half an hour at once.
  for (let from = start; from < nowMs - STEP_MS; from += HOUR_MS / 2) {
    const times = list(120, (at) => from + at * STEP_MS).filter((time) => time < nowMs);
    requests.push(samples("bench_range", SERIES, times, start - 1000));
  }
  const sent = await spent(pids.prometheus, () => sendAll(backends.otlp.metrics, requests, true));
  const range = (query: string, stepSeconds: number): string =>
    `${backends.prometheus}/api/v1/query_range?${new URLSearchParams({
      query,
      start: String(start / 1000),
      end: String(nowMs / 1000),
      step: String(stepSeconds),
    })}`;
  const rate = range("sum by (model) (rate(bench_range_total[5m]))", 60);
  const raw = range("bench_range_total", 300);
  await timed(rate, 3);
  return {
    rangeSamplesPerSecond: (SERIES * 24 * 240) / sent.seconds,
    rangeRateMs: median(await timed(rate, 15)),
    rangeRawMs: median(await timed(raw, 15)),
  };
}

/** Fills up to the number of spans that is asked for, then looks for some of them. */
async function measureTraces(backends: Backends, nowMs: number): Promise<Figures> {
  const all = storedSpans / SPANS_PER_TRACE;
  await sendAll(backends.otlp.traces, traceBatches(MEASURED_ITEMS / SPANS_PER_TRACE, all, nowMs));
  await askUntil(traceUrl(backends, all - 1), hasWholeTrace);
  const figures: number[] = [];
  for (let i = 0; i < 200; i++) figures.push(...(await timed(traceUrl(backends, Math.floor((all * i) / 200)), 1)));
  for (let i = 0; i < 20; i++) {
    if (!hasWholeTrace(await ask(traceUrl(backends, Math.floor((all * i) / 20))))) throw new Error("a span is missing");
  }
  const search = new URLSearchParams({
    service: "agent-0",
    limit: "20",
    start: `${nowMs - 2 * HOUR_MS}000`,
    end: `${nowMs}000`,
    tags: '{"session.id":"session-7"}',
  });
  return {
    traceByIdMs: median(figures),
    traceByIdWorstMs: Math.max(...figures),
    traceSearchMs: median(await timed(`${backends.jaeger}/api/traces?${search}`, 5)),
  };
}

async function measure(backends: Backends, pids: Pids): Promise<Figures> {
  const nowMs = Math.floor(Date.now() / STEP_MS) * STEP_MS;
  const processes = [...new Set(Object.values(pids))];
  return {
    ...(await measureRangeQueries(backends, pids, nowMs)),
    ...(await measureIngest(backends, pids, nowMs)),
    ...(await measureTraces(backends, nowMs)),
    rssMb: memoryMb(processes, "VmRSS"),
    peakRssMb: memoryMb(processes, "VmHWM"),
  };
}

async function measureStart(): Promise<Figures> {
  const figures: number[] = [];
  let idleRssMb = Number.NaN;
  for (let i = 0; i < STARTS; i++) {
    const served = await startServed();
    figures.push(served.readyAfterMs);
    idleRssMb = memoryMb([served.pid], "VmRSS");
    await served.close();
  }
  return { readyMs: median(figures), readyWorstMs: Math.max(...figures), idleRssMb };
}

/** What the process takes by itself: rules, its own metrics, maintenance; then with series that the rules have to go through. */
async function measureIdle(): Promise<Figures> {
  const served = await startServed();
  try {
    const sinceMs = Date.now() - HOUR_MS;
    const push = (): Promise<void> => {
      const bodies = RULE_METRICS.map((metric) => samples(metric, SERIES_PER_RULE_METRIC, [Date.now()], sinceMs));
      return sendAll(served.otlp.metrics, bodies);
    };
    await sleep(5000);
    const idle = await spent(served.pid, () => sleep(IDLE_MS));
    const busy = await spent(served.pid, async () => {
      for (let pushes = 0; pushes < IDLE_MS / STEP_MS; pushes++) {
        await push();
        await sleep(STEP_MS);
      }
    });
    return {
      idleCpuPercent: (100 * idle.cpuSeconds) / idle.seconds,
      rulesCpuPercent: (100 * busy.cpuSeconds) / busy.seconds,
      rulesRssMb: memoryMb([served.pid], "VmRSS"),
    };
  } finally {
    await served.close();
  }
}

async function measureEmbedded(): Promise<Figures> {
  const alone = { ...(await measureStart()), ...(await measureIdle()) };
  const served = await startServed();
  try {
    const { pid } = served;
    return { ...alone, ...(await measure(served, { prometheus: pid, loki: pid, jaeger: pid })) };
  } finally {
    await served.close();
  }
}

async function measureReal(): Promise<Figures> {
  const missing = flags["embedded-only"] ? "--embedded-only" : findWhatIsMissing();
  if (missing !== undefined) {
    console.log(`Without the real back ends: ${missing}`);
    return {};
  }
  const backends = await startRealBackends();
  try {
    const { prometheus, loki, jaeger } = backends;
    return await measure(backends, {
      prometheus: containerPid(prometheus),
      loki: containerPid(loki),
      jaeger: containerPid(jaeger),
    });
  } finally {
    await backends.close();
  }
}

const TITLES: Readonly<Record<string, string>> = {
  readyMs: "ready after start, ms (median of 5)",
  readyWorstMs: "ready after start, ms (worst of 5)",
  idleRssMb: "RSS after start, MB",
  idleCpuPercent: "CPU at rest, % of a core",
  rulesCpuPercent: "CPU with 10,000 series pushed every 15 s and rules over them, % of a core",
  rulesRssMb: "RSS then, MB",
  spansPerSecond: "spans per second",
  spansCpuSeconds: "CPU for 100,000 spans, s",
  linesPerSecond: "log lines per second",
  linesCpuSeconds: "CPU for 100,000 log lines, s",
  samplesPerSecond: "samples per second",
  samplesCpuSeconds: "CPU for 100,000 samples, s",
  rangeSamplesPerSecond: "samples per second, 120 of a series at once",
  rangeRateMs: "query_range 24 h × 100 series, sum(rate[5m]), step 60 s, ms",
  rangeRawMs: "query_range 24 h × 100 series, raw, step 300 s, ms",
  traceByIdMs: `trace by id among ${storedSpans} spans, ms (median of 200)`,
  traceByIdWorstMs: `trace by id among ${storedSpans} spans, ms (worst of 200)`,
  traceSearchMs: "search of 20 traces by tag, ms",
  rssMb: "RSS at the end, MB",
  peakRssMb: "peak RSS, MB",
};

const loadBefore = loadavg()[0] as number;
const embedded = await measureEmbedded();
// Said at once: what follows may fail for want of a container.
console.log(JSON.stringify({ embedded }));
const loadBetween = loadavg()[0] as number;
const real = await measureReal();

const show = (value: number | undefined): string =>
  value === undefined ? "–" : value >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toFixed(1);
const rows = Object.entries(TITLES).map(([key, title]) => [title, show(embedded[key]), show(real[key])]);
console.log(`Node ${process.version}, load average before ${loadBefore.toFixed(2)}, between ${loadBetween.toFixed(2)}`);
console.log(`\n${formatTable([["", "embedded", "Prometheus, Loki, Jaeger"], ...rows])}`);
console.log(`\n${JSON.stringify({ loadBefore, loadBetween, spans: storedSpans, embedded, real })}`);
