import type { DatasourceRef, Panel, Target } from "./dashboard.ts";
import { alignedRange, builtIn, panelInterval, parseInterval, prometheusSteps } from "./interval.ts";
import { filledTextOf, numberOf, textOf } from "./json.ts";
import { forQuery, given, glob, interpolate, mentioned, type VariableValue } from "./template.ts";

/** What a panel asks, once the variables have values. */

export type Source = "prometheus" | "loki" | "jaeger";
export type PlannedQuery = {
  readonly refId: string;
  readonly source: Source;
  /** PromQL, LogQL, or the id of a trace. */
  readonly expr: string;
  readonly kind: "instant" | "range" | "search" | "trace";
  readonly format: "series" | "table" | "heatmap";
  readonly legendFormat?: string | undefined;
  readonly wantsExemplars: boolean;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly limit: number;
  readonly search?: {
    readonly service: string;
    readonly operation?: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
    readonly minDurationMs?: number | undefined;
    readonly maxDurationMs?: number | undefined;
  };
};
export type Plan = {
  readonly queries: readonly PlannedQuery[] /** What cannot be asked, and why. */;
  readonly problems: readonly string[];
};

export type Context = {
  readonly startMs: number;
  readonly endMs: number;
  /** As many points as there are pixels. */
  readonly maxDataPoints: number;
  readonly lookUp: (name: string) => VariableValue | undefined;
};

const MAX_LINES = 1000;

/** By type, else by what its uid or the variable in it says. */
export function sourceOf({ type, uid }: DatasourceRef, lookUp: Context["lookUp"]): Source | string {
  const named = interpolate(uid ?? "", (name) => lookUp(name) ?? given(name, name));
  for (const text of [type ?? "", named]) {
    if (/prometheus|mimir|thanos|cortex|victoriametrics/i.test(text)) return "prometheus";
    if (/loki/i.test(text)) return "loki";
    if (/jaeger/i.test(text)) return "jaeger";
  }
  return type === undefined || /^(datasource|mixed|grafana)?$/.test(type) ? "prometheus" : type;
}

/** `key=value key="a value"`, as Grafana's search of Jaeger takes tags. */
export function readTags(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)];
  return Object.fromEntries(
    pairs.map(([, key = "", quoted, plain = ""]) => [
      key,
      quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, "$1"),
    ]),
  );
}

/** The range of a panel with a time of its own. */
export function panelRange(
  { timeFrom, timeShift }: Pick<Panel, "timeFrom" | "timeShift">,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
) {
  const from = timeFrom === undefined ? undefined : parseInterval(timeFrom.replace(/^now-/, ""));
  const shift = timeShift === undefined ? 0 : (parseInterval(timeShift) ?? 0);
  return { startMs: (from === undefined ? startMs : endMs - from) - shift, endMs: endMs - shift };
}

const durationMs = (value: unknown): number | undefined => {
  const text = filledTextOf(value);
  return text === undefined ? undefined : parseInterval(text.replace(/us$/, "ms"));
};

function planOne(target: Target, panel: Panel, context: Context, source: Source): readonly PlannedQuery[] {
  const range = panelRange(panel, context);
  const minInterval = panel.interval === undefined ? undefined : interpolate(panel.interval, context.lookUp);
  const maxDataPoints = panel.maxDataPoints ?? context.maxDataPoints;
  const asked = { ...range, maxDataPoints, minInterval };
  const minStep = filledTextOf(target["interval"]) ?? filledTextOf(target["step"]);
  const steps =
    source === "prometheus"
      ? prometheusSteps(asked, minStep === undefined ? undefined : interpolate(minStep, context.lookUp))
      : { stepMs: Math.max(1000, panelInterval({ ...asked, minInterval: minStep ?? minInterval })), rateIntervalMs: 0 };
  const factor = numberOf(target["intervalFactor"]) ?? 1;
  const stepMs = steps.stepMs * Math.max(1, factor);
  const builtIns = builtIn(range, stepMs, steps.rateIntervalMs || stepMs);
  const lookUp = (name: string): VariableValue | undefined => {
    const value = builtIns[name];
    return value === undefined ? context.lookUp(name) : given(name, value);
  };
  const base = {
    refId: target.refId,
    source,
    ...range,
    stepMs,
    legendFormat:
      textOf(target["legendFormat"]) === undefined
        ? undefined
        : interpolate(textOf(target["legendFormat"]) ?? "", lookUp),
    wantsExemplars: false,
    format: "series",
    limit: numberOf(target["maxLines"]) ?? numberOf(target["limit"]) ?? (source === "jaeger" ? 20 : MAX_LINES),
  } as const;
  if (source === "jaeger") {
    const trace = filledTextOf(target["query"]);
    if (trace !== undefined && target["queryType"] !== "search")
      return [{ ...base, kind: "trace", expr: interpolate(trace, lookUp, glob).trim() }];
    const text = (name: string): string => interpolate(textOf(target[name]) ?? "", lookUp, glob);
    return [
      {
        ...base,
        kind: "search",
        expr: "",
        search: {
          service: text("service"),
          operation: filledTextOf(text("operation")),
          tags: readTags(text("tags")),
          minDurationMs: durationMs(text("minDuration")),
          maxDurationMs: durationMs(text("maxDuration")),
        },
      },
    ];
  }
  const expr = interpolate(textOf(target["expr"]) ?? "", lookUp, forQuery).trim();
  if (expr === "") return [];
  if (source === "loki") {
    return [
      { ...base, expr, kind: target["queryType"] === "instant" || target["instant"] === true ? "instant" : "range" },
    ];
  }
  const format = target["format"] === "table" ? "table" : target["format"] === "heatmap" ? "heatmap" : "series";
  const isInstant = target["instant"] === true;
  const isRange = target["range"] === true || !isInstant;
  return [
    ...(isRange
      ? [
          {
            ...base,
            ...alignedRange(range, stepMs),
            expr,
            kind: "range",
            format,
            wantsExemplars: target["exemplar"] === true,
          } as const,
        ]
      : []),
    ...(isInstant ? [{ ...base, expr, kind: "instant", format } as const] : []),
  ];
}

/** A variable of which there is none to choose: Loki refuses a selector that nothing stands in. */
const withoutValue = (expr: string, lookUp: Context["lookUp"]): string | undefined =>
  mentioned(expr).find((name) => lookUp(name)?.values.length === 0);

/** Every query of a panel. */
export function planQueries(panel: Panel, context: Context): Plan {
  const problems: string[] = [];
  const lookUp = (name: string): VariableValue | undefined => {
    const scoped = panel.scoped[name];
    return scoped === undefined ? context.lookUp(name) : given(name, scoped);
  };
  const queries = panel.targets.flatMap((target) => {
    const source = sourceOf(target.datasource, lookUp);
    const empty = source === "loki" ? withoutValue(textOf(target["expr"]) ?? "", lookUp) : undefined;
    if (empty !== undefined) {
      problems.push(`Query ${target.refId} is not asked: nothing has reported yet that $${empty} could be.`);
      return [];
    }
    if (source === "prometheus" || source === "loki" || source === "jaeger")
      return planOne(target, panel, { ...context, lookUp }, source);
    problems.push(`Query ${target.refId} is for ${source}: here are Prometheus, Loki and Jaeger.`);
    return [];
  });
  return { queries, problems: [...new Set(problems)] };
}
