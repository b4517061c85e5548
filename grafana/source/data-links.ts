import { BOARDS, type BoardName } from "./board.ts";
import { DATASOURCES } from "./datasources.ts";
import { placeholder } from "./placeholder.ts";

/** Where a click on a value leads. */
export type DataLink = { readonly title: string; readonly url: string };

/** A label of the clicked series, encoded for a URL. */
export const clickedLabel = (label: string): string => placeholder(`__field.labels.${label}:percentencode`);
/** A cell of the clicked row, by its column's title. */
export const clickedCell = (column: string): string =>
  placeholder(
    /^\w+$/.test(column) ? `__data.fields.${column}:percentencode` : `__data.fields["${column}"]:percentencode`,
  );

export type BoardLinkOptions = {
  /** Variables that go along as they are selected; the board that the link stands on has to have them. */
  readonly keep?: readonly string[];
  /** Variables of the other board that are set. */
  readonly set?: Readonly<Record<string, string>>;
};

/** To another board, over the same time and about the same Prometheus, which every board has. */
export function toBoard(title: string, name: BoardName, { keep = [], set = {} }: BoardLinkOptions = {}): DataLink {
  const parameters = [
    placeholder("__url_time_range"),
    ...["prometheus", ...keep].map((variable) => placeholder(`${variable}:queryparam`)),
    ...Object.entries(set).map(([variable, value]) => `var-${variable}=${value}`),
  ];
  return { title, url: `/d/${BOARDS[name].uid}?${parameters.join("&")}` };
}

/** A URL keeps its `${…}` as they are: Grafana puts the values in before it reads the rest. */
const encode = (json: string): string =>
  json
    .split(/(\$\{[^}]*\})/)
    .map((part, index) => (index % 2 === 1 ? part.replaceAll('\\"', '"') : encodeURIComponent(part)))
    .join("");

function explore(title: string, datasource: "loki" | "jaeger", query: object): DataLink {
  const source = DATASOURCES[datasource];
  const pane = {
    datasource: source.uid,
    queries: [{ refId: "A", datasource: source, ...query }],
    range: { from: placeholder("__from"), to: placeholder("__to") },
  };
  return { title, url: `/explore?schemaVersion=1&panes=${encode(JSON.stringify({ a: pane }))}` };
}

/**
 * Log lines in Explore. `expr` may hold `$variables` and what was clicked. Several values go in as `a|b`: escaped as in a panel's query they
 * would hold backslashes, which a string of JSON cannot.
 */
export function toLogs(title: string, expr: string): DataLink {
  const braced = expr.replaceAll(/\$(\w+)/g, (_, name: string) => placeholder(`${name}:pipe`));
  return explore(title, "loki", { expr: braced, queryType: "range" });
}

export type TraceLinkOptions = { readonly service?: string; readonly tags: string };

/** Traces that Jaeger finds, in Explore; `tags` as `key=value key=value`. */
export const toTraces = (
  title: string,
  { service = placeholder("traced_service"), tags }: TraceLinkOptions,
): DataLink => explore(title, "jaeger", { queryType: "search", service, tags, limit: 20 });
