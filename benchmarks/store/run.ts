/**
 * What the store does on this machine: `node benchmarks/store/run.ts [spans]`. Writes into a new directory below the system's temporary one,
 * which it removes. Batches of 500 and a commit after each, as ingestion does under load.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import {
  createLabelSet,
  createLabels,
  createMatcher,
  type LabelSet,
  type NewLogLine,
  type NewSample,
  type Span,
} from "../../src/signals/index.ts";
import { openStoreReader, openStoreWriter, type StoreWriter, type WriteBatch } from "../../src/store/index.ts";

const SPANS = Number(process.argv[2] ?? 1_000_000);
const BATCH = 500;
const DAY_MS = 86_400_000;
const MIDNIGHT_MS = Date.parse("2026-11-21T00:00:00Z");

const report = (what: string, figure: string): void => console.log(`${what.padEnd(58)}${figure}`);
const rate = (count: number, ms: number): string => `${Math.round((count / ms) * 1000).toLocaleString("en")} /s`;

/** Milliseconds of the middle one of several runs. */
function median(runs: number, work: () => void): number {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] as number;
}

/** A store whose clock stands at the end of the day that is written. */
function withStore(name: string, work: (writer: StoreWriter, directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), `store-bench-${name}-`));
  const clock = { nowMs: () => MIDNIGHT_MS + DAY_MS - 1 + performance.now() };
  const writer = openStoreWriter({ directory, clock, retention: { maxAgeMs: 7 * DAY_MS, maxBytes: 64e9 } });
  try {
    work(writer, directory);
  } finally {
    writer.close();
    rmSync(directory, { recursive: true });
  }
}

/** Writes and commits; the time of it, with the maintenance that falls into it. */
function ingest(
  writer: StoreWriter,
  batches: Iterable<WriteBatch>,
): { readonly ms: number; readonly slowestMs: number } {
  let [ms, slowestMs, lastMaintainedMs] = [0, 0, 0];
  for (const batch of batches) {
    const start = performance.now();
    writer.write(batch);
    writer.commit();
    // Every two seconds of its own time.
    if (ms - lastMaintainedMs > 2000) {
      writer.maintain();
      lastMaintainedMs = ms;
    }
    const took = performance.now() - start;
    ms += took;
    slowestMs = Math.max(slowestMs, took);
  }
  return { ms, slowestMs };
}

function* inBatches<Item>(items: Iterable<Item>, wrap: (items: Item[]) => WriteBatch): Generator<WriteBatch> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield wrap(batch);
    batch = [];
  }
  if (batch.length > 0) yield wrap(batch);
}

const seriesOf = (count: number): LabelSet[] =>
  Array.from({ length: count }, (_, index) =>
    createLabelSet(
      createLabels([
        ["__name__", `metric_${index % 50}_total`],
        ["job", "agents"],
        ["instance", `host-${Math.floor(index / 50)}:9464`],
        ["agent_name", `agent-${index % 7}`],
        ["model", `model-${index % 3}`],
      ]),
    ),
  );

function* samplesOf(series: readonly LabelSet[], stepMs: number, steps: number): Generator<NewSample> {
  const counters = new Float64Array(series.length);
  for (let step = 0; step < steps; step += 1) {
    for (let index = 0; index < series.length; index += 1) {
      counters[index] = (counters[index] as number) + ((step * 7 + index) % 13);
      const timeMs = MIDNIGHT_MS + step * stepMs + (index % 40);
      yield { series: series[index] as LabelSet, timeMs, value: counters[index] as number };
    }
  }
}

