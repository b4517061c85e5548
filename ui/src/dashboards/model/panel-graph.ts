import type { GraphEdge, GraphNode, GraphShare } from "../../graph/graph.ts";
import type { Panel } from "./dashboard.ts";
import { type Cell, type Field, type Frame, lengthOf } from "./frame.ts";
import { listOf, membersOf, textOf } from "./json.ts";
import { shownValue, textOfShown } from "./shown-value.ts";

/** A node graph panel: tables whose columns have the names that Grafana reads (`id`, `source`, `mainstat`, `arc__…`). */
export type PanelGraph = {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** The numbers themselves, by the id of the node or edge. */
  readonly numbers: ReadonlyMap<string, Readonly<Record<string, Cell>>>;
};

const TONES: Readonly<Record<string, GraphShare["tone"]>> = { red: "bad", green: "ok", yellow: "warn", orange: "warn" };
const NUMBERS = ["mainstat", "secondarystat"];

export function panelGraph(panel: Panel, frames: readonly Frame[]): PanelGraph {
  const column = (frame: Frame | undefined, name: string): Field | undefined =>
    frame?.fields.find((one) => one.name.toLowerCase() === name);
  const tables = frames.filter((frame) => column(frame, "id") !== undefined);
  const edgeTable = tables.find(
    (frame) => column(frame, "source") !== undefined && column(frame, "target") !== undefined,
  );
  const nodeTable = tables.find((frame) => frame !== edgeTable);
  const options = (of: string): Readonly<Record<string, unknown>> => membersOf(panel.options[of]);
  const arcs = listOf(options("nodes")["arcs"]).map((arc) => {
    const { field, color } = membersOf(arc);
    return { field: textOf(field) ?? "", tone: TONES[textOf(color)?.replace(/^.*-/, "") ?? ""] ?? ("info" as const) };
  });
  const numbers = new Map<string, Readonly<Record<string, Cell>>>();

  const statsOf = (frame: Frame, of: "nodes" | "edges", row: number): string[] =>
    NUMBERS.flatMap((name, index) => {
      const one = column(frame, name);
      const value = one?.values[row];
      if (one === undefined || value === undefined || Number.isNaN(value)) return [];
      const unit = textOf(options(of)[index === 0 ? "mainStatUnit" : "secondaryStatUnit"]);
      const text = textOfShown(
        shownValue({ ...one.config, unit: unit === undefined ? one.config.unit : "short" }, one.type, value),
      );
      return [unit === undefined ? text : `${text}${unit.startsWith("%") ? " " : " "}${unit}`];
    });
  const numbersOf = (frame: Frame, row: number): Readonly<Record<string, Cell>> =>
    Object.fromEntries(
      frame.fields
        .filter(({ type, name }) => type === "number" && !name.startsWith("Value"))
        .map(({ name, values }) => [name, values[row]]),
    );

  const nodes = (nodeTable === undefined ? [] : Array.from({ length: lengthOf(nodeTable) }, (_, row) => row)).map(
    (row): GraphNode => {
      const frame = nodeTable as Frame;
      const cell = (name: string): string | undefined => {
        const value = column(frame, name)?.values[row];
        return value === undefined || value === "" ? undefined : String(value);
      };
      const id = cell("id") ?? "";
      numbers.set(id, numbersOf(frame, row));
      const subtitle = cell("subtitle");
      const share = arcs.flatMap(({ field, tone }) => {
        const part = column(frame, field)?.values[row];
        if (typeof part !== "number" || Number.isNaN(part) || part <= 0) return [];
        return [{ part, tone, label: field.replace(/^arc__/, "") }];
      });
      return {
        id,
        title: cell("title") ?? id,
        ...(subtitle !== undefined && { subtitle }),
        stats: statsOf(frame, "nodes", row),
        ...(share.length > 0 && { share }),
        isBad: share.some(({ tone }) => tone === "bad"),
      };
    },
  );
  const known = new Set(nodes.map(({ id }) => id));
  const edges = (edgeTable === undefined ? [] : Array.from({ length: lengthOf(edgeTable) }, (_, row) => row)).flatMap(
    (row): GraphEdge[] => {
      const frame = edgeTable as Frame;
      const [from, to] = [String(column(frame, "source")?.values[row]), String(column(frame, "target")?.values[row])];
      numbers.set(String(column(frame, "id")?.values[row]), numbersOf(frame, row));
      return known.has(from) && known.has(to) ? [{ from, to, stats: statsOf(frame, "edges", row) }] : [];
    },
  );
  return { nodes, edges, numbers };
}
