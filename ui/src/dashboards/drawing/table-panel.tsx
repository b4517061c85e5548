import { type ReactNode, useMemo, useState } from "react";
import { Link } from "../../app/link.tsx";
import { Button } from "../../parts/parts.tsx";
import { cssColor, wordOf } from "../model/colors.ts";
import type { Panel } from "../model/dashboard.ts";
import type { Column } from "../model/draw-panel.ts";
import { type Cell, type Frame, lengthOf } from "../model/frame.ts";
import { listOf, membersOf, textOf } from "../model/json.ts";
import { type Shown, shownValue, textOfShown } from "../model/shown-value.ts";
import { linksFor, useBoard } from "./board-context.ts";
import { GoLink } from "./go-link.tsx";
import { LinkMenu } from "./link-menu.tsx";
import css from "./table-panel.module.css";
import { colored, tinted } from "./value-color.ts";

type TablePanelProps = { readonly panel: Panel; readonly frame: Frame; readonly columns: readonly Column[] };
type Sort = { readonly name: string; readonly isDown: boolean };

const PAGE = 200;

function compare(a: Cell, b: Cell): number {
  // What is not there is last, whichever way.
  if (a === undefined || Number.isNaN(a)) return b === undefined || Number.isNaN(b) ? 0 : 1;
  if (b === undefined || Number.isNaN(b)) return -1;
  return 0;
}
const ofType = (a: Cell, b: Cell): number =>
  typeof a === "number" && typeof b === "number"
    ? a - b
    : String(a).localeCompare(String(b), undefined, { numeric: true });

/** A table panel: sorted by a click on a column, with links in its cells. */
export function TablePanel({ panel, frame, columns }: TablePanelProps): ReactNode {
  const written = membersOf(listOf(panel.options["sortBy"])[0]);
  const initial = textOf(written["displayName"]);
  const [sort, setSort] = useState<Sort | undefined>(
    initial === undefined ? undefined : { name: initial, isDown: written["desc"] === true },
  );
  const [limit, setLimit] = useState(PAGE);
  const rows = useMemo(() => {
    const all = Array.from({ length: lengthOf(frame) }, (_, row) => row);
    const by = columns.find(({ name }) => name === sort?.name)?.field.values;
    if (by === undefined) return all;
    return all.sort((a, b) => compare(by[a], by[b]) || ofType(by[a], by[b]) * (sort?.isDown ? -1 : 1));
  }, [frame, columns, sort]);
  const next = (name: string): Sort | undefined =>
    sort?.name !== name ? { name, isDown: true } : sort.isDown ? { name, isDown: false } : undefined;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by the keyboard.
    <section className={css.box} aria-label={panel.title} tabIndex={0}>
      <table className={css.table}>
        {panel.options["showHeader"] !== false && (
          <thead>
            <tr>
              {columns.map(({ name, field }) => (
                <th
                  key={name}
                  className={field.type === "number" ? css.number : undefined}
                  aria-sort={sort?.name !== name ? undefined : sort.isDown ? "descending" : "ascending"}
                >
                  <button type="button" onClick={() => setSort(next(name))}>
                    {name}
                    {sort?.name === name && (sort.isDown ? " ↓" : " ↑")}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.slice(0, limit).map((row) => (
            <Row key={row} panel={panel} columns={columns} row={row} />
          ))}
        </tbody>
      </table>
      {rows.length > limit && (
        <Button onClick={() => setLimit(limit + 5 * PAGE)}>Show more of {rows.length} rows</Button>
      )}
    </section>
  );
}

function Row({
  panel,
  columns,
  row,
}: {
  readonly panel: Panel;
  readonly columns: readonly Column[];
  readonly row: number;
}): ReactNode {
  const shown = useMemo(
    () => new Map(columns.map(({ name, field }) => [name, shownValue(field.config, field.type, field.values[row])])),
    [columns, row],
  );
  return (
    <tr>
      {columns.map((column) => (
        <TableCell
          key={column.name}
          panel={panel}
          column={column}
          shown={shown.get(column.name) as Shown}
          row={shown}
        />
      ))}
    </tr>
  );
}

type CellProps = {
  readonly panel: Panel;
  readonly column: Column;
  readonly shown: Shown;
  readonly row: ReadonlyMap<string, Shown>;
};
function TableCell({ panel, column: { name, field }, shown, row }: CellProps): ReactNode {
  const board = useBoard();
  const { config } = field;
  const look =
    textOf(membersOf(config.custom["cellOptions"])["type"]) ?? textOf(config.custom["displayMode"]) ?? "auto";
  const [first, ...others] = linksFor(board, panel, config.links, {
    fieldName: name,
    labels: field.labels ?? {},
    value: shown,
    row,
  });
  const text = textOfShown(shown);
  const trace = field.name === "Trace ID" && typeof shown.raw === "string" ? shown.raw : undefined;
  const isColored = look === "color-text" || look === "color-background" || look === "color-background-solid";
  const word = isColored ? wordOf(shown.color) : undefined;
  const value = (
    <data
      value={shown.raw === undefined ? "" : String(shown.raw)}
      style={look === "color-text" ? colored(shown.color) : undefined}
    >
      {trace === undefined ? text : `${trace.slice(0, 8)}…`}
    </data>
  );
  const isBar = /gauge|lcd/.test(look) && typeof shown.raw === "number";
  return (
    <td
      className={field.type === "number" ? css.number : trace === undefined ? undefined : css.id}
      style={isColored && look !== "color-text" ? tinted(shown.color) : undefined}
    >
      {trace !== undefined ? (
        <Link to={`/trace/${trace}`} title={trace}>
          {value}
        </Link>
      ) : first === undefined ? (
        value
      ) : (
        <GoLink link={first} label={`${text}: ${first.title}`}>
          {value}
        </GoLink>
      )}
      {word !== undefined && <span className="visually-hidden"> {word}</span>}
      {isBar && (
        <Bar
          shown={shown}
          max={config.max ?? Math.max(...field.values.map((one) => (typeof one === "number" ? one : 0)))}
          min={config.min ?? 0}
        />
      )}
      <LinkMenu links={others} of={text} />
    </td>
  );
}

const Bar = ({ shown, min, max }: { readonly shown: Shown; readonly min: number; readonly max: number }): ReactNode => (
  <span className={css.bar} aria-hidden="true">
    <span
      style={{
        width: `${Math.min(100, Math.max(0, ((Number(shown.raw) - min) / (max - min || 1)) * 100))}%`,
        background: cssColor(shown.color) ?? "var(--series-1)",
      }}
    />
  </span>
);
