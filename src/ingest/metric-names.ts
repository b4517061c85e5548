/**
 * Names as Prometheus' OTLP receiver makes them with the strategy UnderscoreEscapingWithSuffixes, and labels as Loki's
 * OTLP ingestion makes them. What is known of units stands in the OpenTelemetry specification, "Prometheus and
 * OpenMetrics Compatibility".
 */
import type { MetricPoint } from "./metric-point.ts";

const UNITS: Readonly<Record<string, string>> = {
  d: "days",
  h: "hours",
  min: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  GiBy: "gibibytes",
  TiBy: "tibibytes",
  KBy: "kilobytes",
  MBy: "megabytes",
  GBy: "gigabytes",
  TBy: "terabytes",
  m: "meters",
  V: "volts",
  A: "amperes",
  J: "joules",
  W: "watts",
  g: "grams",
  Cel: "celsius",
  Hz: "hertz",
  "1": "",
  "%": "percent",
};

/** Units behind a slash are singular, and some letters mean something else there. */
const UNITS_PER: Readonly<Record<string, string>> = {
  s: "second",
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  mo: "month",
  y: "year",
};

const lookUp = (table: Readonly<Record<string, string>>, unit: string): string =>
  Object.hasOwn(table, unit) ? (table[unit] as string) : unit;

/** Annotations such as `{request}` say what is counted and are no unit. */
const isAnnotation = (unit: string): boolean => unit.includes("{") || unit.includes("}");

function cleanUnit(unit: string): string {
  const clean = unit.replaceAll(/[^a-zA-Z0-9:]/gu, "_").replaceAll(/__+/g, "_");
  return clean.startsWith("_") ? clean.slice(1) : clean;
}

const withoutTrailing = (unit: string): string => (unit.endsWith("_") ? unit.slice(0, -1) : unit);

type UnitWords = { readonly main: string; readonly per: string };

function unitWords(unit: string): UnitWords {
  const slash = unit.indexOf("/");
  const main = (slash < 0 ? unit : unit.slice(0, slash)).trim();
  const per = slash < 0 ? "" : unit.slice(slash + 1).trim();
  const perWord = isAnnotation(per) ? "" : lookUp(UNITS_PER, per);
  return {
    main: cleanUnit(isAnnotation(main) ? "" : lookUp(UNITS, main)),
    per: cleanUnit(perWord === "" ? "" : `per_${perWord}`),
  };
}

/** The unit as metadata has it. */
export function unitName(unit: string): string {
  const { main, per } = unitWords(unit);
  const name = main !== "" && per !== "" ? `${main}_${per}` : main || per;
  return withoutTrailing(name.startsWith("_") ? name.slice(1) : name);
}

function addUnit(words: string[], unit: string): void {
  let { main, per } = unitWords(unit);
  if (words.includes(main)) main = "";
  per = per === "per_" ? "" : withoutTrailing(per);
  if (words.includes(per)) per = "";
  if (per !== "") main = withoutTrailing(main);
  if (main !== "") words.push(main);
  if (per !== "") words.push(per);
}

const ONLY_UNDERSCORES = /^_*$/;
const STARTS_WITH_DIGIT = /^[0-9]/;

export type NamedMetric = Pick<MetricPoint, "name" | "unit" | "kind"> & { readonly monotonic: boolean };

/** The name of a metric family, or undefined where nothing of the name can be kept. */
export function metricName({ name, unit, kind, monotonic }: NamedMetric): string | undefined {
  let words = name.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== "");
  addUnit(words, unit);
  if (kind === "sum" && monotonic) words = [...words.filter((word) => word !== "total"), "total"];
  // Of gauges alone: many senders give things that they count the unit 1.
  if (kind === "gauge" && unit === "1") words = [...words.filter((word) => word !== "ratio"), "ratio"];
  const joined = words.join("_");
  if (joined === "" || (joined !== name && ONLY_UNDERSCORES.test(joined))) return undefined;
  return STARTS_WITH_DIGIT.test(joined) ? `_${joined}` : joined;
}

/**
 * A label of a series, or undefined where the attribute's key leaves none. Each character that may not stand there
 * becomes `_`.
 */
export function seriesLabelName(key: string): string | undefined {
  if (key === "") return undefined;
  const name = key.replaceAll(/[^a-zA-Z0-9]/gu, "_");
  if (STARTS_WITH_DIGIT.test(name)) return `key_${name}`;
  const full = name.startsWith("_") && !name.startsWith("__") ? `key${name}` : name;
  return ONLY_UNDERSCORES.test(full) ? undefined : full;
}

/**
 * A label or structured metadata of a log line: as of a series, but what is between letters and digits becomes one `_`.
 */
export function logLabelName(key: string): string | undefined {
  if (key === "") return undefined;
  const reserved = key.length >= 4 && key.startsWith("__") && key.endsWith("__");
  const inner = (reserved ? key.slice(2, -2) : key).replaceAll(/[^a-zA-Z0-9]+/gu, "_");
  const name = reserved ? `__${inner}__` : inner;
  if (STARTS_WITH_DIGIT.test(name)) return `key_${name}`;
  return ONLY_UNDERSCORES.test(name) ? undefined : name;
}
