import type { Span } from "@opentelemetry/api";
import { ATTR, OPERATION } from "../model/index.ts";

/** pgvector's distances: Euclidean, cosine, inner product, taxicab, Hamming, Jaccard. Others have some of them for other things. */
const OPERATOR = /<->|<=>|<#>|<\+>|<~>|<%>/;
/** What shows that it is vectors that are compared: a cast, or a vector written out. */
const VECTOR_TEXT = /::\s*(?:half|sparse)?vec(?:tor)?\b|'\[[-+\d.eE,\s]+\]'/;
const VECTOR_VALUE = /^\s*\[[-+\d.eE,\s]+\]\s*$/;
const NAME = '(?:"[^"]+"|[\\w$]+)';
const TABLE = new RegExp(`\\bfrom\\s+(?:${NAME}\\s*\\.\\s*)?(${NAME})`, "i");
const LIMIT = /\blimit\s+(?:(\d+)|\$(\d+))/i;

/** Longer statements are not looked through. */
const MAX_STATEMENT_CHARS = 100_000;

type Query = { readonly text?: unknown; readonly values?: unknown };

const countNumbers = (vector: string): number => vector.split(",").length;

/** What a statement searches for by the distance of vectors; undefined where it does not. Neither vectors nor values are kept. */
export function readVectorSearch(query: Query): Record<string, string | number> | undefined {
  const { text } = query;
  const values: readonly unknown[] = Array.isArray(query.values) ? query.values : [];
  if (typeof text !== "string" || text.length > MAX_STATEMENT_CHARS || !OPERATOR.test(text)) return undefined;
  const vector = values.find((value): value is string => typeof value === "string" && VECTOR_VALUE.test(value));
  if (vector === undefined && !VECTOR_TEXT.test(text)) return undefined;
  const written = /'(\[[-+\d.eE,\s]+\])'/.exec(text)?.[1];
  const table = TABLE.exec(text)?.[1]?.replaceAll('"', "");
  const limit = LIMIT.exec(text);
  const topK = Number(limit?.[1] ?? (limit?.[2] === undefined ? Number.NaN : values[Number(limit[2]) - 1]));
  const compared = vector ?? written;
  return {
    [ATTR.operation]: OPERATION.retrieval,
    [ATTR.dbOperation]: /^\s*(\w{1,20})/.exec(text)?.[1]?.toUpperCase() ?? "SELECT",
    ...(table !== undefined && { [ATTR.dbCollection]: table, [ATTR.dataSourceId]: table }),
    ...(Number.isSafeInteger(topK) && topK >= 0 && { [ATTR.vectorTopK]: topK }),
    ...(compared !== undefined && { [ATTR.vectorDimension]: countNumbers(compared) }),
  };
}

const searches = new WeakSet<Span>();

/** Hooks of OpenTelemetry's instrumentation of pg, which guards them: a search by vectors is a retrieval. */
export const PGVECTOR_HOOKS = {
  requestHook: (span: Span, { query }: { readonly query: Query }): void => {
    const search = readVectorSearch(query);
    if (search === undefined) return;
    searches.add(span);
    const source = search[ATTR.dataSourceId];
    span.updateName(source === undefined ? OPERATION.retrieval : `${OPERATION.retrieval} ${source}`);
    span.setAttributes(search);
  },
  responseHook: (span: Span, { data }: { readonly data: unknown }): void => {
    if (!searches.has(span)) return;
    const rows = (data as { rowCount?: unknown } | null)?.rowCount;
    if (typeof rows === "number") span.setAttribute(ATTR.dbReturnedRows, rows);
  },
};
