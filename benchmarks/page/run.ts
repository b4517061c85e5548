/**
 * How long the page takes, in a browser with nothing in its cache: Home of a warm process that has a million spans, and a trace of ten thousand
 * spans, whose answer the real Jaeger gives as well. `node benchmarks/page/run.ts [--spans 1000000] [--embedded-only]`
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { launchBrowser } from "../../tests/browser/harness.ts";
import { startServed } from "../../tests/embedded/served.ts";
import { findWhatIsMissing } from "../../tests/stack/support/docker.ts";
import { startRealBackends } from "../../tests/stack/support/real-backends.ts";
import { askUntil, sendAll, timed } from "../embedded/client.ts";
import { SPANS_PER_TRACE, samples, traceIdOf, traces } from "../embedded/payloads.ts";
import { formatTable, summarize } from "../summary.ts";
import { LARGE_ROOT, LARGE_TRACE_ID, largeTrace } from "./large-trace.ts";

const { values: flags } = parseArgs({
  options: { spans: { type: "string", default: "1000000" }, "embedded-only": { type: "boolean", default: false } },
});
const storedSpans = Number(flags.spans);
if (!(Number.isInteger(storedSpans) && storedSpans >= 1000))
  throw new Error(`--spans must be a whole number of at least 1000, got ${flags.spans}`);

const LARGE_SPANS = 10_000;
const TIMES = 7;
const BATCH = 500;
const STEP_MS = 15_000;
const HOUR_MS = 3_600_000;
const METRICS = ["llm_requests", "llm_tokens", "llm_cost_usd", "agent_requests", "agent_tool_calls"];
const SERIES = 20;
const TRACE_PATH = `/api/traces/${LARGE_TRACE_ID}`;

/** Resolves in the page when what is looked for is drawn and nothing is a placeholder any more; milliseconds since the navigation began. */
const drawn = (isThere: string): string => `new Promise((resolve) => {
  const look = () => {
    const isDrawn = ${isThere} && document.querySelector('main [class*="skeleton"]') === null;
    if (isDrawn) requestAnimationFrame(() => resolve(performance.now()));
    else requestAnimationFrame(look);
  };
  look();
})`;

const HOME = drawn(`document.querySelector("main h1") !== null`);
const TRACE = drawn(`document.querySelector("main")?.textContent.includes(${JSON.stringify(LARGE_ROOT)})`);

type Figures = Readonly<Record<string, readonly number[]>>;

async function look(url: string, path: string, isDrawn: string): Promise<number[]> {
  const browser = await launchBrowser();
  const figures: number[] = [];
  try {
    // Nobody measures the first one: the browser starts its own processes with it.
    for (let time = 0; time <= TIMES; time++) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      await page.goto(`${url}${path}`, { waitUntil: "commit" });
      const ms = Number(await page.evaluate(isDrawn));
      if (time > 0) figures.push(ms);
      await context.close();
    }
  } finally {
    await browser.close();
  }
  return figures;
}

const postJson = async (url: string, bodies: Iterable<string>): Promise<void> => {
  for (const body of bodies) {
    const { ok, status } = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    if (!ok) throw new Error(`expected ${url} to take the trace, got ${status}`);
  }
};
const spansIn = (answer: unknown): number =>
  (answer as { readonly data: readonly { readonly spans: readonly unknown[] }[] }).data[0]?.spans.length ?? 0;

async function measureEmbedded(): Promise<Figures> {
  const served = await startServed({ stderr: "ignore" });
  try {
    const nowMs = Math.floor(Date.now() / STEP_MS) * STEP_MS;
    const perBatch = BATCH / SPANS_PER_TRACE;
    const all = storedSpans / SPANS_PER_TRACE;
    function* spans(): Generator<Buffer> {
      for (let first = 0; first < all; first += perBatch) yield traces(first, perBatch, nowMs);
    }
    // As programs sent them, one time after the other, and before the process counts anything of its own.
    const times = Array.from({ length: HOUR_MS / STEP_MS }, (_, at) => nowMs - HOUR_MS + at * STEP_MS);
    const counters = times.flatMap((time) =>
      METRICS.map((metric) => samples(metric, SERIES, [time], nowMs - HOUR_MS - 1000)),
    );
    await sendAll(served.otlp.metrics, counters, true);
    await sendAll(served.otlp.traces, spans());
    await askUntil(`${served.jaeger}/api/traces/${traceIdOf(all - 1)}`, (one) => spansIn(one) === SPANS_PER_TRACE);
    await postJson(served.otlp.traces, largeTrace(LARGE_SPANS, nowMs));
    await askUntil(`${served.jaeger}${TRACE_PATH}`, (one) => spansIn(one) === LARGE_SPANS);
    return {
      home: await look(served.jaeger, "/", HOME),
      trace: await look(served.jaeger, `/trace/${LARGE_TRACE_ID}`, TRACE),
      api: await timed(`${served.jaeger}${TRACE_PATH}`, TIMES),
    };
  } finally {
    await served.close();
  }
}

async function measureJaeger(): Promise<Figures> {
  const real = await startRealBackends();
  try {
    await postJson(real.otlp.traces, largeTrace(LARGE_SPANS, Date.now()));
    await askUntil(`${real.jaeger}${TRACE_PATH}`, (one) => spansIn(one) === LARGE_SPANS);
    return { api: await timed(`${real.jaeger}${TRACE_PATH}`, TIMES) };
  } finally {
    await real.close();
  }
}

const cell = (figures: readonly number[] | undefined): string => {
  const summary = figures === undefined ? undefined : summarize(figures, undefined);
  return summary === undefined
    ? "–"
    : `${summary.median.toFixed(0)} ms (${summary.p10.toFixed(0)}–${summary.p90.toFixed(0)})`;
};

const missing = flags["embedded-only"] ? "--embedded-only" : findWhatIsMissing();
const ours = await measureEmbedded();
const theirs: Figures = missing === undefined ? await measureJaeger() : {};
console.log(
  formatTable([
    ["", "agent-observatory", "Jaeger"],
    [`first view, ${storedSpans.toLocaleString("en")} spans stored`, cell(ours["home"]), "–"],
    [`trace of ${LARGE_SPANS.toLocaleString("en")} spans, drawn`, cell(ours["trace"]), "–"],
    ["the same trace, answer of the API", cell(ours["api"]), cell(theirs["api"])],
  ]),
);
console.log(
  `median (p10–p90) of ${TIMES}; load ${loadavg()[0]?.toFixed(1)}${missing === undefined ? "" : `; without Jaeger: ${missing}`}`,
);
