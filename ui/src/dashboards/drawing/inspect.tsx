import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { formatTime } from "../../format/quantity.ts";
import { Button, CopyButton } from "../../parts/parts.tsx";
import { type Drawn, type DrawnTable, drawnTables } from "../model/draw-panel.ts";
import { displayNameOf, type Frame, lengthOf } from "../model/frame.ts";
import { formatInterval } from "../model/interval.ts";
import type { Plan, PlannedQuery } from "../model/panel-queries.ts";
import { shownValue, textOfShown } from "../model/shown-value.ts";
import css from "./inspect.module.css";

type InspectProps = {
  readonly title: string;
  readonly plan: Plan;
  readonly drawn: Drawn | undefined;
  readonly notices: readonly string[];
  /** Of a panel that cannot be drawn: what was answered. */
  readonly frames: readonly Frame[];
  readonly onClose: () => void;
};

const PAGE = 500;

const tableOfFrame = (frame: Frame, frames: readonly Frame[]): DrawnTable => ({
  title: `Answer to ${frame.refId}`,
  columns: frame.fields.map((field) => displayNameOf(field, frame, frames)),
  rows: Array.from({ length: lengthOf(frame) }, (_, row) =>
    frame.fields.map(({ config, type, values }) => shownValue(config, type, values[row])),
  ),
});

/** The very numbers that a panel draws, as tables, and what was asked to get them. */
export function Inspect({ title, plan, drawn, notices, frames, onClose }: InspectProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const tables = useMemo(
    () => [...(drawn === undefined ? [] : drawnTables(drawn)), ...frames.map((frame) => tableOfFrame(frame, frames))],
    [drawn, frames],
  );
  return (
    <dialog ref={dialog} className={css.dialog} aria-label={`Data of ${title}`} onClose={onClose}>
      <header>
        <h2>{title}</h2>
        <Button onClick={() => dialog.current?.close()}>Close</Button>
      </header>
      {notices.map((notice) => (
        <p key={notice} className={css.notice}>
          {notice}
        </p>
      ))}
      {tables.map((table) => (
        <DataTable key={table.title} table={table} />
      ))}
      <h3>{plan.queries.length === 1 ? "Query" : "Queries"}</h3>
      {plan.queries.map((query) => (
        <Query key={`${query.refId}${query.kind}`} query={query} />
      ))}
    </dialog>
  );
}

function Query({ query }: { readonly query: PlannedQuery }): ReactNode {
  const { refId, source, kind, expr, startMs, endMs, stepMs, search } = query;
  const text =
    search === undefined
      ? expr
      : `service=${search.service} ${Object.entries(search.tags)
          .map(([name, value]) => `${name}=${value}`)
          .join(" ")}`;
  return (
    <div
      className={css.query}
      data-ref={refId}
      data-source={source}
      data-kind={kind}
      data-start={startMs}
      data-end={endMs}
      data-step={stepMs}
    >
      <div>
        <b>{refId}</b> {source},{" "}
        {kind === "instant" ? `at ${formatTime(endMs)}` : `${formatTime(startMs)} – ${formatTime(endMs)}`}
        {kind === "range" && `, step ${formatInterval(stepMs)}`}
        <CopyButton text={text} />
      </div>
      <pre>{text}</pre>
    </div>
  );
}

function DataTable({ table: { title, columns, rows } }: { readonly table: DrawnTable }): ReactNode {
  const [limit, setLimit] = useState(PAGE);
  return (
    <>
      <h3>
        {title} <small>{rows.length === 1 ? "1 row" : `${rows.length} rows`}</small>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by the keyboard. */}
      <section className={css.box} aria-label={title} tabIndex={0}>
        <table className={css.table} data-drawn={title}>
          <thead>
            <tr>
              {columns.map((column, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have the same name; they have no state.
                <th key={`${column}${index}`}>{column}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, limit).map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity and no state.
              <tr key={at}>
                {row.map((shown, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                  <td key={index}>
                    <data value={shown.raw === undefined ? "" : String(shown.raw)}>{textOfShown(shown)}</data>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > limit && <Button onClick={() => setLimit(limit + 4 * PAGE)}>Show more</Button>}
    </>
  );
}
