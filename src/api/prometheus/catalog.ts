import { quote } from "../../gotext/index.ts";
import { parseSelector } from "../../promql/index.ts";
import {
  type Labels,
  type Matcher,
  type MetricMetadata,
  type SeriesCatalog,
  sortByLabels,
} from "../../signals/index.ts";
import { addArray, createAnswer, respond } from "../answer.ts";
import { labelsJson } from "../labels-json.ts";
import type { ApiLimits } from "../limits.ts";
import { ParseError, parseCount } from "../parse-error.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { inParameter, PrometheusError } from "./error.ts";
import { unescapeName } from "./escaped-name.ts";
import { optionalRange, parseLimit, TRUNCATED, truncated } from "./parameters.ts";
import { closing, OPENING, success } from "./response.ts";

export type CatalogContext = { readonly source: SeriesCatalog; readonly limits: ApiLimits };

type Selectors = readonly (readonly Matcher[])[];

/** The `match[]` parameters; each must select less than everything. */
export const parseSelectors = (params: URLSearchParams): Selectors =>
  params.getAll("match[]").map((text) => {
    const matchers = parseSelector(text);
    if (!matchers.every((matcher) => matcher.matches(""))) return matchers;
    throw new ParseError("match[] must contain at least one non-empty matcher");
  });

const SMALLER = "ask for less: limit, start and end, or more label matchers";

function list(values: readonly string[], limit: number): ApiResponse {
  const shorter = truncated(values, limit);
  return success(JSON.stringify(shorter ?? values), shorter === undefined ? {} : { warnings: [TRUNCATED] });
}

/** `/api/v1/labels`. */
export function answerLabels({ params }: ApiRequest, { source }: CatalogContext): ApiResponse {
  const limit = parseLimit(params);
  const { startMs, endMs } = optionalRange(params);
  return list(source.labelNames(parseSelectors(params), startMs, endMs), limit);
}

/** `/api/v1/label/<name>/values`; the name as the path has it. */
export function answerLabelValues(
  encodedName: string,
  { params }: ApiRequest,
  { source }: CatalogContext,
): ApiResponse {
  const name = unescapeName(encodedName);
  if (name === undefined || name === "") {
    throw new PrometheusError("bad_data", `invalid label name: ${quote(name ?? encodedName)}`);
  }
  const limit = parseLimit(params);
  const { startMs, endMs } = optionalRange(params);
  return list(source.labelValues(name, parseSelectors(params), startMs, endMs), limit);
}

/** `/api/v1/series`. */
export function answerSeries({ params }: ApiRequest, { source, limits }: CatalogContext): ApiResponse {
  if (!params.has("match[]")) throw new PrometheusError("bad_data", "no match[] parameter provided");
  const limit = parseLimit(params);
  const { startMs, endMs } = optionalRange(params);
  const selectors = inParameter("match[]", () => parseSelectors(params));
  const found = sortByLabels(source.series(selectors, startMs, endMs), (labels: Labels) => labels);
  const shorter = truncated(found, limit);
  const answer = createAnswer(limits.maxResponseChars, SMALLER);
  answer.add(OPENING);
  addArray(answer, shorter ?? found, labelsJson);
  answer.add(closing(shorter === undefined ? {} : { warnings: [TRUNCATED] }));
  return respond(200, "application/json", answer.text());
}

function parseWhole(params: URLSearchParams, name: string): number {
  const text = params.get(name) ?? "";
  if (text === "") return -1;
  try {
    return parseCount(text);
  } catch {
    throw new PrometheusError("bad_data", `${name} must be a number`);
  }
}

const metadataJson = ({ type, unit, help }: MetricMetadata): string => JSON.stringify({ type, unit, help });

/** `/api/v1/metadata`. */
export function answerMetadata({ params }: ApiRequest, { source }: CatalogContext): ApiResponse {
  const limit = parseWhole(params, "limit");
  const perMetric = parseWhole(params, "limit_per_metric");
  const metric = params.get("metric") ?? "";
  const byMetric = new Map<string, Set<string>>();
  for (const one of source.metadata()) {
    if (metric !== "" && one.metric !== metric) continue;
    const known = byMetric.get(one.metric);
    if (known === undefined) byMetric.set(one.metric, new Set([metadataJson(one)]));
    else if (perMetric <= 0 || known.size < perMetric) known.add(metadataJson(one));
  }
  const entries = [...byMetric].sort(([one], [other]) => (one < other ? -1 : 1));
  const shown = limit >= 0 ? entries.slice(0, limit) : entries;
  return success(`{${shown.map(([name, known]) => `${JSON.stringify(name)}:[${[...known].join(",")}]`).join(",")}}`);
}
