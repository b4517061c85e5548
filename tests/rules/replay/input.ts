/** What a replay puts in: the metrics of `traffic.ts` as the embedded process translates them, and what is scraped of the stack. */
import { createSeriesTranslator, decodeMetrics } from "../../../src/ingest/index.ts";
import { createLabels, type Labels, METRIC_NAME } from "../../../src/signals/index.ts";
import { createRandom, type Random } from "../../stack/differential/random.ts";
import { DURATION_MS, generateTraffic, PUSH_MS } from "../../stack/differential/traffic.ts";

/** One value for each step of `STEP_MS` from 0; undefined where there is none. */
export type InputSeries = { readonly labels: Labels; readonly slots: (number | undefined)[] };

export const STEP_MS = PUSH_MS;
export const STEPS = DURATION_MS / STEP_MS + 1;
const STEPS_PER_MINUTE = 60_000 / STEP_MS;
/** OTLP takes a start of 0 for one that is not known. */
const BEGIN_MS = 3_600_000;
/** As in prometheus/prometheus.yml. */
const PROMOTED = ["service.name", "service.namespace", "service.version", "deployment.environment.name"];

/** Series with these names; samples between two steps are left out. */
export function seriesOfTraffic(seed: number, names: ReadonlySet<string>): InputSeries[] {
  const translator = createSeriesTranslator({ promotedResourceAttributes: PROMOTED });
  const all = new Map<string, InputSeries>();
  for (const { signal, body, timeMs } of generateTraffic(BEGIN_MS + DURATION_MS, seed)) {
    if (signal !== "metrics") continue;
    const { samples } = translator.translate(decodeMetrics(new TextEncoder().encode(body), "json"), timeMs);
    for (const { series, timeMs: sampleMs, value, stale } of samples) {
      const step = (sampleMs - BEGIN_MS) / STEP_MS;
      if (!names.has(series.labels[METRIC_NAME] ?? "") || !Number.isInteger(step) || stale === true) continue;
      const one = all.get(series.key) ?? { labels: series.labels, slots: [] };
      all.set(series.key, one);
      one.slots[step] = value;
    }
  }
  return [...all.values()];
}

type Spell = readonly [fromMinute: number, toMinute: number];
const within = (minute: number, spells: readonly Spell[]): boolean =>
  spells.some(([from, to]) => minute >= from && minute < to);

/** A counter of events that come in certain spells. It does not exist before its first event, and begins anew at a restart. */
function countEvents(random: Random, spells: readonly Spell[], restarts: readonly number[]): InputSeries["slots"] {
  let total: number | undefined;
  return Array.from({ length: STEPS }, (_, step) => {
    const minute = step / STEPS_PER_MINUTE;
    if (restarts.includes(minute)) total = undefined;
    if (within(minute, spells) && random.chance(0.6)) total = (total ?? 0) + 1 + random.below(3);
    return total;
  });
}

/** 1, but 0 in some spells and nothing in others. */
const upOrDown = (down: readonly Spell[], gone: readonly Spell[] = []): InputSeries["slots"] =>
  Array.from({ length: STEPS }, (_, step) => {
    const minute = step / STEPS_PER_MINUTE;
    return within(minute, gone) ? undefined : within(minute, down) ? 0 : 1;
  });

