import { type ReactNode, useMemo, useState } from "react";
import css from "./table.module.css";

export type Column<Row> = {
  readonly title: string;
  readonly show: (row: Row) => ReactNode;
  /** What it is sorted by; a column without is not sorted. */
  readonly by?: (row: Row) => number | string;
  readonly isNumber?: boolean;
  /** What a row is called; the first column by default. On a phone it stands above the others. */
  readonly isName?: boolean;
};
type TableProps<Row> = {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly sortedBy?: string;
};
type Sort = { readonly title: string; readonly up: boolean };

function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | undefined): readonly Row[] {
  const by = columns.find(({ title }) => title === sort?.title)?.by;
  if (by === undefined) return rows;
  const factor = sort?.up ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [left, right] = [by(a), by(b)];
    return (
      factor *
      (typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right)))
    );
  });
}

/** A table that can be sorted. On a phone each row is a block of its values with their names. */
export function Table<Row>({ label, rows, columns, keyOf, sortedBy }: TableProps<Row>): ReactNode {
  const [sort, setSort] = useState<Sort | undefined>(
    sortedBy === undefined ? undefined : { title: sortedBy, up: false },
  );
  const shown = useMemo(() => sorted(rows, columns, sort), [rows, columns, sort]);
  const name = columns.find(({ isName }) => isName) ?? columns[0];
  const sortable = columns.filter(({ by }) => by !== undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by the keyboard.
    <section className={css.box} aria-label={label} tabIndex={0}>
      {sortable.length > 0 && rows.length > 1 && <SortBy titles={sortable} sort={sort} onSort={setSort} />}
      <table className={css.table}>
        <thead>
          <tr>
            {columns.map(({ title, by, isNumber }) => (
              <th
                key={title}
                className={isNumber ? css.number : undefined}
                aria-sort={sort?.title !== title ? undefined : sort.up ? "ascending" : "descending"}
              >
                {by === undefined ? (
                  title
                ) : (
                  <button
                    type="button"
                    className={css.sort}
                    onClick={() => setSort({ title, up: sort?.title === title ? !sort.up : false })}
                  >
                    {title}
                    {sort?.title === title && (sort.up ? " ↑" : " ↓")}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td
                  key={column.title}
                  className={column.isNumber ? css.number : undefined}
                  data-title={column.title}
                  data-name={column === name}
                >
                  {column.show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type SortByProps = {
  readonly titles: readonly { readonly title: string }[];
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort) => void;
};
/** In place of the headings, where there is no room for them. */
const SortBy = ({ titles, sort, onSort }: SortByProps): ReactNode => (
  <div className={css.sortBy}>
    <label>
      Sort by{" "}
      <select value={sort?.title ?? ""} onChange={({ target }) => onSort({ title: target.value, up: false })}>
        {sort === undefined && <option value="">–</option>}
        {titles.map(({ title }) => (
          <option key={title}>{title}</option>
        ))}
      </select>
    </label>
    {sort !== undefined && (
      <button
        type="button"
        aria-label={sort.up ? "Largest first" : "Smallest first"}
        onClick={() => onSort({ ...sort, up: !sort.up })}
      >
        {sort.up ? "↑" : "↓"}
      </button>
    )}
  </div>
);
