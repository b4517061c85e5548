import type { Clock } from "../../base/index.ts";
import { parseFloat64 } from "../../gotext/index.ts";
import { type Dependency, SPAN_KINDS, type Span, type SpanKind, type SpanSource } from "../../signals/index.ts";
import { type Answer, createAnswer, notFound, respond, respondPlain } from "../answer.ts";
import type { ApiLimits } from "../limits.ts";
import { ParseError } from "../parse-error.ts";
import type { Api, ApiRequest, ApiResponse } from "../request.ts";
import { tooMuchIn } from "../too-much.ts";
import { adjustTrace } from "./adjust.ts";
import { type PartWish, parseDependencies, parseMetricsQuery, parseSearch, parseTraceRequest } from "./parameters.ts";
import { jaegerSpanOf } from "./span.ts";
import { addTrace, shownTraceId } from "./trace-json.ts";
import { createTraceParts, type Found, type TraceParts } from "./trace-parts.ts";

export type JaegerOptions = { readonly source: SpanSource; readonly clock: Clock; readonly limits: ApiLimits };
type HandlerOptions = JaegerOptions & { readonly addParts: TraceParts };

type Handler = (request: ApiRequest, options: HandlerOptions) => ApiResponse;

const JSON_TYPE = "application/json";
const SMALLER = "ask for fewer traces (limit), or a shorter time";
const NOT_FOUND = "trace not found";

const errorResponse = (status: number, message: string): ApiResponse =>
  respondPlain(
    status,
    `${JSON.stringify({ data: null, total: 0, limit: 0, offset: 0, errors: [{ code: status, msg: message }] })}\n`,
  );

function failure(error: unknown): ApiResponse {
  const tooMuch = tooMuchIn(error);
  if (tooMuch !== undefined) return errorResponse(400, tooMuch);
  return errorResponse(error instanceof ParseError ? 400 : 500, error instanceof Error ? error.message : String(error));
}

const rest = (total: number, errors = "null"): string => `,"total":${total},"limit":0,"offset":0,"errors":${errors}}`;

const list = (items: readonly unknown[], whenEmpty = "[]"): ApiResponse =>
  respond(200, JSON_TYPE, `{"data":${items.length === 0 ? whenEmpty : JSON.stringify(items)}${rest(items.length)}`);

const answerServices: Handler = (_request, { source }) => list(source.services());

/** `/api/services/<service>/operations`: names only, each once. */
function answerOperationNames(service: string, { source }: HandlerOptions): ApiResponse {
  const names = new Set(source.operations(service).map(({ name }) => name));
  return list([...names], "null");
}

const isSpanKind = (text: string): text is SpanKind => (SPAN_KINDS as readonly string[]).includes(text);

const answerOperations: Handler = ({ params }, { source }) => {
  const service = params.get("service") ?? "";
  if (service === "") throw new ParseError("parameter 'service' is required");
  const kind = params.get("spanKind") ?? "";
  if (kind !== "" && !isSpanKind(kind)) return list([]);
  const operations = kind === "" ? source.operations(service) : source.operations(service, kind as SpanKind);
  return list(operations.map(({ name, kind: found }) => ({ name, spanKind: found === "unspecified" ? "" : found })));
};

/** The answer of a search, to which `addTraces` adds the traces. */
function respondSearch(
  { limits }: HandlerOptions,
  addTraces: (add: (trace: (to: Answer) => void) => void, missing: (traceId: string) => void) => void,
): ApiResponse {
  const answer = createAnswer(limits.maxResponseChars, SMALLER);
  const errors: unknown[] = [];
  let separator = '{"data":[';
  const add = (trace: (to: Answer) => void): void => {
    answer.add(separator);
    separator = ",";
    trace(answer);
  };
  addTraces(add, (traceId) => errors.push({ msg: NOT_FOUND, traceID: shownTraceId(traceId) }));
  if (separator !== ",") answer.add(separator);
  answer.add(`]${rest(0, errors.length === 0 ? "null" : JSON.stringify(errors))}`);
  return respond(200, JSON_TYPE, answer.text());
}

function addWhole(to: Answer, trace: readonly Span[], isRaw: boolean): void {
  const spans = trace.map(jaegerSpanOf);
  addTrace(to, trace[0]?.traceId ?? "", isRaw ? spans : adjustTrace(spans));
}

const respondParts = (found: readonly Found[], part: PartWish, isRaw: boolean, options: HandlerOptions): ApiResponse =>
  respondSearch(options, (add, missing) => options.addParts(found, part, isRaw, { add, missing }));

