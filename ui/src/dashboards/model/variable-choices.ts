import type { Backends } from "../../../../src/backends/index.ts";
import { builtIn } from "./interval.ts";
import { textOf } from "./json.ts";
import { seriesText } from "./legend.ts";
import { sourceOf } from "./panel-queries.ts";
import type { AskChoices } from "./resolve-variables.ts";
import { forQuery, given, interpolate, type VariableValue } from "./template.ts";
import type { Variable } from "./variable.ts";

/** The queries of variables: `label_values(…)` and its like of Prometheus and Loki. */

type Range = { readonly startMs: number; readonly endMs: number };

async function ofPrometheus({ prometheus }: Backends, query: string, range: Range): Promise<readonly string[]> {
  const [, labels] = /^label_names\((.*)\)\s*$/s.exec(query) ?? [];
  if (labels !== undefined) return prometheus.labels(labels.trim() === "" ? range : { ...range, selectors: [labels] });
  const [, selector, label] = /^label_values\((?:(.+),\s*)?([a-zA-Z_]\w*)\s*\)\s*$/s.exec(query) ?? [];
  if (label !== undefined)
    return prometheus.labelValues(label, selector === undefined ? range : { ...range, selectors: [selector.trim()] });
  const [, pattern] = /^metrics\((.+)\)\s*$/s.exec(query) ?? [];
  if (pattern !== undefined) {
    const matches = new RegExp(pattern);
    return (await prometheus.labelValues("__name__", range)).filter((name) => matches.test(name));
  }
  const [, expr] = /^query_result\((.+)\)\s*$/s.exec(query) ?? [];
  if (expr !== undefined) {
    const { result } = await prometheus.query(expr, { timeMs: range.endMs });
    const series = "series" in result ? result.series : [];
    return series.flatMap(({ labels: own, points }) =>
      points.map(({ value, timeMs }) => `${seriesText(own)} ${value} ${timeMs}`),
    );
  }
  const series = await prometheus.series([query], range);
  return series.map(seriesText);
}

async function ofLoki(
  { loki }: Backends,
  { query, queryMembers }: Variable,
  written: string,
  range: Range,
): Promise<readonly string[]> {
  const member = textOf(queryMembers["label"]);
  const [, selector, label] = /^label_values\((?:(.+),\s*)?([a-zA-Z_]\w*)\s*\)\s*$/s.exec(written) ?? [];
  const wanted = member ?? label;
  const stream = textOf(queryMembers["stream"]) ?? selector;
  if (wanted === undefined || query === "label_names()") return loki.labels(range);
  if (stream === undefined || stream.trim() === "") return loki.labelValues(wanted, range);
  const series = await loki.series([stream], range);
  return [...new Set(series.flatMap((labels) => labels[wanted] ?? []))].sort();
}

export const choicesFrom =
  (backends: Backends, range: Range): AskChoices =>
  async (variable, lookUp) => {
    const builtIns = builtIn(range, 60_000, 60_000);
    const known = (name: string): VariableValue | undefined =>
      builtIns[name] === undefined ? lookUp(name) : given(name, builtIns[name]);
    const query = interpolate(variable.query, known, forQuery).trim();
    const source = sourceOf(variable.datasource, lookUp);
    if (query === "" && Object.keys(variable.queryMembers).length === 0) return [];
    if (source === "loki") return ofLoki(backends, variable, query, range);
    return source === "prometheus" ? ofPrometheus(backends, query, range) : [];
  };
