import { BackendError, type BackendName, type Backends } from "../../backends/index.ts";
import { ObservatoryError } from "../../base/index.ts";
import { formatAge, formatBytes } from "../amounts.ts";
import { defineCommand, EXIT, type Terminal } from "../command.ts";
import { type Connection, connectAnyhow } from "../connection.ts";
import { CONNECTION_FLAGS, OUTPUT_FLAGS } from "../flags.ts";
import { remark, writeJson, writeLines } from "../output.ts";
import type { Paint } from "../paint.ts";
import { oneLine, padText } from "../text-width.ts";
import { formatTime, isoTime, type TimeStyle } from "../times.ts";
import { alertJson, isCall } from "./alerts.ts";

const DAY_MS = 86_400_000;
/** Of every program that sends metrics there is one, however few others. */
const LATEST_METRIC = "max(timestamp(target_info)) or max(max_over_time(timestamp(target_info)[1h:1m]))";
const STORE_BYTES = "max(agent_observatory_store_bytes)";
const STORE_OLDEST = "min(agent_observatory_store_oldest_timestamp_seconds)";

type Answer<T> = { readonly value: T } | { readonly failure: string };

/** What a back end says, or why it says nothing. */
async function ask<T>(question: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await question() };
  } catch (error) {
    if (error instanceof BackendError) return { failure: error.received };
    if (error instanceof ObservatoryError) return { failure: error.message };
    throw error;
  }
}

const said = <T>(answer: Answer<T>): T | undefined => ("value" in answer ? answer.value : undefined);

const failureIn = (answer: Answer<unknown>): string | undefined => ("failure" in answer ? answer.failure : undefined);

async function valueOfQuery({ prometheus }: Backends, query: string): Promise<number | undefined> {
  const { result } = await prometheus.query(query);
  const value = "series" in result ? result.series[0]?.points[0]?.value : undefined;
  return value === undefined || !Number.isFinite(value) ? undefined : value;
}

const toMs = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000);

async function latestLogMs({ loki }: Backends, nowMs: number): Promise<number | undefined> {
  const answer = await loki.queryRange('{service_name=~".+"}', { startMs: nowMs - DAY_MS, endMs: nowMs, limit: 1 });
  return answer.type === "lines" ? answer.entries[0]?.timeMs : undefined;
}

async function latestTraceMs({ jaeger }: Backends, services: readonly string[], nowMs: number) {
  const latest = await Promise.all(
    services.map(async (service) => {
      const [trace] = await jaeger.findTraces({ service, startMs: nowMs - DAY_MS, endMs: nowMs, limit: 1 });
      return Math.max(...(trace?.spans.map(({ startMs }) => startMs) ?? []));
    }),
  );
  const timeMs = Math.max(...latest);
  return Number.isFinite(timeMs) ? timeMs : undefined;
}

async function inspect({ backends }: Connection, nowMs: number) {
  const { prometheus, loki, jaeger } = backends;
  const [metrics, logs, traces, rules, alerts, latestMetric, latestLog, bytes, oldest] = await Promise.all([
    ask(prometheus.buildInfo),
    ask(loki.buildInfo),
    ask(jaeger.services),
    ask(() => prometheus.rules()),
    ask(prometheus.alerts),
    ask(() => valueOfQuery(backends, LATEST_METRIC)),
    ask(() => latestLogMs(backends, nowMs)),
    // Only the embedded process has these.
    ask(() => valueOfQuery(backends, STORE_BYTES)),
    ask(() => valueOfQuery(backends, STORE_OLDEST)),
  ]);
  const services = said(traces) ?? [];
  const latestTrace = await ask(() => latestTraceMs(backends, services, nowMs));
  const broken = (said(rules) ?? []).flatMap((group) => group.rules).filter(({ health }) => health === "err");
  return {
    /** Who answers as Prometheus, where it says: an embedded process. */
    revision: said(metrics)?.revision ?? "",
    backends: [
      { name: "Prometheus", version: said(metrics)?.version, answer: metrics, latestMs: toMs(said(latestMetric)) },
      { name: "Loki", version: said(logs)?.version, answer: logs, latestMs: said(latestLog) },
      { name: "Jaeger", version: undefined, answer: traces, latestMs: said(latestTrace) },
    ] satisfies readonly {
      readonly name: BackendName;
      readonly version: string | undefined;
      readonly answer: Answer<unknown>;
      readonly latestMs: number | undefined;
    }[],
    services,
    alerts: said(alerts) ?? [],
    // A Prometheus without rules answers all the same; who does not cannot tell that all is well.
    alertsFailure: failureIn(alerts) ?? failureIn(rules),
    store: { bytes: said(bytes), oldestMs: toMs(said(oldest)) },
    brokenRules: broken.map(({ name, lastError }) => ({ name, error: lastError ?? "" })),
  };
}

type Status = Awaited<ReturnType<typeof inspect>>;