/** Two hours of the stack's own metrics, with an outage of nearly everything. */
export function seriesOfStack(seed: number): InputSeries[] {
  const random = createRandom(seed);
  const minute = (): number => 10 + random.below(80);
  const spell = (minutes: number): Spell => {
    const from = minute();
    return [from, from + minutes];
  };
  const series = (
    name: string,
    labels: Readonly<Record<string, string>>,
    slots: InputSeries["slots"],
  ): InputSeries => ({
    labels: createLabels([[METRIC_NAME, name], ...Object.entries(labels)]),
    slots,
  });
  const queue = spell(9);
  return [
    series("up", { job: "collector", instance: "a:8888" }, upOrDown([spell(1), spell(5)])),
    series("up", { job: "otel-collector", instance: "b:8888" }, upOrDown([spell(3)], [spell(8)])),
    series("up", { job: "loki", instance: "loki:3100" }, upOrDown([spell(2), spell(6)])),
    series("up", { job: "jaeger", instance: "jaeger:8888" }, upOrDown([spell(4)], [spell(4)])),
    ...["spans", "metric_points", "log_records"].flatMap((signal) => [
      series(
        `otelcol_exporter_send_failed_${signal}_total`,
        { exporter: "otlp/a", instance: "a:8888" },
        countEvents(random, [spell(7), spell(3)], [minute()]),
      ),
      series(
        `otelcol_receiver_refused_${signal}_total`,
        { receiver: "otlp", instance: "a:8888" },
        countEvents(random, [spell(5)], [minute(), minute()]),
      ),
    ]),
    series(
      "otelcol_exporter_queue_size",
      { exporter: "otlp/a", data_type: "traces" },
      Array.from({ length: STEPS }, (_, step) =>
        within(step / STEPS_PER_MINUTE, [queue]) ? 850 + random.below(150) : random.below(300),
      ),
    ),
    series(
      "otelcol_exporter_queue_capacity",
      { exporter: "otlp/a", data_type: "traces" },
      Array.from({ length: STEPS }, () => 1000),
    ),
    series(
      "alertmanager_notifications_failed_total",
      { integration: "webhook" },
      countEvents(random, [spell(3)], [minute()]),
    ),
    series(
      "prometheus_rule_evaluation_failures_total",
      { rule_group: "agents" },
      countEvents(random, [spell(4), spell(2)], []),
    ),
  ];
}

/** Two hours of gauges that are well but for one spell, in which they are beyond what alerts bear. */
export function seriesOfStates(seed: number): InputSeries[] {
  const random = createRandom(seed + 1000);
  const series = (
    name: string,
    labels: Readonly<Record<string, string>>,
    well: number,
    bad: number,
    minutes: number,
  ) => {
    const from = 5 + random.below(50);
    const slots = Array.from({ length: STEPS }, (_, step) =>
      within(step / STEPS_PER_MINUTE, [[from, from + minutes]]) ? bad : well,
    );
    return { labels: createLabels([[METRIC_NAME, name], ...Object.entries(labels)]), slots };
  };
  const process = { deployment_environment_name: "production", job: "states", instance: "s" };
  return [
    series("health_check_status", { ...process, check: "database" }, 1, 0, 6),
    series("human_reviews_pending", process, 3, 40, 45),
    series("v8js_memory_heap_used_bytes", process, 40, 95, 12),
    series("v8js_memory_heap_limit_bytes", process, 100, 100, 0),
    series("system_filesystem_utilization_ratio", { mountpoint: "/var/lib/otelcol" }, 0.4, 0.9, 20),
    series("agent_observatory_canary_lag_seconds", { job: "canary", signal: "traces" }, 1, 45, 15),
  ];
}

/** Values as promtool's unit tests write them. */
export function writeSlots(slots: InputSeries["slots"]): string {
  const runs: { text: string; count: number }[] = [];
  for (let step = 0; step < slots.length; step++) {
    const value = slots[step];
    const text = value === undefined ? "_" : String(value);
    const last = runs.at(-1);
    if (last?.text === text) last.count += 1;
    else runs.push({ text, count: 1 });
  }
  // `_x3` is three missing ones, `5x3` is a 5 and three more.
  return runs
    .map(({ text, count }) => (count === 1 ? text : text === "_" ? `_x${count}` : `${text}x${count - 1}`))
    .join(" ");
}

/** Labels as a selector of exactly this series. */
export function writeSeries(labels: Labels): string {
  const { [METRIC_NAME]: name = "", ...rest } = labels;
  const pairs = Object.entries(rest).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${pairs.join(", ")}}`;
}
