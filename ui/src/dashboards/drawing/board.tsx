import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useRef } from "react";
import { askBackendsUntil } from "../../app/backends.ts";
import { DEFAULT_RANGE } from "../../app/time-range.ts";
import { useParams, useTime } from "../../app/url-state.ts";
import { Empty, Failure, Page, Skeleton } from "../../parts/parts.tsx";
import { layOut, type Section } from "../model/board-layout.ts";
import type { Dashboard, Panel } from "../model/dashboard.ts";
import { resolveLinks } from "../model/links.ts";
import { resolveVariables } from "../model/resolve-variables.ts";
import { interpolate, type VariableValue } from "../model/template.ts";
import { choicesFrom } from "../model/variable-choices.ts";
import css from "./board.module.css";
import { BoardContext, type BoardState } from "./board-context.ts";
import { GoLink } from "./go-link.tsx";
import { PanelCard } from "./panel-card.tsx";
import { useSize } from "./size.ts";
import { VariableBar } from "./variable-bar.tsx";

/** Pixels of a panel's width that make no difference to what is asked. */
const WIDTH_STEP = 100;
const GAP = 8;
const COLUMNS = 24;
/** Below this, panels stand below each other. */
const NARROW = 700;

/** Two of these stand beside each other even on a phone. */
const isSmall = ({ type, place }: Panel): boolean => (type === "stat" || type === "gauge") && place.w <= 12;

/** What the address says of variables: `var-job=a&var-job=b`. */
const chosenIn = (params: URLSearchParams): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...new Set(params.keys())]
      .filter((name) => name.startsWith("var-"))
      .map((name) => [name.slice(4), params.getAll(name)]),
  );

/** A Grafana dashboard, drawn. */
export function Board({ board }: { readonly board: Dashboard }): ReactNode {
  const [params, change] = useParams();
  const { range, from, to, setRange } = useTime();
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const { startMs, endMs } = range;
  const chosenKey = JSON.stringify([...chosenIn(params)]);

  // A board with a time range of its own opens with it.
  const own = board.time;
  useEffect(() => {
    const isOther = own !== undefined && (own.from !== DEFAULT_RANGE.from || own.to !== DEFAULT_RANGE.to);
    if (isOther && !new URLSearchParams(window.location.search).has("from"))
      change({ from: own.from, to: own.to }, { replace: true });
  }, [own, change]);

  const resolved = useQuery({
    queryKey: ["board-variables", board.uid, board.variables, chosenKey, startMs, endMs],
    queryFn: ({ signal }) =>
      resolveVariables({
        variables: board.variables,
        chosen: new Map(JSON.parse(chosenKey) as [string, string[]][]),
        startMs,
        endMs,
        ask: choicesFrom(askBackendsUntil(signal), { startMs, endMs }),
      }),
    placeholderData: keepPreviousData,
  });
  // The same values in another object would make every panel plan anew.
  const valuesKey = JSON.stringify(resolved.data?.map(({ value }) => value) ?? null);
  const variables = useMemo(() => (JSON.parse(valuesKey) ?? []) as readonly VariableValue[], [valuesKey]);
  const lookUp = useCallback((name: string) => variables.find((value) => value.name === name), [variables]);
  const zoom = useRef(setRange);
  zoom.current = setRange;
  const onZoom = useCallback(
    (start: number, end: number) => zoom.current({ from: String(start), to: String(end) }),
    [],
  );
  const state = useMemo(
    (): BoardState => ({
      uid: board.uid,
      sharesCrosshair: board.sharesCrosshair,
      variables,
      lookUp,
      from,
      to,
      startMs,
      endMs,
      onZoom,
    }),
    [board, variables, lookUp, from, to, startMs, endMs, onZoom],
  );
  const sections = useMemo(() => layOut(board.panels, (name) => lookUp(name)?.values ?? []), [board.panels, lookUp]);

  return (
    <Page title={board.title.replace(/^agent-observatory: /, "")} actions={<BoardLinks board={board} state={state} />}>
      {board.description !== "" && <p className={css.description}>{board.description}</p>}
      <div ref={box}>
        {resolved.error !== null && (
          <Failure what="The choices of the variables could not be asked for." error={resolved.error} />
        )}
        {resolved.data === undefined ? (
          resolved.error === null && <Skeleton height={600} />
        ) : (
          <BoardContext.Provider value={state}>
            <div className={css.board}>
              <VariableBar variables={resolved.data} />
              {sections.length === 0 && <Empty title="This dashboard has no panels" />}
              {sections.map((section) => (
                <Row key={section.key} section={section} width={width} lookUp={lookUp} />
              ))}
            </div>
          </BoardContext.Provider>
        )}
      </div>
    </Page>
  );
}

function BoardLinks({ board, state }: { readonly board: Dashboard; readonly state: BoardState }): ReactNode {
  const links = resolveLinks(board.links, state);
  if (links.length === 0) return null;
  return (
    <details className={css.links}>
      <summary>Other dashboards</summary>
      <nav aria-label="Other dashboards">
        {links.map((link) => (
          <GoLink key={link.title} link={link} />
        ))}
      </nav>
    </details>
  );
}

type RowProps = { readonly section: Section; readonly width: number; readonly lookUp: BoardState["lookUp"] };
function Row({ section: { key, row, panels, height }, width, lookUp }: RowProps): ReactNode {
  const [params, change] = useParams();
  const toggled = params.getAll("row");
  const isOpen = row === undefined || row.isCollapsed === toggled.includes(key);
  const toggle = (): void =>
    change(
      { row: toggled.includes(key) ? toggled.filter((one) => one !== key) : [...toggled, key] },
      { replace: true },
    );
  const isNarrow = width < NARROW;
  const widthOf = (panel: Panel): number => {
    const pixels = isNarrow ? (isSmall(panel) ? width / 2 : width) : (width / COLUMNS) * panel.place.w;
    return Math.max(WIDTH_STEP, Math.round(pixels / WIDTH_STEP) * WIDTH_STEP);
  };
  const scope = (name: string): VariableValue | undefined => {
    const scoped = row?.scoped[name];
    return scoped === undefined
      ? lookUp(name)
      : { name, values: [scoped], texts: [scoped], isPattern: false, chosen: [scoped] };
  };
  return (
    <section className={css.section}>
      {row !== undefined && (
        <h2>
          <button type="button" className={css.row} aria-expanded={isOpen} onClick={toggle}>
            <span aria-hidden="true">{isOpen ? "▾" : "▸"}</span> {interpolate(row.title, scope) || "Row"}
            {!isOpen && <small> {panels.length} panels</small>}
          </button>
        </h2>
      )}
      {isOpen && panels.length > 0 && width > 0 && (
        <div
          className={css.grid}
          data-narrow={isNarrow}
          style={isNarrow ? undefined : { gridTemplateRows: `repeat(${height}, 30px)`, gap: GAP }}
        >
          {panels.map((panel) => {
            const { x, y, w, h } = panel.place;
            return (
              <div
                key={panel.key}
                className={css.cell}
                style={
                  isNarrow
                    ? isSmall(panel)
                      ? { height: 108 }
                      : { gridColumn: "1 / -1", height: Math.max(h * 38 - GAP, 220) }
                    : { gridColumn: `${x + 1} / span ${Math.min(w, COLUMNS - x)}`, gridRow: `${y + 1} / span ${h}` }
                }
              >
                <PanelCard panel={panel} width={widthOf(panel)} />
              </div>
            );
          })}
        </div>
      )}
    </section>
  );
}