function benchSamples(): void {
  withStore("samples", (writer, directory) => {
    const series = seriesOf(5000);
    const batches = [...inBatches(samplesOf(series, 15_000, 400), (samples) => ({ samples }))];
    const { ms, slowestMs } = ingest(writer, batches);
    report(
      "samples: 2,000,000 of 5,000 series, written and committed",
      `${rate(2_000_000, ms)}, slowest ${slowestMs.toFixed(0)} ms`,
    );
    const start = performance.now();
    while (writer.maintain());
    report("samples: compaction of what was left", `${(performance.now() - start).toFixed(0)} ms`);
    void directory;
  });
  withStore("range", (writer, directory) => {
    const series = seriesOf(1000);
    const steps = DAY_MS / 15_000;
    let batches = 0;
    for (const batch of inBatches(samplesOf(series, 15_000, steps), (samples) => ({ samples }))) {
      writer.write(batch);
      writer.commit();
      if (++batches % 200 === 0) writer.maintain();
    }
    while (writer.maintain());
    // The file alone: the log beside it is of one size, whatever is stored.
    const { size } = statSync(join(directory, "data", "2026-11-21.sqlite"));
    report("samples: bytes on disk for each, 1,000 counters over 24 h", (size / writer.usage().samples).toFixed(2));
    const reader = openStoreReader({ directory, clock: { nowMs: () => MIDNIGHT_MS } });
    const matchers = [createMatcher("__name__", "=", "metric_7_total"), createMatcher("instance", "=~", "host-.*")];
    const hundred = [createMatcher("__name__", "=~", "metric_(1|2|3|4|5)_total")];
    const all = [createMatcher("job", "=", "agents")];
    const first = performance.now();
    const count = reader.select(hundred, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS).length;
    report(`samples: first select of ${count} series over 24 h`, `${(performance.now() - first).toFixed(1)} ms`);
    const selected = (list: typeof all, hours: number) => () => {
      reader.select(list, MIDNIGHT_MS + DAY_MS - hours * 3_600_000, MIDNIGHT_MS + DAY_MS);
    };
    report("samples: select 100 series × 24 h (576,000 samples)", `${median(9, selected(hundred, 24)).toFixed(1)} ms`);
    report("samples: select 20 series × 24 h", `${median(9, selected(matchers, 24)).toFixed(1)} ms`);
    report("samples: select 1,000 series × 5 min", `${median(9, selected(all, 1 / 12)).toFixed(1)} ms`);
    reader.close();
  });
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
/** Ids that lie all over an index, as random ones do. */
const traceIdOf = (trace: number): string => hex((trace * 2_654_435_761) % 4_294_967_296, 8) + hex(trace, 24);

function* spansOf(count: number): Generator<Span> {
  const resources = Array.from({ length: 20 }, (_, index) => ({
    service: `service-${index}`,
    attributes: { "service.name": `service-${index}`, "service.version": "1.2.3", "host.name": `host-${index}` },
  }));
  const scope = { name: "@agents/core", version: "1.0.0", attributes: {} };
  for (let index = 0; index < count; index += 1) {
    const trace = Math.floor(index / 10);
    const startNs = BigInt(MIDNIGHT_MS) * 1_000_000n + BigInt(index) * 86_000_000n;
    yield {
      traceId: traceIdOf(trace),
      spanId: hex(index + 1, 16),
      parentSpanId: index % 10 === 0 ? "" : hex(trace * 10 + 1, 16),
      traceState: "",
      flags: 1,
      name: `operation ${index % 40}`,
      kind: index % 2 === 0 ? "client" : "internal",
      startNs,
      endNs: startNs + BigInt((index % 1000) * 1_000_000),
      status: index % 53 === 0 ? "error" : "unset",
      statusMessage: "",
      resource: resources[(index + (trace % 3)) % 20] as Span["resource"],
      scope,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": `model-${index % 5}`,
        "gen_ai.response.model": `model-${index % 5}-2026-01-01`,
        "gen_ai.usage.input_tokens": index % 4000,
        "gen_ai.usage.output_tokens": index % 900,
        "gen_ai.agent.name": `agent ${index % 12}`,
        "gen_ai.conversation.id": `conversation-${trace}`,
        "agent_observatory.cost_usd": (index % 997) / 10_000,
        "server.address": "api.example.com",
        "server.port": 443,
      },
      events:
        index % 53 === 0 ? [{ timeNs: startNs, name: "exception", attributes: { "exception.type": "Error" } }] : [],
      links: [],
    };
  }
}