const HOLDS: Readonly<Record<BackendName, string>> = { Prometheus: "metrics", Loki: "log lines", Jaeger: "traces" };

type Showing = { readonly nowMs: number; readonly paint: Paint; readonly style: TimeStyle };

function renderStatus(status: Status, { place, urls }: Connection, { nowMs, paint, style }: Showing): string[] {
  const who = {
    embedded: "the embedded process",
    stack: "the stack",
    given: "the back ends that were named",
    nowhere: "the embedded process, as neither it nor the stack answers",
  }[place];
  const backends = status.backends.map(({ name, version, answer, latestMs }) => {
    const failed = "failure" in answer;
    const age =
      latestMs === undefined
        ? `none in the last ${name === "Prometheus" ? "hour" : "day"}`
        : `latest ${formatAge(nowMs - latestMs)} ago`;
    return [
      failed ? paint.red("✗") : paint.green("✓"),
      padText(`${name}${version === undefined ? "" : ` ${oneLine(version)}`}`, 18),
      padText(urls[name], 24),
      failed ? paint.red(oneLine(answer.failure)) : paint.dim(`${HOLDS[name]}: ${age}`),
    ].join(" ");
  });
  const firing = status.alerts.filter(isCall);
  const names = [...new Set(firing.map(({ labels }) => labels["alertname"] ?? ""))].map(oneLine).join(", ");
  const embedded = status.revision.startsWith("agent-observatory") ? status.revision : "";
  const { bytes, oldestMs } = status.store;
  const pending = status.alerts.filter(({ state }) => state === "pending").length;
  return [
    `Asking ${who}${embedded === "" ? "" : ` (${oneLine(embedded)})`}.`,
    ...backends,
    ...(bytes === undefined
      ? []
      : [`store     ${formatBytes(bytes)}${oldestMs === undefined ? "" : `, since ${formatTime(oldestMs, style)}`}`]),
    `services  ${status.services.length === 0 ? "none yet" : status.services.map(oneLine).join(", ")}`,
    status.alertsFailure !== undefined
      ? `alerts    ${paint.red(`unknown: ${oneLine(status.alertsFailure)}`)}`
      : `alerts    ${firing.length === 0 ? "none firing" : paint.red(`${firing.length} firing: ${names}`)}${pending > 0 ? `, ${pending} pending` : ""}`,
    ...status.brokenRules.map(({ name, error }) => paint.red(`rule      ${oneLine(`${name}: ${error}`)}`)),
  ];
}

function writeStatusJson(terminal: Terminal, status: Status, { place, urls }: Connection, well: boolean): void {
  writeJson(terminal, {
    well,
    place,
    revision: status.revision,
    backends: status.backends.map(({ name, version, answer, latestMs }) => ({
      name,
      url: urls[name],
      reachable: "value" in answer,
      version: version ?? null,
      failure: "failure" in answer ? answer.failure : null,
      latest: latestMs === undefined ? null : isoTime(latestMs),
    })),
    services: status.services,
    store:
      status.store.bytes === undefined
        ? null
        : {
            bytes: status.store.bytes,
            oldest: status.store.oldestMs === undefined ? null : isoTime(status.store.oldestMs),
          },
    alerts: status.alerts.map(alertJson),
    alertsFailure: status.alertsFailure ?? null,
    brokenRules: status.brokenRules,
  });
}

/** What to do where no back end answers a question. */
const adviceFor = ({ backends }: Status): string =>
  backends.some(({ answer }) => "failure" in answer && /^40[13]\b/.test(answer.failure))
    ? "They answer, and want credentials: set AGENT_OBSERVATORY_TOKEN to the token."
    : "Nothing answers. Start the embedded process: agent-observatory serve";

export const command = defineCommand({
  usage: ["[flags]"],
  about:
    "Tells what runs where: whether the back ends answer, their versions, services seen, how old the latest data are, alerts. Ends with 0 where all is well: everything answers, no rule is broken, nothing fires but alerts of severity `log`. Else with 1.",
  examples: ["agent-observatory status --json"],
  flags: { ...OUTPUT_FLAGS, ...CONNECTION_FLAGS },
  run: async ({ flags, terminal }) => {
    const connection = await connectAnyhow(flags, terminal);
    const nowMs = terminal.clock.nowMs();
    const status = await inspect(connection, nowMs);
    const well =
      status.backends.every(({ answer }) => "value" in answer) &&
      status.alertsFailure === undefined &&
      status.brokenRules.length === 0 &&
      !status.alerts.some(isCall);
    if (flags.json) writeStatusJson(terminal, status, connection, well);
    else {
      writeLines(terminal, renderStatus(status, connection, { nowMs, paint: terminal.paint, style: flags }));
      if (!status.backends.some(({ answer }) => "value" in answer)) remark(terminal, adviceFor(status));
    }
    return well ? EXIT.ok : EXIT.nothing;
  },
});
