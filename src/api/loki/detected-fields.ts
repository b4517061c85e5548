import { parseBoolean, parseFloat64, parseGoDuration, parseInteger } from "../../gotext/index.ts";
import { createLinePipeline, type LinePipeline, LogqlError } from "../../logql/index.ts";
import type { Labels, LogLine } from "../../signals/index.ts";
import { respond } from "../answer.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { parsePositive, parseRange, parseStepNs, refuseReversed, refuseTooLong } from "./parameters.ts";
import { JSON_TYPE, type LokiContext, nowNs } from "./query.ts";

const DEFAULT_FIELD_LIMIT = 1000;
// Beyond this, lines that a filter holds back are not worth the wait: the answer is a sample anyway.
const MAX_LINES_READ = 100_000;

type Field = { readonly values: Set<string>; type: string; readonly parsers: Set<string> };

function typeOf(value: string): string {
  if (typeof parseInteger(value) !== "string") return "int";
  if (typeof parseFloat64(value) !== "string") return "float";
  if (typeof parseBoolean(value) !== "string") return "boolean";
  if (typeof parseGoDuration(value) !== "string") return "duration";
  return /^[0-9.]+ ?[kmgtpe]?i?b$/i.test(value) ? "bytes" : "string";
}

/** What a parser finds in a line; undefined where the line is not of its format. */
function parsed(pipeline: LinePipeline, line: LogLine): Labels | undefined {
  const entry = pipeline.process(line);
  return entry === undefined || entry.parsed["__error__"] !== undefined ? undefined : entry.parsed;
}

/** `/loki/api/v1/detected_fields`: what the latest lines have to filter by, in their metadata or in JSON and logfmt text. */
export function answerDetectedFields({ params, isExpired }: ApiRequest, context: LokiContext): ApiResponse {
  const { source, clock, limits } = context;
  const query = params.get("query") ?? "";
  const range = parseRange(params, nowNs(clock));
  refuseReversed(range);
  const lineLimit = parsePositive(params.get("line_limit"));
  const limit = parsePositive(params.get("limit") ?? params.get("field_limit"), DEFAULT_FIELD_LIMIT);
  parseStepNs(params, range);
  const plain = createLinePipeline(query);
  refuseTooLong(range, limits.maxLogRangeMs);
  const parsers = { json: createLinePipeline(`${query} | json`), logfmt: createLinePipeline(`${query} | logfmt`) };

  const fields = new Map<string, Field>();
  const add = (name: string, value: string, parser?: string): void => {
    const known = fields.get(name);
    if (known === undefined && fields.size >= limit) return;
    const field = known ?? { values: new Set<string>(), type: typeOf(value), parsers: new Set<string>() };
    field.values.add(value);
    if (parser !== undefined) field.parsers.add(parser);
    fields.set(name, field);
  };
  const addParsed = (line: LogLine): void => {
    const parser = line.line.trimStart().startsWith("{") ? "json" : "logfmt";
    for (const [name, value] of Object.entries(parsed(parsers[parser], line) ?? {})) {
      add(name.replace(/_extracted$/, ""), value, parser);
    }
  };

  let [read, taken] = [0, 0];
  source.scan({ matchers: plain.matchers, ...range, direction: "backward" }, (line) => {
    read += 1;
    if (isExpired?.() === true) throw new LogqlError("timeout", "timed out");
    const entry = plain.process(line);
    if (entry !== undefined) {
      taken += 1;
      for (const [name, value] of Object.entries(entry.structuredMetadata)) add(name, value);
      addParsed(line);
    }
    return taken < lineLimit && read < MAX_LINES_READ;
  });
  const found = [...fields].map(([label, { values, type, parsers: by }]) => ({
    label,
    type,
    cardinality: values.size,
    parsers: by.size === 0 ? null : [...by].sort(),
  }));
  return respond(200, JSON_TYPE, `${JSON.stringify(found.length === 0 ? {} : { fields: found, limit })}\n`);
}
