import type { Paint } from "./paint.ts";
import { cutText, padText, textWidth } from "./text-width.ts";

export type Column<Row> = {
  readonly title: string;
  /** Safe for a terminal. */
  readonly text: (row: Row) => string;
  readonly paint?: (text: string, row: Row) => string;
  readonly right?: boolean;
  /** May be cut down to so many columns where the terminal is narrow; a column without stays whole. */
  readonly minWidth?: number;
};

const GAP = "  ";

/** Widths that fit into `columns` where they can: what may be cut gives way, the widest first. */
function fit<Row>(columns: readonly Column<Row>[], natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1) - available;
  while (excess > 0) {
    let widest = -1;
    for (const [index, { minWidth }] of columns.entries()) {
      const width = widths[index] as number;
      if (minWidth !== undefined && width > minWidth && (widest < 0 || width > (widths[widest] as number)))
        widest = index;
    }
    if (widest < 0) return widths;
    widths[widest] = (widths[widest] as number) - 1;
    excess -= 1;
  }
  return widths;
}

/** Lines of a table with a head. Columns that are empty in every row are left out. */
export function renderTable<Row>(
  rows: readonly Row[],
  all: readonly Column<Row>[],
  { columns: available, paint }: { readonly columns: number | undefined; readonly paint: Paint },
): string[] {
  const cells = new Map(all.map((column) => [column, rows.map((row) => column.text(row))]));
  const columns = all.filter((column) => cells.get(column)?.some((text) => text !== "") === true);
  const natural = columns.map((column) =>
    Math.max(textWidth(column.title), ...(cells.get(column) ?? []).map((text) => textWidth(text))),
  );
  const widths = available === undefined ? natural : fit(columns, natural, available);
  const line = (cell: (column: Column<Row>, width: number) => string): string =>
    columns
      .map((column, index) => cell(column, widths[index] as number))
      .join(GAP)
      .trimEnd();
  const head = paint.dim(line(({ title, right }, width) => padText(cutText(title, width), width, right)));
  return [
    head,
    ...rows.map((row, index) =>
      line((column, width) => {
        const text = cutText(cells.get(column)?.[index] ?? "", width);
        const painted = column.paint === undefined ? text : column.paint(text, row);
        return padText(painted, width, column.right);
      }),
    ),
  ];
}
