import { parsePromql } from "../../src/promql/index.ts";
import { type Dimension, dimensionOf } from "./dimension.ts";
import type { KnownSeries } from "./known-metrics.ts";
import {
  filledIn,
  type LintContext,
  type LintedDashboard,
  type LintedPanel,
  queryPanels,
  type Report,
} from "./lint-model.ts";
import { columnOf, propertiesOf } from "./lint-tables.ts";
import { BURN_FACTORS } from "./thresholds.ts";

/** Panels without numbers have no unit. */
const UNITLESS = new Set(["row", "logs", "text", "nodeGraph"]);
const PLAIN = ["short", "none", "locale", "sishort"];
const PER_SECOND = ["cps", "ops", "reqps", "rps", "wps", "iops", "eps", "mps", "recps", "rowsps"];
const PER_MINUTE = ["cpm", "opm", "reqpm", "rpm", "wpm", "epm", "mpm", "recpm", "rowspm"];

/** Grafana's units that a dimension can be shown in. */
function unitsFor({ of, per }: Dimension): readonly string[] {
  switch (of) {
    case "s":
      // Seconds of work a second: how busy something is.
      if (per === "s") return ["percentunit", ...PLAIN];
      return ["s", "dtdurations", "dtdhms", "dthms", "clocks"];
    case "timestamp":
      return ["dateTimeAsIso", "dateTimeAsIsoNoDateIfToday", "dateTimeFromNow"];
    case "By":
      return per === "s" ? ["binBps", "Bps"] : ["bytes", "decbytes"];
    case "USD":
      return ["currencyUSD"];
    case "1":
      return ["percentunit", ...PLAIN];
    case "percent":
      return ["percent"];
    default:
      return [
        ...PLAIN,
        "bool",
        "bool_yes_no",
        "bool_on_off",
        ...(per === "s" ? PER_SECOND : per === "min" ? PER_MINUTE : []),
      ];
  }
}

/** What is wrong with a unit for a query; undefined where it fits or nothing can be told. */
export function misfit(expr: string, unit: string, known: ReadonlyMap<string, KnownSeries>): string | undefined {
  let dimension: Dimension | undefined;
  try {
    dimension = dimensionOf(parsePromql(filledIn(expr)), known);
  } catch {
    // The rule promql says it.
    return undefined;
  }
  if (dimension === undefined || unitsFor(dimension).includes(unit)) return undefined;
  const { of, per } = dimension;
  return `shows ${of}${per === undefined ? "" : ` per ${per}`} in the unit ${unit}`;
}

const asksForNumbers = ({ type, targets = [] }: LintedPanel): boolean =>
  !UNITLESS.has(type) &&
  targets.some(
    ({ datasource, expr = "" }) =>
      datasource?.type === "prometheus" || (datasource?.type === "loki" && !expr.startsWith("{")),
  );

export function lintUnits(dashboard: LintedDashboard, { known }: LintContext, report: Report): void {
  for (const panel of queryPanels(dashboard).filter(asksForNumbers)) {
    const unit = panel.fieldConfig?.defaults?.unit;
    if (!unit) report("unit", "has no unit", panel);
    for (const target of panel.targets ?? []) {
      if (target.datasource?.type !== "prometheus" || target.expr === undefined) continue;
      const column = panel.type === "table" ? columnOf(panel, target.refId ?? "") : undefined;
      const shown =
        column === undefined ? unit : ((propertiesOf(panel, column).get("unit") as string | undefined) ?? unit);
      const problem = shown === undefined ? undefined : misfit(target.expr, shown, known);
      if (problem !== undefined) report("unit-fits", column === undefined ? problem : `${column}: ${problem}`, panel);
    }
  }
}

/** The thresholds that a unit can be colored by: their names end in what they are of. */
function thresholdsFor(unit: string | undefined, tables: LintContext["thresholds"]): Set<number> {
  const fits = (name: string): boolean => {
    if (name.endsWith("Seconds")) return unit === "s";
    if (name.endsWith("Usd")) return unit === "currencyUSD";
    if (name.endsWith("Ratio")) return unit === "percentunit";
    return unit !== "s" && unit !== "currencyUSD";
  };
  const entries = tables.flatMap((table) => Object.entries(table)).filter(([name]) => fits(name));
  const burns = unit === "short" ? Object.values(BURN_FACTORS) : [];
  return new Set([...entries.flatMap(([, values]) => Object.values(values)), ...burns]);
}

type Steps = { readonly steps?: readonly { readonly value?: number | null }[] };

export function lintThresholds(dashboard: LintedDashboard, context: LintContext, report: Report): void {
  for (const panel of queryPanels(dashboard)) {
    const { defaults, overrides = [] } = panel.fieldConfig ?? {};
    const check = (thresholds: Steps | undefined, unit: string | undefined): void => {
      const known = thresholdsFor(unit, context.thresholds);
      for (const { value } of thresholds?.steps ?? []) {
        if (value === null || value === undefined || value === 0 || value === 1 || known.has(value)) continue;
        report(
          "thresholds",
          `changes its color at ${value}, which is no ${unit ?? ""} threshold of thresholds.ts`,
          panel,
        );
      }
    };
    check(defaults?.thresholds, defaults?.unit);
    for (const { properties = [] } of overrides) {
      const values = new Map(properties.map(({ id, value }) => [id, value]));
      check(
        values.get("thresholds") as Steps | undefined,
        (values.get("unit") as string | undefined) ?? defaults?.unit,
      );
    }
  }
}
