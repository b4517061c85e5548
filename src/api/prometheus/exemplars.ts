import { formatSampleValue } from "../../gotext/index.ts";
import { type Expr, parsePromql, selectorsOf } from "../../promql/index.ts";
import { type Exemplar, type SeriesExemplars, sortByLabels } from "../../signals/index.ts";
import { addArray, createAnswer, respond } from "../answer.ts";
import { labelsJson } from "../labels-json.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import type { CatalogContext } from "./catalog.ts";
import { PrometheusError } from "./error.ts";
import { optionalRange } from "./parameters.ts";
import { closing, OPENING } from "./response.ts";
import { secondsText } from "./values-json.ts";

const exemplarJson = ({ labels, value, timeMs }: Exemplar): string =>
  `{"labels":${labelsJson(labels)},"value":"${formatSampleValue(value)}","timestamp":${secondsText(timeMs)}}`;

const seriesJson = ({ labels, exemplars }: SeriesExemplars): string =>
  `{"seriesLabels":${labelsJson(labels)},"exemplars":[${exemplars.map(exemplarJson).join(",")}]}`;

/** `/api/v1/query_exemplars`: exemplars of every series that the query reads. */
export function answerExemplars({ params }: ApiRequest, { source, limits }: CatalogContext): ApiResponse {
  const { startMs, endMs, isReversed } = optionalRange(params);
  if (isReversed) throw new PrometheusError("bad_data", "end timestamp must not be before start timestamp");
  const expr: Expr = parsePromql(params.get("query") ?? "");
  const selectors = selectorsOf(expr).map(({ matchers }) => matchers);
  // A query without selectors is not "no exemplars" for Prometheus, but nothing at all.
  if (selectors.length === 0) return { status: 204, headers: {}, body: "" };
  const found = source.exemplars(selectors, startMs, endMs).filter(({ exemplars }) => exemplars.length > 0);
  const answer = createAnswer(limits.maxResponseChars, "ask for fewer series or a shorter time");
  answer.add(OPENING);
  addArray(
    answer,
    sortByLabels(found, ({ labels }) => labels),
    seriesJson,
  );
  answer.add(closing({}));
  return respond(200, "application/json", answer.text());
}