const answerSearch: Handler = ({ params }, options) => {
  const { query, traceIds, isRaw, part } = parseSearch(params, options.clock);
  const { source } = options;
  if (traceIds.length > 0) {
    if (part !== undefined)
      return respondParts(
        traceIds.map((traceId) => ({ traceId })),
        part,
        isRaw,
        options,
      );
    return respondSearch(options, (add, missing) => {
      for (const traceId of traceIds) {
        const spans = source.trace(traceId);
        if (spans.length === 0) missing(traceId);
        else add((to) => addWhole(to, spans, isRaw));
      }
    });
  }
  if (query.endNs < query.startNs) return errorResponse(500, "min start time is above max");
  if (part !== undefined) return respondParts(source.findTraceIds(query), part, isRaw, options);
  return respondSearch(options, (add) => {
    // One after the other: all of them at once would be many times the answer.
    for (const { traceId } of source.findTraceIds(query)) {
      const spans = source.trace(traceId);
      if (spans.length > 0) add((to) => addWhole(to, spans, isRaw));
    }
  });
};

function answerTrace(encodedId: string, { params }: ApiRequest, options: HandlerOptions): ApiResponse {
  const { traceId, isRaw } = parseTraceRequest(encodedId, params);
  const spans = options.source.trace(traceId);
  if (spans.length === 0) return errorResponse(404, NOT_FOUND);
  return respondSearch(options, (add) => add((to) => addWhole(to, spans, isRaw)));
}

const answerDependencies: Handler = ({ params }, { source, clock }) => {
  const { startNs, endNs } = parseDependencies(params, clock);
  const service = params.get("service") ?? "";
  const isMeant = ({ parent, child }: Dependency): boolean => service === "" || parent === service || child === service;
  const found = source.dependencies(startNs, endNs).filter(isMeant);
  const data = found.map(({ parent, child, callCount }) => ({ parent, child, callCount }));
  return respond(200, JSON_TYPE, `{"data":${JSON.stringify(data)}${rest(0)}`);
};

/** Jaeger without a store for metrics says so; boards read them from Prometheus. */
function answerMetrics(kind: string, { params }: ApiRequest): ApiResponse {
  if (kind === "latencies") {
    const quantile = parseFloat64(params.get("quantile") ?? "");
    if (typeof quantile === "string") throw new ParseError(`unable to parse param 'quantile': ${quantile}`);
  }
  if (kind !== "minstep") parseMetricsQuery(params);
  return errorResponse(501, "metrics querying is currently disabled");
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  services: answerServices,
  operations: answerOperations,
  traces: answerSearch,
  dependencies: answerDependencies,
};

const PREFIX = "/api/";
const PROMETHEUS_PREFIX = "/api/v1/";
const TRACE = /^traces\/([^/]+)$/;
const OPERATIONS = /^services\/([^/]+)\/operations$/;
const METRICS = /^metrics\/(calls|errors|latencies|minstep)$/;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return "";
  }
}

function route(path: string): Handler | undefined {
  if (Object.hasOwn(HANDLERS, path)) return HANDLERS[path];
  const traceId = TRACE.exec(path)?.[1];
  if (traceId !== undefined) return (request, options) => answerTrace(traceId, request, options);
  const service = OPERATIONS.exec(path)?.[1];
  if (service !== undefined) return (_request, options) => answerOperationNames(decoded(service), options);
  const kind = METRICS.exec(path)?.[1];
  return kind === undefined ? undefined : (request) => answerMetrics(kind, request);
}

const INDENT = 4;

function pretty(response: ApiResponse, { params }: ApiRequest): ApiResponse {
  const wish = params.get("prettyPrint") ?? "";
  if (wish === "" || wish === "false" || response.status !== 200) return response;
  return { ...response, body: JSON.stringify(JSON.parse(response.body), null, INDENT) };
}

/** The HTTP API that Jaeger's page and Grafana use. */
export function createJaegerApi(given: JaegerOptions): Api {
  const options: HandlerOptions = { ...given, addParts: createTraceParts(given.source) };
  return {
    handles: (path) => path.startsWith(PREFIX) && !path.startsWith(PROMETHEUS_PREFIX),
    handle: (request) => {
      const handler = request.method === "GET" ? route(request.path.slice(PREFIX.length)) : undefined;
      if (handler === undefined) return notFound();
      try {
        return pretty(handler(request, options), request);
      } catch (error) {
        return failure(error);
      }
    },
  };
}
