import { streamSelectorOf } from "../../logql/index.ts";
import { type Labels, type Matcher, sortByLabels } from "../../signals/index.ts";
import { addArray, createAnswer, respond } from "../answer.ts";
import { labelsJson } from "../labels-json.ts";
import { ParseError } from "../parse-error.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { type LogRange, parseRange, parseRangeQuery, refuseReversed, refuseTooLong } from "./parameters.ts";
import { JSON_TYPE, type LokiContext, nowNs, SMALLER } from "./query.ts";

export const isEmptySelector = (text: string): boolean => text.replaceAll(" ", "") === "{}";

/** Matchers of a parameter that may be left out. */
const matchersOf = (text: string): readonly Matcher[] => (text === "" ? [] : streamSelectorOf(text));

/** The selectors of `match` and `match[]`; none, or `{}` alone, selects everything. */
function selectorsOf(params: URLSearchParams): (readonly Matcher[])[] {
  const texts = [...new Set([...params.getAll("match"), ...params.getAll("match[]")])].sort();
  if (texts.length === 0 || (texts.length === 1 && texts.some(isEmptySelector))) return [[]];
  return texts.map((text) => {
    if (isEmptySelector(text)) throw new ParseError("0 matchers in group: {}");
    return streamSelectorOf(text);
  });
}

function boundedRange(params: URLSearchParams, { clock, limits }: LokiContext): LogRange {
  const range = parseRange(params, nowNs(clock));
  refuseTooLong(range, limits.maxLogRangeMs);
  return range;
}

function streamsOf({ params }: ApiRequest, context: LokiContext): readonly Labels[] {
  const { startNs, endNs } = boundedRange(params, context);
  return context.source.streams(matchersOf(params.get("query") ?? ""), startNs, endNs);
}

// Loki leaves an empty list out.
const list = (values: Iterable<string>): ApiResponse => {
  const sorted = [...values].sort();
  const data = sorted.length === 0 ? "" : `,"data":${JSON.stringify(sorted)}`;
  return respond(200, JSON_TYPE, `{"status":"success"${data}}\n`);
};

/** `/loki/api/v1/labels`. */
export const answerLabels = (request: ApiRequest, context: LokiContext): ApiResponse =>
  list(new Set(streamsOf(request, context).flatMap((labels) => Object.keys(labels))));

/** `/loki/api/v1/label/<name>/values`. */
export function answerLabelValues(name: string, request: ApiRequest, context: LokiContext): ApiResponse {
  const values = streamsOf(request, context).flatMap((labels) => labels[name] ?? []);
  return list(new Set(values));
}

/** `/loki/api/v1/series`. */
export function answerSeries({ params }: ApiRequest, context: LokiContext): ApiResponse {
  const range = parseRange(params, nowNs(context.clock));
  const selectors = selectorsOf(params);
  refuseTooLong(range, context.limits.maxLogRangeMs);
  const found = new Map<string, Labels>();
  for (const matchers of selectors) {
    for (const labels of context.source.streams(matchers, range.startNs, range.endNs))
      found.set(labelsJson(labels), labels);
  }
  const body = createAnswer(context.limits.maxResponseChars, SMALLER);
  body.add('{"status":"success","data":');
  addArray(
    body,
    sortByLabels([...found.values()], (labels) => labels),
    labelsJson,
  );
  body.add("}\n");
  return respond(200, JSON_TYPE, body.text());
}

/** `/loki/api/v1/index/stats`. */
export function answerIndexStats({ params }: ApiRequest, context: LokiContext): ApiResponse {
  const { query, startNs, endNs } = parseRangeQuery(params, nowNs(context.clock));
  const matchers = streamSelectorOf(query);
  refuseTooLong({ startNs, endNs }, context.limits.maxLogRangeMs);
  const { streams, chunks, bytes, entries } = context.source.stats(matchers, startNs, endNs);
  return respond(200, JSON_TYPE, `${JSON.stringify({ streams, chunks, bytes, entries })}\n`);
}

const LOOKS_LIKE_AN_ID = /^(?:[0-9]+(?:\.[0-9]+)?|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/i;
const ALWAYS = new Set(["cluster", "namespace", "instance", "pod"]);

/** `/loki/api/v1/detected_labels`: labels to choose streams by; those whose values all are ids are left out. */
export function answerDetectedLabels(request: ApiRequest, context: LokiContext): ApiResponse {
  refuseReversed(parseRange(request.params, nowNs(context.clock)));
  const values = new Map<string, Set<string>>();
  for (const labels of streamsOf(request, context)) {
    for (const [name, value] of Object.entries(labels)) {
      const known = values.get(name);
      if (known === undefined) values.set(name, new Set([value]));
      else known.add(value);
    }
  }
  const detectedLabels = [...values]
    .filter(([name, known]) => ALWAYS.has(name) || ![...known].every((value) => LOOKS_LIKE_AN_ID.test(value)))
    .map(([label, known]) => ({ label, cardinality: known.size }))
    .sort((one, other) => (one.label < other.label ? -1 : 1));
  return respond(200, JSON_TYPE, `${JSON.stringify(detectedLabels.length === 0 ? {} : { detectedLabels })}\n`);
}
