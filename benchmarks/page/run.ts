/**
 * How long the page takes, in a browser with nothing in its cache: Home of a warm process that has a million spans, and traces of ten and of fifty
 * thousand spans, whose answers the real Jaeger gives as well. `node benchmarks/page/run.ts [--spans 1000000] [--embedded-only]`
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { launchBrowser } from "../../tests/browser/harness.ts";
import { startServed } from "../../tests/embedded/served.ts";
import { findWhatIsMissing } from "../../tests/stack/support/docker.ts";
import { startRealBackends } from "../../tests/stack/support/real-backends.ts";
import { askUntil, sendAll, timed } from "../embedded/client.ts";
import { RULE_METRICS, SPANS_PER_TRACE, samples, traceBatches, traceIdOf } from "../embedded/payloads.ts";
import { formatTable, summarize } from "../summary.ts";
import { LARGE_ROOT, largeTrace, largeTraceId } from "./large-trace.ts";

const { values: flags } = parseArgs({
  options: { spans: { type: "string", default: "1000000" }, "embedded-only": { type: "boolean", default: false } },
});
const storedSpans = Number(flags.spans);
if (!(Number.isInteger(storedSpans) && storedSpans >= 1000))
  throw new Error(`--spans must be a whole number of at least 1000, got ${flags.spans}`);

const LARGE = [10_000, 50_000] as const;
const TIMES = 7;
const STEP_MS = 15_000;
const HOUR_MS = 3_600_000;
const SERIES = 20;
const tracePath = (spans: number): string => `/api/traces/${largeTraceId(spans)}`;
/** Turns of the wheel over a trace. */
const TURNS = 60;

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

/** Bytes that came before the first view was drawn, without answers of APIs. */
const BYTES = `performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
  .filter(({ name }) => !/\\/(?:api|loki)\\//.test(name)).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;
/** Milliseconds between frames, until \`stopFrames\` is set. */
const FRAMES = `new Promise((resolve) => {
  const gaps = [];
  let before = performance.now();
  const next = (now) => {
    gaps.push(now - before);
    before = now;
    if (window.stopFrames) resolve(gaps);
    else requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
})`;

type Figures = Readonly<Record<string, readonly number[]>>;
type Looked = { readonly drawn: readonly number[]; readonly bytes: number; readonly frames: readonly number[] };

/** Frames while one scrolls through what is drawn. */
async function scroll(page: Page): Promise<number[]> {
  const frames = page.evaluate(FRAMES) as Promise<number[]>;
  await page.mouse.move(700, 700);
  for (let turn = 0; turn < TURNS; turn++) await page.mouse.wheel(0, 700);
  await page.evaluate("window.stopFrames = true");
  return frames;
}

async function look(url: string, path: string, isDrawn: string): Promise<Looked> {
  const browser = await launchBrowser();
  const figures: number[] = [];
  const frames: number[] = [];
  let bytes = 0;
  try {
    // Nobody measures the first one: the browser starts its own processes with it.
    for (let time = 0; time <= TIMES; time++) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      await page.goto(`${url}${path}`, { waitUntil: "commit" });
      const ms = Number(await page.evaluate(isDrawn));
      if (time > 0) figures.push(ms);
      bytes = Number(await page.evaluate(BYTES));
      if (time > 0) frames.push(...(await scroll(page)));
      await context.close();
    }
  } finally {
    await browser.close();
  }
  return { drawn: figures, bytes, frames };
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
    const all = storedSpans / SPANS_PER_TRACE;
    // As programs sent them, one time after the other, and before the process counts anything of its own.
    const times = Array.from({ length: HOUR_MS / STEP_MS }, (_, at) => nowMs - HOUR_MS + at * STEP_MS);
    const counters = times.flatMap((time) =>
      RULE_METRICS.map((metric) => samples(metric, SERIES, [time], nowMs - HOUR_MS - 1000)),
    );
    await sendAll(served.otlp.metrics, counters, true);
    await sendAll(served.otlp.traces, traceBatches(0, all, nowMs));
    await askUntil(`${served.jaeger}/api/traces/${traceIdOf(all - 1)}`, (one) => spansIn(one) === SPANS_PER_TRACE);
    const figures: Record<string, readonly number[]> = {};
    const home = await look(served.jaeger, "/", HOME);
    figures["home"] = home.drawn;
    figures["bytes"] = [home.bytes];
    for (const spans of LARGE) {
      await postJson(served.otlp.traces, largeTrace(spans, nowMs));
      await askUntil(`${served.jaeger}${tracePath(spans)}`, (one) => spansIn(one) === spans);
      const { drawn: ms, frames } = await look(served.jaeger, `/trace/${largeTraceId(spans)}`, TRACE);
      figures[`trace ${spans}`] = ms;
      figures[`frames ${spans}`] = frames;
      figures[`api ${spans}`] = await timed(`${served.jaeger}${tracePath(spans)}`, TIMES);
    }
    return figures;
  } finally {
    await served.close();
  }
}

async function measureJaeger(): Promise<Figures> {
  const real = await startRealBackends();
  try {
    const figures: Record<string, readonly number[]> = {};
    for (const spans of LARGE) {
      await postJson(real.otlp.traces, largeTrace(spans, Date.now()));
      await askUntil(`${real.jaeger}${tracePath(spans)}`, (one) => spansIn(one) === spans);
      figures[`api ${spans}`] = await timed(`${real.jaeger}${tracePath(spans)}`, TIMES);
    }
    return figures;
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
    ["files of the first view", `${(Number(ours["bytes"]?.[0]) / 1000).toFixed(0)} kB (gzip)`, "–"],
    ...LARGE.flatMap((spans) => [
      [`trace of ${spans.toLocaleString("en")} spans, drawn`, cell(ours[`trace ${spans}`]), "–"],
      ["between frames while it is scrolled", cell(ours[`frames ${spans}`]), "–"],
      ["its answer of the API", cell(ours[`api ${spans}`]), cell(theirs[`api ${spans}`])],
    ]),
  ]),
);
console.log(
  `median (p10–p90) of ${TIMES}; load ${loadavg()[0]?.toFixed(1)}${missing === undefined ? "" : `; without Jaeger: ${missing}`}`,
);
