import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { askBackendsUntil } from "../../app/backends.ts";
import { useParam } from "../../app/url-state.ts";
import { Failure } from "../../parts/parts.tsx";
import { askPanel } from "../model/ask-panel.ts";
import type { Panel } from "../model/dashboard.ts";
import { drawPanel, KNOWN_TYPES, STILL } from "../model/draw-panel.ts";
import { planQueries } from "../model/panel-queries.ts";
import { given, interpolate } from "../model/template.ts";
import { linksFor, useBoard } from "./board-context.ts";
import { GoLink } from "./go-link.tsx";
import { Inspect } from "./inspect.tsx";
import { PanelBody } from "./panel-body.tsx";
import css from "./panel-card.module.css";

type PanelCardProps = {
  readonly panel: Panel;
  /** About as many pixels as it is wide. */
  readonly width: number;
};

/** Whether an element has come near to what is seen: panels far below do not ask yet. */
function useSeen(box: React.RefObject<HTMLElement | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (element === null || isSeen) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setSeen(true),
      {
        rootMargin: "400px",
      },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, isSeen]);
  return isSeen;
}

/** One panel: title, help, links, and what its queries answered. */
export function PanelCard({ panel, width }: PanelCardProps): ReactNode {
  const board = useBoard();
  const id = useId();
  const box = useRef<HTMLElement>(null);
  const isSeen = useSeen(box);
  const [inspected, inspect] = useParam("inspect");
  const [isHelpOpen, setHelpOpen] = useState(false);
  const { startMs, endMs, lookUp } = board;
  const plan = useMemo(
    () => planQueries(panel, { startMs, endMs, maxDataPoints: width, lookUp }),
    [panel, startMs, endMs, width, lookUp],
  );
  const needsNothing = STILL.has(panel.type) || plan.queries.length === 0;
  const answer = useQuery({
    queryKey: ["panel", plan],
    queryFn: ({ signal }) => askPanel(askBackendsUntil(signal), plan),
    placeholderData: keepPreviousData,
    enabled: isSeen && !needsNothing,
  });
  const drawn = useMemo(
    () => (answer.data === undefined && !needsNothing ? undefined : drawPanel(panel, answer.data?.frames ?? [])),
    [panel, answer.data, needsNothing],
  );
  const title = interpolate(panel.title, (name) => {
    const scoped = panel.scoped[name];
    return scoped === undefined ? lookUp(name) : given(name, scoped);
  });
  const notices = [...(answer.data?.notices ?? plan.problems), ...(drawn?.notices ?? [])];
  const links = linksFor(board, panel, panel.links);
  // What failed is told also where older values are still there.
  const failure = answer.error;

  return (
    <section
      ref={box}
      className={css.card}
      data-panel={panel.key}
      data-type={panel.type}
      data-state={
        failure !== null ? "failed" : drawn === undefined ? "asking" : answer.isPlaceholderData ? "older" : "drawn"
      }
      data-transparent={panel.isTransparent && title === ""}
      aria-labelledby={id}
      aria-busy={answer.isFetching}
    >
      <header className={css.head}>
        <h3 id={id}>{title || <span className="visually-hidden">Panel without a title</span>}</h3>
        {panel.description !== "" && (
          <button
            type="button"
            className={css.help}
            aria-expanded={isHelpOpen}
            aria-label={`About ${title}`}
            title={panel.description}
            onClick={() => setHelpOpen(!isHelpOpen)}
          >
            ?
          </button>
        )}
        {notices.length > 0 && (
          <span className={css.warning} title={notices.join("\n")}>
            ⚠<span className="visually-hidden">{notices.join(" ")}</span>
          </span>
        )}
        {answer.isFetching && drawn !== undefined && <span className={css.asking} aria-hidden="true" />}
        <span className={css.links}>
          {links.map((link) => (
            <GoLink key={link.title} link={link} />
          ))}
          {!STILL.has(panel.type) && (
            <button
              type="button"
              className={css.data}
              aria-label={`Data of ${title}`}
              onClick={() => inspect(panel.key)}
            >
              Data
            </button>
          )}
        </span>
      </header>
      {isHelpOpen && <p className={css.description}>{interpolate(panel.description, lookUp)}</p>}
      <div className={css.body}>
        {failure !== null && <Failure what="This panel could not be asked for." error={failure} />}
        {drawn === undefined
          ? failure === null && <div className={css.skeleton} aria-hidden="true" />
          : (failure === null || answer.data !== undefined) && (
              <PanelBody panel={{ ...panel, title }} {...drawn} startMs={startMs} endMs={endMs} />
            )}
      </div>
      {inspected === panel.key && (
        <Inspect
          title={title}
          plan={plan}
          drawn={drawn?.drawn}
          notices={notices}
          frames={KNOWN_TYPES.has(panel.type) ? [] : (answer.data?.frames ?? [])}
          onClose={() => inspect(undefined)}
        />
      )}
    </section>
  );
}
