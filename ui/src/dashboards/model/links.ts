import type { Cell } from "./frame.ts";
import { isMembers, listOf, membersOf, textOf } from "./json.ts";
import type { Link } from "./link-json.ts";
import { readTags } from "./panel-queries.ts";
import { type Shown, textOfShown } from "./shown-value.ts";
import { given, interpolate, type VariableValue } from "./template.ts";

/** Grafana's links, led to views of this page. */

/** A view with its parameters, or an address elsewhere. */
export type Destination =
  | { readonly kind: "view"; readonly path: string; readonly params: Readonly<Record<string, readonly string[]>> }
  | { readonly kind: "elsewhere"; readonly url: string };
export type ResolvedLink = { readonly title: string; readonly destination: Destination };

/** What was clicked. */
export type Clicked = {
  readonly seriesName?: string;
  readonly fieldName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value?: Shown;
  readonly timeMs?: number | undefined;
  /** Cells of the row, by what their columns are called. */
  readonly row?: ReadonlyMap<string, Shown>;
};

export type LinkContext = {
  readonly lookUp: (name: string) => VariableValue | undefined;
  /** Of all variables of the board. */
  readonly variables: readonly VariableValue[];
  /** As in the address. */
  readonly from: string;
  readonly to: string;
  readonly startMs: number;
  readonly endMs: number;
};

const cellText = (value: Cell): string => (value === undefined ? "" : String(value));

function memberOf(name: string, member: string, clicked: Clicked): string | undefined {
  const shown = clicked.value;
  if (name === "__series") return member === "name" ? (clicked.seriesName ?? clicked.fieldName ?? "") : undefined;
  if (name === "__value") {
    if (member === "time") return clicked.timeMs === undefined ? "" : String(clicked.timeMs);
    if (member === "text") return shown === undefined ? "" : textOfShown(shown);
    return member === "raw" || member === "numeric" ? cellText(shown?.raw) : undefined;
  }
  if (name === "__field") {
    if (member === "name" || member === "displayName") return clicked.fieldName ?? "";
    const [, plain, quoted] = /^labels(?:\.(.+)|\["?([^"\]]+)"?\])$/.exec(member) ?? [];
    const label = plain ?? quoted;
    return label === undefined ? undefined : (clicked.labels?.[label] ?? "");
  }
  const [, plain, quoted, index, part] =
    /^fields(?:\.([^.[]+)|\["([^"]+)"\]|\[(\d+)\])(?:\.(text|numeric))?$/.exec(member) ?? [];
  if (plain === undefined && quoted === undefined && index === undefined) return undefined;
  const cell =
    index === undefined ? clicked.row?.get(plain ?? quoted ?? "") : [...(clicked.row?.values() ?? [])][Number(index)];
  if (cell === undefined) return "";
  return part === "numeric" || typeof cell.raw === "string" ? cellText(cell.raw) : textOfShown(cell);
}

/** The text of a link's address with all values in it. */
export function linkText(
  url: string,
  { lookUp, variables, from, to, startMs, endMs }: LinkContext,
  clicked: Clicked,
): string {
  return interpolate(url, (name, member) => {
    if (member !== undefined && ["__field", "__data", "__value", "__series"].includes(name)) {
      const text = memberOf(name, member, clicked);
      return text === undefined ? undefined : given(name, text);
    }
    if (name === "__url_time_range")
      return given(name, `from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`);
    if (name === "__from") return given(name, String(startMs));
    if (name === "__to") return given(name, String(endMs));
    if (name === "__all_variables") {
      return given(
        name,
        variables
          .flatMap(({ name: variable, chosen }) => chosen.map((one) => `var-${variable}=${encodeURIComponent(one)}`))
          .join("&"),
      );
    }
    return lookUp(name);
  });
}

const grouped = (params: URLSearchParams): Record<string, string[]> => {
  const all: Record<string, string[]> = {};
  for (const [name, value] of params) all[name] = [...(all[name] ?? []), value];
  return all;
};

