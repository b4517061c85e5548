/**
 * What one call of ours costs in processor time: `node benchmarks/calls/run.ts [--rounds 7 --metric-calls 300000 --wrapped-calls 10000]`, all
 * rows or those whose titles have what `--only` says. Metric calls next to raw prom-client (aim: at most 1.2 times), wrapped calls next to a
 * raw span of OpenTelemetry with the same attributes (at most 3 times).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { loadavg } from "node:os";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { decodeTraces } from "../../src/ingest/index.ts";
import { formatTable, type Summary, summarize } from "../summary.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    "metric-calls": { type: "string", default: "300000" },
    "wrapped-calls": { type: "string", default: "10000" },
    only: { type: "string", default: "" },
  },
});
const [rounds, metricCalls, wrappedCalls] = [flags.rounds, flags["metric-calls"], flags["wrapped-calls"]].map(Number);
if (![rounds, metricCalls, wrappedCalls].every((value) => Number.isInteger(value) && value! > 0)) {
  throw new Error("--rounds, --metric-calls and --wrapped-calls must be whole numbers above 0");
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const OURS = ["--require", at("../../register.cjs")];
const OPEN_TELEMETRY = ["--require", at("raw-tracing.cjs")];

/** One way of making a call. */
type Way = { readonly nodeArgs: readonly string[]; readonly program: string; readonly args: readonly string[] };
type Row = { readonly title: string; readonly aim: number; readonly ours: Way; readonly raw: Way; readonly bare?: Way };

const metric = (variant: string, nodeArgs: readonly string[] = []): Way => ({
  nodeArgs,
  program: "metric-calls.mjs",
  args: [variant, String(metricCalls)],
});
const metricRow = (title: string, ours: string, raw: string): Row => ({
  title,
  aim: 1.2,
  ours: metric(ours, OURS),
  raw: metric(raw),
});
const wrapped = (kind: string, how: string, nodeArgs: readonly string[] = []): Way => ({
  nodeArgs,
  program: "wrapped-calls.mjs",
  args: [kind, how, String(wrappedCalls)],
});
const wrappedRow = (title: string, kind: string): Row => ({
  title,
  aim: 3,
  ours: wrapped(kind, "ours", OURS),
  raw: wrapped(kind, "raw", OPEN_TELEMETRY),
  bare: wrapped(kind, "bare"),
});
const ROWS: readonly Row[] = [
  metricRow("counter, 3 labels", "counter", "raw-counter"),
  metricRow("counter with exemplar", "counter-exemplar", "raw-counter-exemplar"),
  metricRow("gauge, 1 label", "gauge", "raw-gauge"),
  metricRow("histogram, 3 labels", "histogram", "raw-histogram"),
  metricRow("histogram with exemplar", "histogram-exemplar", "raw-histogram-exemplar"),
  metricRow("recordCache(…): a counter", "recordCache", "raw-counter"),
  metricRow("recordCache(…) with duration: counter, histogram", "recordCache-duration", "raw-counter-and-histogram"),
  metricRow("setQueueDepth(…): a gauge", "setQueueDepth", "raw-gauge"),
  wrappedRow("tool(…)", "tool"),
  wrappedRow("agent(…)", "agent"),
  wrappedRow("llm(…) with usage: priced", "llm"),
  wrappedRow("llm(…) with usage and a line of JSON", "llm-line"),
].filter(({ title }) => title.includes(flags.only));

let spansTaken = 0;
const receiver = createServer(async (incoming, response) => {
  const raw = await buffer(incoming);
  if (incoming.url === "/v1/traces") {
    spansTaken += decodeTraces(
      incoming.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw,
      "protobuf",
    ).length;
  }
  response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
});
receiver.listen(0, "127.0.0.1");
await once(receiver, "listening");
const otlpUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

/** Nanoseconds of a call. Throws where spans were lost: who drops them is cheap. */
async function measure({ nodeArgs, program, args }: Way): Promise<number> {
  spansTaken = 0;
  const child = spawn(process.execPath, [...nodeArgs, at(program), ...args], {
    cwd: at("."),
    env: {
      PATH: process.env["PATH"],
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
      OTEL_SERVICE_NAME: "benchmark",
      // Of the raw SDK; ours counts in any case, and tells of it.
      ...(nodeArgs === OPEN_TELEMETRY && { OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" }),
    },
    stdio: ["ignore", openSync("/dev/null", "w"), "inherit", "pipe"],
    timeout: 120_000,
  });
  const reported = text(child.stdio[3] as NodeJS.ReadableStream);
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}`);
  const expected = program === "wrapped-calls.mjs" && nodeArgs.length > 0 ? wrappedCalls! * 2 : 0;
  if (spansTaken !== expected) throw new Error(`${args.join(" ")}: ${spansTaken} spans came of ${expected}`);
  return (JSON.parse(await reported) as { ns: number }).ns;
}

const loadBefore = loadavg()[0]!;
const startMs = performance.now();
/** Ways that several rows are compared with are measured once a round. */
const samples = new Map<string, number[]>();
const keyOf = ({ program, args }: Way): string => `${program} ${args.join(" ")}`;
const ways = new Map(
  ROWS.flatMap(({ raw, ours, bare }) => [raw, ours, ...(bare === undefined ? [] : [bare])]).map((way) => [
    keyOf(way),
    way,
  ]),
);
for (let round = 0; round < rounds!; round++) {
  for (const [key, way] of ways) {
    const measured = await measure(way);
    samples.set(key, [...(samples.get(key) ?? []), measured]);
  }
}
receiver.close();

/** What a call costs more than without being observed. */
const costOf = (way: Way, bare: Way | undefined): Summary => {
  const base = bare === undefined ? 0 : summarize(samples.get(keyOf(bare))!, undefined)!.median;
  return summarize(
    samples.get(keyOf(way))!.map((ns) => ns - base),
    undefined,
  )!;
};
const shown = ({ median, p10, p90 }: Summary): string => {
  const [unit, digits] = median < 1000 ? [1, 0] : [1000, 1];
  const [middle, low, high] = [median, p10, p90].map((ns) => (ns / unit).toFixed(digits));
  return `${middle} (${low}–${high}) ${unit === 1 ? "ns" : "µs"}`;
};
const results = ROWS.map(({ title, aim, ours, raw, bare }) => {
  const [mine, theirs] = [costOf(ours, bare), costOf(raw, bare)];
  return { title, aim, ours: mine, raw: theirs, ratio: mine.median / theirs.median };
});
const seconds = Math.round((performance.now() - startMs) / 1000);
console.log(`${rounds} rounds, ${seconds} s; Node ${process.version}, load average before: ${loadBefore.toFixed(2)}`);
console.log("CPU time of a call, each in a process of its own: median (p10–p90)\n");
console.log(
  formatTable([
    ["a call", "raw", "agent-observatory", "times raw", "aim"],
    ...results.map(({ title, aim, ours, raw, ratio }) => [
      title,
      shown(raw),
      shown(ours),
      ratio <= aim ? ratio.toFixed(2) : `**${ratio.toFixed(2)}**`,
      `≤ ${aim}`,
    ]),
  ]),
);
const rounded = (_: string, value: unknown): unknown => (typeof value === "number" ? Number(value.toFixed(3)) : value);
console.log(
  `\n${JSON.stringify({ benchmark: "calls", rounds, metricCalls, wrappedCalls, loadBefore, results }, rounded)}`,
);
