import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Span, Trace } from "./jaeger.ts";
import type { LogLine } from "./loki.ts";

type TagMapping = { readonly key: string; readonly value?: string };
type Datasource = {
  readonly uid: string;
  readonly type: string;
  readonly jsonData: {
    readonly exemplarTraceIdDestinations?: readonly { readonly name: string; readonly datasourceUid: string }[];
    readonly derivedFields?: readonly {
      readonly matcherType: string;
      readonly matcherRegex: string;
      readonly url: string;
      readonly datasourceUid: string;
    }[];
    readonly tracesToLogsV2?: {
      readonly datasourceUid: string;
      readonly tags: readonly TagMapping[];
      readonly query: string;
    };
    readonly tracesToMetrics?: {
      readonly datasourceUid: string;
      readonly tags: readonly TagMapping[];
      readonly queries: readonly { readonly name: string; readonly query: string }[];
    };
  };
};

const FILE = new URL("../../../grafana/provisioning/datasources/datasources.yaml", import.meta.url);

/** The data sources as Grafana reads them: `$$` is how its files write a `$`. */
export function loadDatasources(): Record<"prometheus" | "loki" | "jaeger" | "alertmanager", Datasource> {
  const { datasources } = parse(readFileSync(FILE, "utf8").replaceAll("$$", "$")) as { datasources: Datasource[] };
  return Object.fromEntries(datasources.map((one) => [one.uid, one])) as ReturnType<typeof loadDatasources>;
}

/**
 * What Grafana puts in the place of `$__tags`: of the configured tags those that the span or its process has, in its order of
 * `processTags`, then `tags`. Jaeger has no tag service.name. Without any tag there is no link, which is an error here.
 */
export function formatTags(mappings: readonly TagMapping[], span: Span): string {
  const parts = [span.processTags, span.tags].flatMap((tags) =>
    mappings.flatMap(({ key, value }) => (Object.hasOwn(tags, key) ? [`${value ?? key}="${tags[key]}"`] : [])),
  );
  if (parts.length === 0) {
    throw new Error(`none of the tags ${mappings.map(({ key }) => key).join(", ")} is on the span ${span.name}`);
  }
  return parts.join(", ");
}

/** Replaces the variables that Grafana knows about a span. One that it does not know is an error. */
export function fillIn(template: string, mappings: readonly TagMapping[], trace: Trace, span: Span): string {
  const values: Record<string, string> = {
    __tags: formatTags(mappings, span),
    "__trace.traceId": trace.traceId,
    "__span.spanId": span.spanId,
    "__span.name": span.name,
  };
  return template.replaceAll(/\$(?:\{([\w.]+)\}|([\w.]+))/g, (whole, braced?: string, plain?: string) => {
    const value = values[braced ?? plain ?? ""];
    if (value === undefined) throw new Error(`Grafana has no value for ${whole} in ${template}`);
    return value;
  });
}

/** The trace id that Loki's derived field finds on a line, by the rules of the matcher type `label`. */
export function traceIdOf(line: LogLine): string | undefined {
  for (const { matcherType, matcherRegex, url } of loadDatasources().loki.jsonData.derivedFields ?? []) {
    if (matcherType !== "label") continue;
    const [, value] =
      Object.entries(line.labels).find(([name]) => new RegExp(`^(?:${matcherRegex})$`).test(name)) ?? [];
    if (value !== undefined) return url.replace("${__value.raw}", value);
  }
  return undefined;
}