/** Tags of spans that the search of traces has a field for. */
const FIELD_OF_TAG: Readonly<Record<string, string>> = {
  "gen_ai.agent.name": "agent",
  "gen_ai.tool.name": "tool",
  "gen_ai.request.model": "model",
  "session.id": "session",
  "gen_ai.conversation.id": "session",
  "user.id": "user",
};

function toTraces(service: string, tags: string): Destination {
  const params: Record<string, string[]> = {};
  if (service !== "") params["service"] = [service];
  for (const [tag, value] of Object.entries(readTags(tags))) {
    const name = FIELD_OF_TAG[tag];
    if (tag === "error" && value === "true") params["status"] = ["error"];
    else if (name !== undefined && params[name] === undefined) params[name] = [value];
    else params["attribute"] = [...(params["attribute"] ?? []), `${tag}=${value}`];
  }
  return { kind: "view", path: "/traces", params };
}

/** Explore, with one pane (`left=`, `panes=`): log lines, a search of traces, or one trace. Metrics have no view of their own. */
function fromExplore(params: URLSearchParams, range: LinkContext): Destination | undefined {
  let pane: unknown;
  try {
    const panes: unknown = JSON.parse(params.get("panes") ?? params.get("left") ?? "{}");
    pane = params.has("panes") && isMembers(panes) ? Object.values(panes)[0] : panes;
  } catch {
    return undefined;
  }
  const { queries, range: written, datasource } = membersOf(pane);
  const query = membersOf(listOf(queries)[0]);
  const { type, uid } = membersOf(query["datasource"]);
  const source = [type, uid, datasource].map(textOf).join(" ");
  const { from, to } = membersOf(written);
  const times = [textOf(from) ?? "", textOf(to) ?? ""] as const;
  // The range of the page stays as it is written: `now-1h` goes on to mean now.
  const isSame = times[0] === String(range.startMs) && times[1] === String(range.endMs);
  const withRange = (found: Destination): Destination =>
    found.kind === "view" && !isSame && times[0] !== "" && times[1] !== ""
      ? { ...found, params: { ...found.params, from: [times[0]], to: [times[1]] } }
      : found;
  if (/loki/i.test(source)) {
    return withRange({ kind: "view", path: "/logs", params: { query: [textOf(query["expr"]) ?? ""] } });
  }
  if (!/jaeger|tempo/i.test(source)) return undefined;
  const trace = textOf(query["query"]);
  if (trace !== undefined && query["queryType"] !== "search")
    return withRange({ kind: "view", path: `/trace/${encodeURIComponent(trace)}`, params: {} });
  return withRange(toTraces(textOf(query["service"]) ?? "", textOf(query["tags"]) ?? ""));
}

/** Undefined where it leads to nothing here, or to something that no link may lead to. */
export function destinationOf(url: string, context: LinkContext): Destination | undefined {
  if (/^https?:\/\//i.test(url)) return { kind: "elsewhere", url };
  if (!url.startsWith("/") || url.startsWith("//")) return undefined;
  const [path = "", search = ""] = url.split("?", 2);
  const params = new URLSearchParams(search);
  const [, uid] = /^\/d\/([^/]+)(?:\/.*)?$/.exec(path) ?? [];
  if (uid !== undefined) return { kind: "view", path: `/d/${uid}`, params: grouped(params) };
  if (path === "/explore") return fromExplore(params, context);
  if (path.startsWith("/alerting")) return { kind: "view", path: "/alerts", params: {} };
  if (path === "/dashboards") return { kind: "view", path, params: {} };
  return undefined;
}

export function resolveLinks(
  links: readonly Link[],
  context: LinkContext,
  clicked: Clicked = {},
): readonly ResolvedLink[] {
  return links.flatMap(({ title, url, includeVars, keepTime }) => {
    const extra = [
      ...(keepTime === true ? ["$__url_time_range"] : []),
      ...(includeVars === true ? ["$__all_variables"] : []),
    ];
    const whole = extra.length === 0 ? url : `${url}${url.includes("?") ? "&" : "?"}${extra.join("&")}`;
    const destination = destinationOf(linkText(whole, context, clicked), context);
    return destination === undefined ? [] : [{ title: linkText(title, context, clicked), destination }];
  });
}
