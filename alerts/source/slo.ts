import { counted, countedAbove } from "./counting.ts";
import { type Alert, PROCESS, type Recording, type RuleFile, type Severity } from "./rule.ts";
import { THRESHOLDS } from "./thresholds.ts";

const AGENT = [...PROCESS, "agent"];

export type Slo = {
  /** Value of the label `slo`. */
  readonly name: string;
  /** Name of its alert. */
  readonly alert: string;
  /** Share of events that have to be good, between 0 and 1. */
  readonly objective: number;
  /** What is promised, as the words after "requests to an agent that". */
  readonly bad: string;
  readonly events: (window: string) => string;
  readonly badEvents: (window: string) => string;
  /** Of a budget that burns in hours, and of one that burns in days. */
  readonly severities: { readonly fast: Severity; readonly slow: Severity };
};

/**
 * When an alert fires: the budget of 30 days burns `factor` times as fast as it may, over the long window and, so that the alert ends when the
 * trouble does, over the short one. The windows are those of Google's SRE workbook: 2 % of the budget in an hour, 5 % in six, 10 % in a day
 * and in three.
 */
export type BurnWindow = {
  readonly long: string;
  readonly short: string;
  readonly factor: number;
  readonly pace: "fast" | "slow";
  readonly for: string;
};

export const BURN_WINDOWS: readonly BurnWindow[] = [
  { long: "1h", short: "5m", factor: 14.4, pace: "fast", for: "2m" },
  { long: "6h", short: "30m", factor: 6, pace: "fast", for: "15m" },
  { long: "1d", short: "2h", factor: 3, pace: "slow", for: "1h" },
  { long: "3d", short: "6h", factor: 1, pace: "slow", for: "3h" },
];

/** So many bad events make a burn rate: one failed request of one never alerts, an outage of an agent that is seldom used does. */
export const MIN_BAD_EVENTS = 3;

/** Read from the counters themselves. Longer windows are added up of hours, which are recorded already. */
const COUNTED_WINDOWS = ["5m", "30m", "1h", "2h", "6h"];
const SUMMED_WINDOWS = ["1d", "3d"];
const PERIOD = "30d";

const { responseTimeSeconds, costPerRequestUsd } = THRESHOLDS;

export const SLOS: readonly Slo[] = [
  {
    name: "agent-success",
    alert: "AgentSuccessBudgetBurn",
    objective: 0.99,
    bad: "failed",
    events: (window) => counted("agent_requests_total", window, AGENT),
    badEvents: (window) => counted('agent_requests_total{status="error"}', window, AGENT),
    severities: { fast: "page", slow: "ticket" },
  },
  {
    name: "agent-latency",
    alert: "AgentLatencyBudgetBurn",
    objective: 0.95,
    bad: `took longer than ${responseTimeSeconds.limit} s`,
    events: (window) => counted("agent_request_duration_seconds_count", window, AGENT),
    badEvents: (window) => countedAbove("agent_request_duration_seconds", "", responseTimeSeconds.limit, window, AGENT),
    severities: { fast: "page", slow: "ticket" },
  },
  {
    name: "agent-cost",
    alert: "AgentCostBudgetBurn",
    objective: 0.95,
    bad: `cost more than ${costPerRequestUsd.limit} US dollars`,
    events: (window) => counted("agent_request_cost_usd_count", window, AGENT),
    badEvents: (window) => countedAbove("agent_request_cost_usd", "", costPerRequestUsd.limit, window, AGENT),
    severities: { fast: "ticket", slow: "ticket" },
  },
];

/** A share of bad events is 1 at most, so a budget of 7 % never burns 14.4 times as fast as it may: such an alert would be silent for ever. */
function assertCanFire({ name, objective }: Slo, { long, factor }: BurnWindow): void {
  if (!(objective > 0 && objective < 1)) {
    throw new RangeError(`SLO ${name}: expected an objective between 0 and 1, got ${objective}`);
  }
  const needed = factor * (1 - objective);
  if (needed < 1) return;
  throw new RangeError(
    `SLO ${name}: its ${long} window can never fire: a burn of ${factor} times a budget of ${(1 - objective).toPrecision(3)} is a share of ` +
      `${needed.toPrecision(3)} bad events, and there are no more than 1. Expected an objective above ${(1 - 1 / factor).toPrecision(4)} or a smaller factor`,
  );
}

