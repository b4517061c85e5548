import { buildDashboards } from "./boards.ts";

/** One query as a back end can execute it, all variables replaced. */
export type PanelQuery = {
  readonly dashboard: string;
  readonly panel: string;
  readonly datasource: "prometheus" | "loki" | "jaeger";
  /** PromQL, LogQL, or for Jaeger the query string of its `/api/traces`. */
  readonly expr: string;
  /** Whether the panel asks for one moment instead of a range. Always false for Loki and Jaeger. */
  readonly instant: boolean;
  /** Whether the panel shows exemplars, each of which leads to a trace. */
  readonly exemplars: boolean;
};

/** A query that fills the choices of a template variable: the values of `label` among the series that match `selector`. */
export type VariableQuery = {
  readonly dashboard: string;
  readonly variable: string;
  readonly selector: string;
  readonly label: string;
};

type Target = {
  readonly expr?: string;
  readonly instant?: boolean;
  readonly exemplar?: boolean;
  readonly datasource?: { readonly type?: string };
  readonly service?: string;
  readonly tags?: string;
  readonly limit?: number;
};
type Variable = {
  readonly name: string;
  readonly type: string;
  readonly definition?: string;
  readonly allValue?: string;
};

/** What Grafana would choose for the last hour; a mapping given by the caller wins. */
const BUILT_IN: Readonly<Record<string, string>> = {
  __rate_interval: "4m",
  __range: "1h",
  __interval: "1m",
  __auto: "1m",
};

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const secondsOf = (duration = ""): string =>
  String(Number.parseInt(duration, 10) * (SECONDS[duration.slice(-1)] ?? NaN));

/**
 * Replaces `$name` and `${name}`; `$1` is a group of a pattern. A variable without value is an error: a query with a hole in it proves
 * nothing.
 */
export function interpolate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:([A-Za-z_]\w*)|\{(\w+)(?::\w+)?\})/g, (_, plain?: string, braced?: string) => {
    const name = plain ?? braced ?? "";
    const value = values[name];
    if (value === undefined) throw new Error(`Expected a value for the variable $${name} in: ${text}`);
    return value;
  });
}

/** `key=value` pairs, as Grafana's Jaeger search writes tags, to the JSON that Jaeger's API takes. */
const tagsJson = (tags: string): string =>
  JSON.stringify(Object.fromEntries(tags.split(/\s+/).map((pair) => pair.split("=", 2) as [string, string])));

function jaegerSearch({ service = "", tags = "", limit = 20 }: Target): string {
  return new URLSearchParams({ service, tags: tagsJson(tags), limit: String(limit) }).toString();
}

const allValues = (variables: readonly Variable[]): Record<string, string> =>
  Object.fromEntries(variables.flatMap(({ name, allValue }) => (allValue === undefined ? [] : [[name, allValue]])));

type Board = ReturnType<typeof buildDashboards>[number];
const variablesOf = (board: Board): Variable[] => (board.templating?.list ?? []) as unknown as Variable[];
const panelsOf = (board: Board) => (board.panels ?? []) as { title?: string; targets?: unknown[] }[];

/**
 * Every query of every panel. `values` maps variable names to values; those that can select everything do so unless given.
 * `service` and `traced_service` have no such value: name them, or a query that uses them throws.
 */
export function listPanelQueries(values: Readonly<Record<string, string>>): PanelQuery[] {
  return buildDashboards().flatMap((board) => {
    const given = { ...BUILT_IN, ...allValues(variablesOf(board)), ...values };
    const replacements = { ...given, __range_s: secondsOf(given["__range"]) };
    return panelsOf(board).flatMap((panel) =>
      ((panel.targets ?? []) as Target[]).map((target): PanelQuery => {
        const datasource = target.datasource?.type as PanelQuery["datasource"];
        const service = interpolate(target.service ?? "", replacements);
        const expr =
          datasource === "jaeger" ? jaegerSearch({ ...target, service }) : interpolate(target.expr ?? "", replacements);
        return {
          dashboard: board.uid ?? "",
          panel: panel.title ?? "",
          datasource,
          expr,
          instant: datasource === "prometheus" && target.instant === true,
          exemplars: target.exemplar === true,
        };
      }),
    );
  });
}

/** Every `label_values(selector, label)` behind a template variable, with the variables in it replaced. */
export function listVariableQueries(values: Readonly<Record<string, string>> = {}): VariableQuery[] {
  return buildDashboards().flatMap((board) => {
    const variables = variablesOf(board);
    const replacements = { ...allValues(variables), ...values };
    return variables.flatMap(({ name, type, definition = "" }) => {
      if (type !== "query") return [];
      const [, selector = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
      return [{ dashboard: board.uid ?? "", variable: name, selector: interpolate(selector, replacements), label }];
    });
  });
}
