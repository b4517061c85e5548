import type { Panel, Place } from "./dashboard.ts";

/** Rows of a board with their panels, repeated ones for each value: what is drawn, in the order in which it is read. */

export type Section = {
  readonly key: string;
  /** Panels above the first row have none. */
  readonly row: Panel | undefined;
  readonly panels: readonly Panel[];
  /** Lines of the grid that the panels take. */
  readonly height: number;
};

/** Values of a variable that something is repeated for. */
export type ValuesOf = (variable: string) => readonly string[];

const byPlace = (a: Panel, b: Panel): number => a.place.y - b.place.y || a.place.x - b.place.x;

const moved = (panel: Panel, place: Partial<Place>): Panel => ({ ...panel, place: { ...panel.place, ...place } });

const scopedTo = (panel: Panel, variable: string, value: string): Panel => ({
  ...panel,
  key: `${panel.key}:${value}`,
  scoped: { ...panel.scoped, [variable]: value },
});

/** Repeated panels take the place of the first, beside or below it; what stands below moves down. */
function repeated(panels: readonly Panel[], valuesOf: ValuesOf): readonly Panel[] {
  const result: Panel[] = [];
  let shift = 0;
  for (const panel of [...panels].sort(byPlace)) {
    const placed = moved(panel, { y: panel.place.y + shift });
    const values = panel.repeat === undefined ? [] : valuesOf(panel.repeat);
    if (panel.repeat === undefined || values.length === 0) {
      result.push(placed);
      continue;
    }
    const { repeat, repeatsDown } = panel;
    const perLine = repeatsDown ? 1 : Math.max(1, Math.min(panel.maxPerRow, values.length));
    const width = repeatsDown ? placed.place.w : Math.floor(24 / perLine);
    for (const [index, value] of values.entries()) {
      result.push(
        moved(scopedTo(placed, repeat, value), {
          x: repeatsDown ? placed.place.x : (index % perLine) * width,
          y: placed.place.y + Math.floor(index / perLine) * placed.place.h,
          w: width,
        }),
      );
    }
    shift += (Math.ceil(values.length / perLine) - 1) * placed.place.h;
  }
  return result;
}

function section(row: Panel | undefined, panels: readonly Panel[], valuesOf: ValuesOf): Section {
  const top = Math.min(...panels.map(({ place }) => place.y));
  const laid = repeated(panels, valuesOf)
    .map((panel) => moved(panel, { y: panel.place.y - (Number.isFinite(top) ? top : 0) }))
    .sort(byPlace);
  return {
    key: row?.key ?? "top",
    row,
    panels: laid,
    height: Math.max(0, ...laid.map(({ place }) => place.y + place.h)),
  };
}

/** A row that is repeated is there for each value, its panels with it. */
export function layOut(panels: readonly Panel[], valuesOf: ValuesOf): readonly Section[] {
  const open: { row: Panel | undefined; panels: Panel[] }[] = [{ row: undefined, panels: [] }];
  for (const panel of [...panels].sort(byPlace)) {
    // A collapsed row has its panels inside.
    if (panel.type === "row") open.push({ row: panel, panels: [...panel.panels] });
    else open.at(-1)?.panels.push(panel);
  }
  return open.flatMap(({ row, panels: own }) => {
    if (row === undefined) return own.length === 0 ? [] : [section(row, own, valuesOf)];
    const values = row.repeat === undefined ? [] : valuesOf(row.repeat);
    if (row.repeat === undefined || values.length === 0) return [section(row, own, valuesOf)];
    const { repeat } = row;
    return values.map((value) =>
      section(
        scopedTo(row, repeat, value),
        own.map((panel) => scopedTo(panel, repeat, value)),
        valuesOf,
      ),
    );
  });
}
