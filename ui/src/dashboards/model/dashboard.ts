import { type FieldConfigSource, readFieldConfig } from "./field-config.ts";
import { filledTextOf, isMembers, listOf, type Members, membersOf, numberOf, textOf, textsOf } from "./json.ts";
import { type Link, readLinks } from "./link-json.ts";
import { readVariable, type Variable } from "./variable.ts";

/** A dashboard as Grafana writes it: grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model. */

export type DatasourceRef = { readonly type?: string | undefined; readonly uid?: string | undefined };
export type Place = { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
export type Target = Members & { readonly refId: string; readonly datasource: DatasourceRef };
export type Transformation = {
  readonly id: string;
  readonly options: Members;
  /** Only frames of these queries. */
  readonly filter?: { readonly id: string; readonly options: unknown } | undefined;
};

export type Panel = {
  readonly key: string;
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly place: Place;
  readonly isTransparent: boolean;
  readonly targets: readonly Target[];
  readonly transformations: readonly Transformation[];
  readonly fieldConfig: FieldConfigSource;
  readonly options: Members;
  readonly links: readonly Link[];
  /** The least step, as `1m`. */
  readonly interval?: string | undefined;
  readonly maxDataPoints?: number | undefined;
  readonly timeFrom?: string | undefined;
  readonly timeShift?: string | undefined;
  /** The variable for each value of which there is such a panel or row. */
  readonly repeat?: string | undefined;
  readonly repeatsDown: boolean;
  readonly maxPerRow: number;
  /** Values of variables for this one panel of several that were repeated. */
  readonly scoped: Readonly<Record<string, string>>;
  /** Of a row. */
  readonly isCollapsed: boolean;
  readonly panels: readonly Panel[];
};

export type Dashboard = {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly time: { readonly from: string; readonly to: string } | undefined;
  readonly refresh: string | undefined;
  /** Whether the crosshair of one chart shows in all. */
  readonly sharesCrosshair: boolean;
  readonly variables: readonly Variable[];
  readonly links: readonly Link[];
  readonly panels: readonly Panel[];
};

/** Panels of before Grafana 8, under the names of those that took their place. */
const NEW_NAMES: Readonly<Record<string, string>> = {
  graph: "timeseries",
  singlestat: "stat",
  "table-old": "table",
  "grafana-piechart-panel": "piechart",
};

const readDatasource = (value: unknown): DatasourceRef => {
  if (typeof value === "string") return { uid: value };
  const { type, uid } = membersOf(value);
  return { type: textOf(type), uid: textOf(uid) };
};

const refIdAt = (index: number): string =>
  index < 26 ? String.fromCharCode(65 + index) : `${refIdAt(Math.floor(index / 26) - 1)}${refIdAt(index % 26)}`;

function readTransformation(value: unknown): readonly Transformation[] {
  const { id, options, filter, disabled } = membersOf(value);
  const name = textOf(id);
  if (name === undefined || disabled === true) return [];
  const { id: matcher, options: matched } = membersOf(filter);
  return [
    {
      id: name,
      options: membersOf(options),
      filter: typeof matcher === "string" ? { id: matcher, options: matched } : undefined,
    },
  ];
}

function readPanel(value: unknown, index: number): Panel {
  const panel = membersOf(value);
  const { x, y, w, h } = membersOf(panel["gridPos"]);
  const written = textOf(panel["type"]) ?? "unknown";
  const own = readDatasource(panel["datasource"]);
  const id = numberOf(panel["id"]) ?? 10_000 + index;
  return {
    key: String(id),
    id,
    type: NEW_NAMES[written] ?? written,
    title: textOf(panel["title"]) ?? "",
    description: textOf(panel["description"]) ?? "",
    place: {
      x: Math.min(23, Math.max(0, numberOf(x) ?? 0)),
      y: Math.max(0, numberOf(y) ?? index * 8),
      w: Math.min(24, Math.max(1, numberOf(w) ?? 12)),
      h: Math.min(100, Math.max(1, numberOf(h) ?? 8)),
    },
    isTransparent: panel["transparent"] === true,
    targets: listOf(panel["targets"])
      .filter(isMembers)
      .filter(({ hide }) => hide !== true)
      .map((target, at) => {
        const ref = readDatasource(target["datasource"]);
        return {
          ...target,
          refId: textOf(target["refId"]) ?? refIdAt(at),
          datasource: { ...own, ...withoutHoles(ref) },
        };
      }),
    transformations: listOf(panel["transformations"]).flatMap(readTransformation),
    fieldConfig: readFieldConfig(panel["fieldConfig"]),
    options: membersOf(panel["options"]),
    links: readLinks(panel["links"]),
    interval: filledTextOf(panel["interval"]),
    maxDataPoints: numberOf(panel["maxDataPoints"]),
    timeFrom: filledTextOf(panel["timeFrom"]),
    timeShift: filledTextOf(panel["timeShift"]),
    repeat: filledTextOf(panel["repeat"]),
    repeatsDown: panel["repeatDirection"] === "v",
    maxPerRow: numberOf(panel["maxPerRow"]) ?? 4,
    scoped: {},
    isCollapsed: panel["collapsed"] === true,
    panels: listOf(panel["panels"]).map(readPanel),
  };
}

const withoutHoles = (ref: DatasourceRef): DatasourceRef =>
  Object.fromEntries(Object.entries(ref).filter(([, value]) => value !== undefined));

/** Boards of before Grafana 5 have rows with panels of a width instead of places. */
function placedPanels(rows: readonly unknown[]): readonly unknown[] {
  const panels: unknown[] = [];
  let y = 0;
  for (const row of rows.map(membersOf)) {
    const height = Math.max(3, Math.round((Number.parseInt(String(row["height"] ?? "250"), 10) || 250) / 38));
    if (row["showTitle"] === true) {
      panels.push({ type: "row", title: row["title"], gridPos: { x: 0, y, w: 24, h: 1 } });
      y += 1;
    }
    let x = 0;
    for (const panel of listOf(row["panels"]).map(membersOf)) {
      const width = Math.min(24, Math.max(2, Math.round((numberOf(panel["span"]) ?? 12) * 2)));
      if (x + width > 24) [x, y] = [0, y + height];
      panels.push({ ...panel, gridPos: { x, y, w: width, h: height } });
      x += width;
    }
    y += height;
  }
  return panels;
}

/** Throws an error that says what is missing where it is no dashboard. Files of "share, export" and answers of Grafana's API are read as well. */
export function readDashboard(value: unknown): Dashboard {
  if (!isMembers(value)) throw new Error("Expected the JSON of a Grafana dashboard: an object with panels.");
  const inner = isMembers(value["dashboard"]) ? value["dashboard"] : value;
  if ("elements" in inner || isMembers(inner["spec"]))
    throw new Error("Expected Grafana's classic dashboard JSON, got its schema v2: export it as “Classic”.");
  const rows = listOf(inner["rows"]);
  const panels = Array.isArray(inner["panels"]) ? inner["panels"] : rows.length > 0 ? placedPanels(rows) : undefined;
  if (panels === undefined) throw new Error("Expected the JSON of a Grafana dashboard, got an object without panels.");
  const { from, to } = membersOf(inner["time"]);
  const title = filledTextOf(inner["title"]) ?? "Dashboard without a title";
  return {
    uid:
      filledTextOf(inner["uid"]) ??
      (title
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, "-")
        .slice(0, 40) ||
        "board"),
    title,
    description: textOf(inner["description"]) ?? "",
    tags: textsOf(inner["tags"]),
    time: typeof from === "string" && typeof to === "string" ? { from, to } : undefined,
    refresh: filledTextOf(inner["refresh"]),
    sharesCrosshair: (numberOf(inner["graphTooltip"]) ?? 0) > 0,
    variables: listOf(membersOf(inner["templating"])["list"]).flatMap(readVariable),
    links: readLinks(inner["links"]),
    panels: panels.map(readPanel),
  };
}
