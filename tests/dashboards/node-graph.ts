/**
 * Draws a node graph panel as Grafana would: tables of instant queries, the transformations of the panel, then nodes and edges by the names
 * of columns (public/app/plugins/panel/nodeGraph/utils.ts of Grafana). Knows only what our panels use; anything else is an error.
 */
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

type Cell = string | number | undefined;
type Table = { readonly refId?: string; readonly columns: ReadonlyMap<string, readonly Cell[]> };

type Operand = { readonly fixed?: string; readonly matcher?: { readonly id: string; readonly options: string } };
type CalculateOptions = {
  readonly mode: string;
  readonly alias: string;
  readonly timeSeries: boolean;
  readonly reduce?: { readonly reducer: string };
  readonly binary?: { readonly left: Operand; readonly operator: string; readonly right: Operand };
};
export type Transformation = {
  readonly id: string;
  readonly filter?: { readonly id: string; readonly options: string };
  readonly options: CalculateOptions | { readonly byField: string; readonly mode: string };
};

export type GraphNode = {
  readonly title: Cell;
  readonly subtitle: Cell;
  readonly mainstat: Cell;
  readonly secondarystat: Cell;
  readonly arcs: Readonly<Record<string, Cell>>;
};
export type GraphEdge = { readonly source: string; readonly target: string; readonly mainstat: Cell };
export type Graph = {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: ReadonlyMap<string, GraphEdge>;
};

const rowCount = ({ columns }: Table): number => [...columns.values()][0]?.length ?? 0;

/** The table of an instant query: time, one column for each label, and the value under a name that depends on how many queries there are. */
function tableOf(refId: string, samples: readonly Sample[], queryCount: number): Table {
  const labels = [...new Set(samples.flatMap((sample) => Object.keys(sample.labels)))].sort();
  return {
    refId,
    columns: new Map<string, readonly Cell[]>([
      ["Time", samples.map(() => undefined)],
      ...labels.map((label) => [label, samples.map((sample) => sample.labels[label] ?? "")] as const),
      [queryCount > 1 ? `Value #${refId}` : "Value", samples.map(({ value }) => value)],
    ]),
  };
}

function operandOf({ fixed, matcher }: Operand, table: Table): readonly Cell[] | undefined {
  if (fixed !== undefined) return Array.from({ length: rowCount(table) }, () => Number(fixed));
  if (matcher?.id !== "byName") throw new Error(`Expected an operand by name, got ${matcher?.id}`);
  return table.columns.get(matcher.options);
}

const OPERATORS: Readonly<Record<string, (left: number, right: number) => number>> = {
  "*": (left, right) => left * right,
  "-": (left, right) => left - right,
};

function calculated(table: Table, { mode, alias, timeSeries, reduce, binary }: CalculateOptions): Table {
  if (timeSeries !== false) throw new Error("Expected no time series: Grafana would join the tables by time");
  let values: readonly Cell[];
  if (mode === "reduceRow" && reduce?.reducer === "sum") {
    const numbers = [...table.columns.values()].filter((column) => typeof column[0] === "number");
    values = Array.from({ length: rowCount(table) }, (_, row) =>
      numbers.reduce((sum, column) => sum + Number(column[row]), 0),
    );
  } else if (mode === "binary" && binary !== undefined) {
    const [left, right, operate] = [
      operandOf(binary.left, table),
      operandOf(binary.right, table),
      OPERATORS[binary.operator],
    ];
    if (left === undefined || right === undefined || operate === undefined) return table;
    values = left.map((value, row) => operate(Number(value), Number(right[row])));
  } else throw new Error(`Expected a calculation that is known, got ${mode}`);
  return { ...table, columns: new Map([...table.columns, [alias, values]]) };
}

/** An outer join. Of columns with one name the first is the one that is found. */
function joined(tables: readonly Table[], byField: string): Table {
  const withField = tables.filter(({ columns }) => columns.has(byField));
  const keys = [...new Set(withField.flatMap(({ columns }) => columns.get(byField) ?? []))];
  const columns = new Map<string, readonly Cell[]>([[byField, keys]]);
  for (const table of withField) {
    const rows = new Map((table.columns.get(byField) ?? []).map((key, row) => [key, row]));
    for (const [name, values] of table.columns) {
      if (columns.has(name)) continue;
      columns.set(
        name,
        keys.map((key) => values[rows.get(key) ?? -1]),
      );
    }
  }
  return { columns };
}

function transformed(tables: readonly Table[], { id, filter, options }: Transformation): readonly Table[] {
  const pattern = filter === undefined ? undefined : /^\/(.*)\/$/.exec(filter.options)?.[1];
  if (filter !== undefined && (filter.id !== "byRefId" || pattern === undefined)) throw new Error("An unknown filter");
  const matches = ({ refId = "" }: Table): boolean => pattern === undefined || new RegExp(pattern).test(refId);
  const [matched, others] = [tables.filter(matches), tables.filter((table) => !matches(table))];
  if (id === "calculateField" && "alias" in options) {
    return [...matched.map((table) => calculated(table, options)), ...others];
  }
  if (id === "joinByField" && "byField" in options && options.mode === "outer") {
    return matched.length > 1 ? [joined(matched, options.byField), ...others] : tables;
  }
  throw new Error(`Expected a transformation that is known, got ${id}`);
}

/** `answers` are those of the panel's queries, by their refId. Throws where Grafana would draw nothing. */
export function drawNodeGraph(
  answers: ReadonlyMap<string, readonly Sample[]>,
  transformations: readonly Transformation[],
): Graph {
  let tables: readonly Table[] = [...answers].map(([refId, samples]) => tableOf(refId, samples, answers.size));
  for (const transformation of transformations) tables = transformed(tables, transformation);

  const graphTables = tables.filter(({ columns }) => columns.has("id"));
  const edgeTable = graphTables.find(({ columns }) => columns.has("source"));
  const nodeTable = graphTables.find(({ columns }) => !columns.has("source"));
  const cell = (table: Table, column: string, row: number): Cell => table.columns.get(column)?.[row];
  const nodes = new Map<string, GraphNode>();
  for (const [row, id] of (nodeTable?.columns.get("id") ?? []).entries()) {
    if (nodeTable === undefined) break;
    if (nodes.has(String(id))) throw new Error(`Expected ${id} once`);
    const arcs = [...nodeTable.columns.keys()].filter((name) => name.startsWith("arc__"));
    nodes.set(String(id), {
      title: cell(nodeTable, "title", row),
      subtitle: cell(nodeTable, "subtitle", row),
      mainstat: cell(nodeTable, "mainstat", row),
      secondarystat: cell(nodeTable, "secondarystat", row),
      arcs: Object.fromEntries(arcs.map((name) => [name, cell(nodeTable, name, row)])),
    });
  }
  const edges = new Map<string, GraphEdge>();
  for (const [row, id] of (edgeTable?.columns.get("id") ?? []).entries()) {
    if (edgeTable === undefined) break;
    const [source, target] = [String(cell(edgeTable, "source", row)), String(cell(edgeTable, "target", row))];
    for (const end of [source, target]) if (!nodes.has(end)) throw new Error(`Expected a node ${end} for edge ${id}`);
    edges.set(String(id), { source, target, mainstat: cell(edgeTable, "mainstat", row) });
  }
  return { nodes, edges };
}