const summed = (record: string, window: string): string => `sum_over_time(${record}:count1h[${window}:1h])`;

/** A part that never occurred has no series of its own: none of the events were bad. */
const badOrNone = (slo: Slo, window: string): string => `${slo.badEvents(window)}\nor\n0 * ${slo.events(window)}`;

function recordings(slos: readonly Slo[]): Recording[] {
  const counts = slos.flatMap((slo) =>
    COUNTED_WINDOWS.flatMap((window) => [
      { record: `slo:events:count${window}`, labels: { slo: slo.name }, expr: slo.events(window) },
      { record: `slo:bad_events:count${window}`, labels: { slo: slo.name }, expr: badOrNone(slo, window) },
    ]),
  );
  const sums = SUMMED_WINDOWS.flatMap((window) =>
    ["slo:events", "slo:bad_events"].map((name) => ({ record: `${name}:count${window}`, expr: summed(name, window) })),
  );
  const objectives = slos.map(({ name, objective }) => ({
    record: "slo:objective:ratio",
    labels: { slo: name },
    expr: `vector(${objective})`,
  }));
  const burns = [...COUNTED_WINDOWS, ...SUMMED_WINDOWS].flatMap((window) => [
    {
      record: `slo:bad_events:ratio${window}`,
      expr: `slo:bad_events:count${window} / (slo:events:count${window} > 0)`,
    },
    {
      record: `slo:error_budget_burn:factor${window}`,
      expr: `slo:bad_events:ratio${window} / on (slo) group_left () (1 - slo:objective:ratio)`,
    },
  ]);
  return [
    ...counts,
    ...sums,
    ...objectives,
    ...burns,
    {
      comment: "Below 0 it is overspent. Over as much of the 30 days as there is.",
      record: `slo:error_budget_remaining:ratio${PERIOD}`,
      expr: `1 - ${summed("slo:bad_events", PERIOD)} / (${summed("slo:events", PERIOD)} > 0) / on (slo) group_left () (1 - slo:objective:ratio)`,
    },
  ];
}

function burnAlert(slo: Slo, window: BurnWindow): Alert {
  assertCanFire(slo, window);
  const { long, short, factor, pace } = window;
  const of = `{slo="${slo.name}"}`;
  return {
    alert: slo.alert,
    expr: [
      `slo:error_budget_burn:factor${long}${of} > ${factor}`,
      "and",
      `slo:error_budget_burn:factor${short}${of} > ${factor}`,
      "and",
      `slo:bad_events:count${long}${of} >= ${MIN_BAD_EVENTS}`,
    ].join("\n"),
    for: window.for,
    severity: slo.severities[pace],
    labels: { window: long },
    summary: `Too many requests to an agent ${slo.bad}`,
    description:
      `So many requests to agent {{ $labels.agent }} of {{ $labels.job }} ${slo.bad} over ${long} that the error budget of 30 days burns ` +
      `{{ $value | printf "%.1f" }} times as fast as it may. ${percent(slo.objective)} have to be good.`,
    dashboard: { uid: "ao-slo", variables: { job: "job", agent: "agent", slo: "slo" } },
  };
}

const percent = (ratio: number): string => `${Number((ratio * 100).toPrecision(6))} %`;

/** The rules of service level objectives. Throws `RangeError` for one that could never alert. */
export const sloRules = (slos: readonly Slo[], windows: readonly BurnWindow[]): (Recording | Alert)[] => [
  ...recordings(slos),
  ...slos.flatMap((slo) => windows.map((window) => burnAlert(slo, window))),
];

export const slo: RuleFile = {
  name: "slo",
  comment:
    "Service level objectives of agents: how many events there were, how many of them were bad, how fast the budget burns.",
  groups: [{ name: "slo", interval: "1m", rules: sloRules(SLOS, BURN_WINDOWS) }],
};
