import type { Clock } from "../../base/index.ts";
import { parseBoolean, parseGoDuration, parseHex, parseInteger } from "../../gotext/index.ts";
import { SPAN_KINDS, type TraceQuery } from "../../signals/index.ts";
import { orThrow, ParseError } from "../parse-error.ts";
import { clampNs, NS_PER_MS } from "../times.ts";

const NS_PER_US = 1000n;
const DAY_NS = 86_400n * 1_000_000_000n;
// What Jaeger looks back without `start`.
const DEFAULT_LOOKBACK_NS = 2n * DAY_NS;
const DEFAULT_LIMIT = 100;

const text = (params: URLSearchParams, name: string): string => params.get(name) ?? "";

function inParameter<Value>(name: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ParseError(`unable to parse param '${name}': ${error.message}`);
  }
}

/** A time in units of `unitNs` since the epoch. */
function parseTimeNs(params: URLSearchParams, name: string, unitNs: bigint, otherwise: bigint): bigint {
  const given = text(params, name);
  return given === "" ? otherwise : inParameter(name, () => clampNs(orThrow(parseInteger(given, "ParseInt")) * unitNs));
}

const parseUnitsNs = (params: URLSearchParams, name: string, otherwise: bigint): bigint =>
  parseTimeNs(params, name, NS_PER_MS, otherwise);

function parseDurationNs(params: URLSearchParams, name: string): bigint {
  const given = text(params, name);
  return given === "" ? 0n : inParameter(name, () => orThrow(parseGoDuration(given)));
}

export function parseBool(params: URLSearchParams, name: string): boolean {
  const given = text(params, name);
  return given === "" ? false : inParameter(name, () => orThrow(parseBoolean(given)));
}

/** Up to 32 hex digits, as an id of 32. */
export function parseTraceId(given: string): string {
  if (given.length > 32) throw new ParseError(`TraceID cannot be longer than 32 hex characters: ${given}`);
  const split = Math.max(0, given.length - 16);
  const high = split === 0 ? 0n : orThrow(parseHex(given.slice(0, split)));
  const low = orThrow(parseHex(given.slice(split)));
  return high.toString(16).padStart(16, "0") + low.toString(16).padStart(16, "0");
}

// What V8 says of broken JSON, and what Go's decoder calls the same place.
const GO_PLACES: readonly (readonly [said: RegExp, place: string])[] = [
  [/non-whitespace character after JSON/, "after top-level value"],
  [/property name or/, "looking for beginning of object key string"],
  [/double-quoted property name/, "looking for beginning of object key string"],
  [/after property name/, "after object key"],
  [/after property value/, "after object key:value pair"],
  [/after array element/, "after array element"],
];

function jsonFault(given: string, error: unknown): ParseError {
  const said = error instanceof Error ? error.message : "";
  const named = /^Unexpected token '(.+?)'/s.exec(said)?.[1];
  const position = /position ([0-9]+)/.exec(said)?.[1];
  const char = named ?? (position === undefined ? undefined : given[Number(position)]);
  const place = GO_PLACES.find(([pattern]) => pattern.test(said))?.[1] ?? "looking for beginning of value";
  const told = char === undefined ? "unexpected end of JSON input" : `invalid character '${char}' ${place}`;
  return new ParseError(`malformed 'tags' parameter, cannot unmarshal JSON: ${told}`);
}

const GO_NAMES: Readonly<Record<string, string>> = { number: "number", boolean: "bool", object: "object" };

const wrongType = (value: unknown, type: string): ParseError => {
  const found = Array.isArray(value) ? "array" : (GO_NAMES[typeof value] ?? typeof value);
  return new ParseError(
    `malformed 'tags' parameter, cannot unmarshal JSON: json: cannot unmarshal ${found} into Go value of type ${type}`,
  );
};

function parseJsonTags(given: string): [string, string][] {
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch (error) {
    throw jsonFault(given, error);
  }
  if (value === null) return [];
  if (typeof value !== "object" || Array.isArray(value)) throw wrongType(value, "map[string]string");
  return Object.entries(value).map(([key, inner]) => {
    if (inner === null) return [key, ""];
    if (typeof inner !== "string") throw wrongType(inner, "string");
    return [key, inner];
  });
}

function parseTags(params: URLSearchParams): Readonly<Record<string, string>> {
  const tags = Object.create(null) as Record<string, string>;
  for (const tag of params.getAll("tag")) {
    const colon = tag.indexOf(":");
    if (colon < 0) throw new ParseError(`malformed 'tag' parameter, expecting key:value, received: ${tag}`);
    tags[tag.slice(0, colon)] = tag.slice(colon + 1);
  }
  for (const given of params.getAll("tags")) for (const [key, value] of parseJsonTags(given)) tags[key] = value;
  return tags;
}