function benchSpans(): void {
  withStore("spans", (writer, directory) => {
    // Made in pieces, so that memory holds the store's own alone.
    let [ms, slowestMs] = [0, 0];
    let part: WriteBatch[] = [];
    const run = (): void => {
      const one = ingest(writer, part);
      [ms, slowestMs, part] = [ms + one.ms, Math.max(slowestMs, one.slowestMs), []];
    };
    for (const batch of inBatches(spansOf(SPANS), (spans) => ({ spans }))) {
      part.push(batch);
      if (part.length === 40) run();
    }
    run();
    report(
      `spans: ${SPANS.toLocaleString("en")} written and committed`,
      `${rate(SPANS, ms)}, slowest ${slowestMs.toFixed(0)} ms`,
    );
    const { bytes } = writer.usage();
    report("spans: bytes on disk for each", (bytes / SPANS).toFixed(0));
    const reader = openStoreReader({ directory, clock: { nowMs: () => MIDNIGHT_MS } });
    let next = 0;
    const traces = SPANS / 10;
    report(
      "spans: trace by id",
      `${median(199, () => {
        next = (next + 7919) % traces;
        if (reader.trace(traceIdOf(next)).length !== 10) throw new Error("a trace is not whole");
      }).toFixed(2)} ms`,
    );
    const [startNs, endNs] = [BigInt(MIDNIGHT_MS) * 1_000_000n, BigInt(MIDNIGHT_MS + DAY_MS) * 1_000_000n];
    const search = (more: object) => () => {
      const found = reader.findTraceIds({ service: "service-3", tags: {}, startNs, endNs, limit: 20, ...more });
      for (const { traceId } of found) reader.trace(traceId);
    };
    report("spans: find 20 traces of a service", `${median(9, search({})).toFixed(1)} ms`);
    report(
      "spans: find 20 with an operation and a duration",
      `${median(9, search({ operation: "operation 3", minDurationNs: 500_000_000n })).toFixed(1)} ms`,
    );
    report("spans: find 20 with errors", `${median(9, search({ tags: { error: "true" } })).toFixed(1)} ms`);
    report(
      "spans: find one conversation by its tag, of the whole day",
      `${median(3, search({ tags: { "gen_ai.conversation.id": "conversation-17" } })).toFixed(0)} ms`,
    );
    report(
      "spans: find by a tag that nothing has, all services",
      `${median(3, () => {
        reader.findTraceIds({ tags: { nothing: "has this" }, startNs, endNs, limit: 20 });
      }).toFixed(0)} ms`,
    );
    report(
      "spans: dependencies of the whole day",
      `${median(3, () => {
        reader.dependencies(startNs, endNs);
      }).toFixed(0)} ms`,
    );
    reader.close();
  });
}

function* linesOf(count: number): Generator<NewLogLine> {
  const streams = Array.from({ length: 40 }, (_, index) =>
    createLabelSet(
      createLabels([
        ["service_name", `service-${index}`],
        ["deployment_environment", "bench"],
      ]),
    ),
  );
  for (let index = 0; index < count; index += 1) {
    yield {
      stream: streams[index % 40] as LabelSet,
      timeNs: BigInt(MIDNIGHT_MS) * 1_000_000n + BigInt(index) * 40_000_000n,
      line: `request ${index} to model-${index % 5} answered in ${index % 900} ms with ${index % 4000} tokens, attempt 1 of 3`,
      metadata: createLabels([
        ["severity_text", index % 20 === 0 ? "ERROR" : "INFO"],
        ["detected_level", index % 20 === 0 ? "error" : "info"],
        ["trace_id", traceIdOf(Math.floor(index / 5))],
        ["span_id", hex(index, 16)],
        ["scope_name", "winston"],
      ]),
    };
  }
}

function benchLines(): void {
  withStore("lines", (writer, directory) => {
    const count = 500_000;
    const { ms, slowestMs } = ingest(writer, [...inBatches(linesOf(count), (logs) => ({ logs }))]);
    report(
      `lines: ${count.toLocaleString("en")} written and committed`,
      `${rate(count, ms)}, slowest ${slowestMs.toFixed(0)} ms`,
    );
    report("lines: bytes on disk for each", (writer.usage().bytes / count).toFixed(0));
    const reader = openStoreReader({ directory, clock: { nowMs: () => MIDNIGHT_MS } });
    const [startNs, endNs] = [BigInt(MIDNIGHT_MS) * 1_000_000n, BigInt(MIDNIGHT_MS + DAY_MS) * 1_000_000n];
    const scan = (name: string, value: string, most: number, traceId?: string) => () => {
      let seen = 0;
      const matchers = [createMatcher(name, value.includes(".") ? "=~" : "=", value)];
      const selection = { matchers, startNs, endNs, direction: "backward" as const };
      reader.scan(traceId === undefined ? selection : { ...selection, traceId }, ({ line }) => {
        if (line.length > 0) seen += 1;
        return seen < most;
      });
    };
    report(
      "lines: the last 1,000 of one stream",
      `${median(9, scan("service_name", "service-7", 1000)).toFixed(1)} ms`,
    );
    report("lines: all 500,000, looked at one by one", `${median(3, scan("service_name", ".+", 1e9)).toFixed(0)} ms`);
    report(
      "lines: those of one trace",
      `${median(9, scan("service_name", ".+", 1000, traceIdOf(4711))).toFixed(2)} ms`,
    );
    reader.close();
  });
}

console.log(
  `Node ${process.versions.node}, SQLite ${process.versions["sqlite"]}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(2)}`,
);
benchSamples();
benchSpans();
benchLines();
console.log(`load at the end ${loadavg()[0]?.toFixed(2)}, RSS ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