const nowNs = (clock: Clock): bigint => BigInt(Math.floor(clock.nowMs())) * NS_PER_MS;

const MOST_SPANS_PER_TRACE = 10_000;

/** What is answered of each trace instead of all its spans: ours, Jaeger has no such thing (docs/query-api.md). */
export type PartWish = {
  readonly spansPerTrace: number;
  /** Ids of spans that come before others. */
  readonly spanIds: readonly string[];
  readonly spending: boolean;
};

function parsePartWish(params: URLSearchParams): PartWish | undefined {
  const given = text(params, "spansPerTrace");
  if (given === "") return undefined;
  const spansPerTrace = /^[0-9]{1,5}$/.test(given) ? Number(given) : Number.NaN;
  if (!(spansPerTrace <= MOST_SPANS_PER_TRACE)) {
    const expected = `expected a whole number from 0 to ${MOST_SPANS_PER_TRACE}, received: ${given}`;
    throw new ParseError(`unable to parse param 'spansPerTrace': ${expected}`);
  }
  const spanIds = params.getAll("spanID").map((id) => {
    if (/^[0-9a-f]{16}$/.test(id)) return id;
    throw new ParseError(`unable to parse param 'spanID': expected 16 hexadecimal digits, received: ${id}`);
  });
  return { spansPerTrace, spanIds, spending: parseBool(params, "spending") };
}

export type Search = {
  readonly query: TraceQuery;
  readonly traceIds: readonly string[];
  readonly isRaw: boolean;
  /** Undefined for whole traces. */
  readonly part: PartWish | undefined;
};

/** `/api/traces`. */
export function parseSearch(params: URLSearchParams, clock: Clock): Search {
  const [service, operation] = [text(params, "service"), text(params, "operation")];
  const now = nowNs(clock);
  const startNs = parseTimeNs(params, "start", NS_PER_US, now - DEFAULT_LOOKBACK_NS);
  const endNs = parseTimeNs(params, "end", NS_PER_US, now);
  const tags = parseTags(params);
  const limitText = text(params, "limit");
  const limit = limitText === "" ? DEFAULT_LIMIT : Number(orThrow(parseInteger(limitText, "ParseInt", 32)));
  const minDurationNs = parseDurationNs(params, "minDuration");
  const maxDurationNs = parseDurationNs(params, "maxDuration");
  const traceIds = params.getAll("traceID").map((given) => {
    try {
      return parseTraceId(given);
    } catch (error) {
      throw new ParseError(`cannot parse traceID param: ${error instanceof Error ? error.message : error}`);
    }
  });
  const isRaw = parseBool(params, "raw");
  const part = parsePartWish(params);
  if (traceIds.length === 0 && service === "") throw new ParseError("parameter 'service' is required");
  if (minDurationNs !== 0n && maxDurationNs !== 0n && maxDurationNs < minDurationNs) {
    throw new ParseError("'maxDuration' should be greater than 'minDuration'");
  }
  const query: TraceQuery = {
    service,
    tags,
    startNs,
    endNs,
    limit: limit > 0 ? limit : DEFAULT_LIMIT,
    ...(operation === "" ? {} : { operation }),
    ...(minDurationNs === 0n ? {} : { minDurationNs }),
    ...(maxDurationNs === 0n ? {} : { maxDurationNs }),
  };
  return { query, traceIds, isRaw, part };
}

/** `/api/traces/<id>`: the times are read for their errors; the store finds a trace without them. */
export function parseTraceRequest(encodedId: string, params: URLSearchParams): { traceId: string; isRaw: boolean } {
  const traceId = parseTraceId(encodedId);
  for (const name of ["start", "end"]) parseTimeNs(params, name, NS_PER_US, 0n);
  return { traceId, isRaw: parseBool(params, "raw") };
}

/** `/api/dependencies`: milliseconds. */
export function parseDependencies(params: URLSearchParams, clock: Clock): { startNs: bigint; endNs: bigint } {
  const endNs = parseUnitsNs(params, "endTs", nowNs(clock));
  return { startNs: clampNs(endNs - parseUnitsNs(params, "lookback", DAY_NS)), endNs };
}

/** Checked, though no metrics are served: a wrong request is told what is wrong with it. */
export function parseMetricsQuery(params: URLSearchParams): void {
  if (!params.has("service")) {
    throw new ParseError("unable to parse param 'service': please provide at least one service name");
  }
  parseBool(params, "groupByOperation");
  for (const kind of params.getAll("spanKind")) {
    if ((SPAN_KINDS as readonly string[]).includes(kind)) continue;
    throw new ParseError(`unable to parse param 'spanKind': unsupported span kind: '${kind}'`);
  }
  for (const name of ["endTs", "lookback", "step", "ratePer"]) parseUnitsNs(params, name, 0n);
}
