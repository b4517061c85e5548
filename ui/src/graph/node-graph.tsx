import { type ReactNode, type RefObject, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Link } from "../app/link.tsx";
import { Button } from "../parts/parts.tsx";
import type { GraphEdge, GraphNode } from "./graph.ts";
import { type Direction, NODE, type PlacedEdge, type PlacedNode, placeGraph } from "./layout.ts";
import css from "./node-graph.module.css";

export type { GraphEdge, GraphNode, GraphShare } from "./graph.ts";

type NodeGraphProps = {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Makes nodes and arrows buttons. */
  readonly onChoose?: (id: string) => void;
  readonly onChooseEdge?: (id: string) => void;
  /** Id of a node or an edge. */
  readonly chosen?: string | undefined;
  /** From left to right where there is room for it, unless it is said. */
  readonly direction?: Direction;
};

/** Below this the layers stand above each other. */
const NARROW = 640;
/** Smaller is not read any more, on a phone sooner. */
const LEAST: Readonly<Record<Direction, number>> = { right: 0.7, down: 0.75 };
const ZOOMS = [0.35, 0.5, 0.65, 0.8, 1, 1.25, 1.5];

type Room = { readonly width: number; readonly height: number };

/** How wide it is, and how high it may become. */
function useRoom(box: RefObject<HTMLDivElement | null>): Room {
  const [room, setRoom] = useState<Room>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      const height = Number.parseFloat(getComputedStyle(element).maxHeight);
      setRoom((before) => {
        const width = element.clientWidth;
        return before.width === width && before.height === height ? before : { width, height };
      });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return room;
}

/** Boxes and arrows in layers. It fits into its room as far as it stays readable, then it can be scrolled. */
export function NodeGraph({ label, nodes, edges, onChoose, onChooseEdge, chosen, ...rest }: NodeGraphProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useRoom(box);
  const direction: Direction = rest.direction ?? (width < NARROW ? "down" : "right");
  const placed = useMemo(() => placeGraph(nodes, edges, direction), [nodes, edges, direction]);
  const [zoom, setZoom] = useState<number | undefined>(undefined);
  const roomAcross = width / placed.width;
  const roomDown = height > 0 ? height / placed.height : 1;
  const fitting = width === 0 ? 1 : Math.min(1, Math.max(LEAST[direction], Math.min(roomAcross, roomDown)));
  const scale = zoom ?? fitting;
  // Where it is wider than its room, it begins with what everything begins with.
  useLayoutEffect(() => {
    const first = placed.nodes.find(({ at }) => at.y === Math.min(...placed.nodes.map((node) => node.at.y)));
    if (direction === "down" && box.current !== null && first !== undefined)
      box.current.scrollLeft = (first.at.x + NODE.width / 2) * fitting - width / 2;
  }, [placed, direction, fitting, width]);
  const step = (by: number): void => {
    const next = by > 0 ? ZOOMS.find((one) => one > scale + 0.01) : ZOOMS.findLast((one) => one < scale - 0.01);
    if (next !== undefined) setZoom(next);
  };
  const arrow = useId();
  return (
    <div className={css.graph}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by the keyboard. */}
      <section className={css.box} ref={box} aria-label={label} tabIndex={0}>
        <div className={css.sheet} style={{ width: placed.width * scale, height: placed.height * scale }}>
          <div
            className={css.scaled}
            style={{ width: placed.width, height: placed.height, transform: `scale(${scale})` }}
          >
            <svg width={placed.width} height={placed.height} className={css.arrows} aria-hidden="true">
              <defs>
                {(["plain", "bad", "on"] as const).map((tone) => (
                  <marker
                    key={tone}
                    id={`${arrow}-${tone}`}
                    viewBox="0 0 8 8"
                    refX="7"
                    refY="4"
                    markerWidth="7"
                    markerHeight="7"
                    orient="auto"
                  >
                    <path d="M 0 0.5 L 8 4 L 0 7.5 z" className={css[`head-${tone}`]} />
                  </marker>
                ))}
              </defs>
              {placed.edges.map(({ id, edge, path }) => {
                const tone = id === chosen ? "on" : edge.isBad ? "bad" : "plain";
                return (
                  <path
                    key={id}
                    d={path}
                    className={css.arrow}
                    data-tone={tone}
                    data-dashed={edge.isDashed === true}
                    markerEnd={`url(#${arrow}-${tone})`}
                  />
                );
              })}
            </svg>
            {placed.edges.map((edge) => (
              <EdgeLabel
                key={edge.id}
                placed={edge}
                nodes={nodes}
                isChosen={edge.id === chosen}
                onChoose={onChooseEdge}
              />
            ))}
            {placed.nodes.map((node) => (
              <NodeBox key={node.node.id} placed={node} isChosen={node.node.id === chosen} onChoose={onChoose} />
            ))}
          </div>
        </div>
      </section>
      <div className={css.zoom}>
        <Button onClick={() => step(-1)} aria-label="Smaller" title="Smaller">
          −
        </Button>
        <Button onClick={() => step(1)} aria-label="Larger" title="Larger">
          +
        </Button>
        {zoom !== undefined && (
          <Button onClick={() => setZoom(undefined)} aria-label="Fit the room" title="Fit the room">
            ⤢
          </Button>
        )}
      </div>
    </div>
  );
}

type NodeBoxProps = {
  readonly placed: PlacedNode;
  readonly isChosen: boolean;
  readonly onChoose: ((id: string) => void) | undefined;
};
function NodeBox({ placed: { node, at }, isChosen, onChoose }: NodeBoxProps): ReactNode {
  const { id, title, subtitle, stats = [], share = [], series, isBad, to, params } = node;
  const shown = (
    <>
      <span
        className={css.stripe}
        style={{ background: series === undefined ? "var(--line-strong)" : `var(--series-${series})` }}
      />
      <span className={css.title}>{title}</span>
      <span className={css.subtitle}>{subtitle}</span>
      <span className={css.stats}>{stats.join(" · ")}</span>
      {share.length > 0 && (
        <span className={css.share}>
          {share.map((part) => (
            <span
              key={part.label}
              title={part.label}
              style={{ width: `${Math.min(1, Math.max(0, part.part)) * 100}%`, background: `var(--${part.tone})` }}
            />
          ))}
        </span>
      )}
    </>
  );
  const common = {
    className: css.node,
    style: { left: at.x, top: at.y, width: NODE.width, height: NODE.height },
    "data-bad": isBad === true,
    "data-node": id,
    title: [title, subtitle, ...stats].filter(Boolean).join("\n"),
  };
  if (onChoose !== undefined) {
    return (
      <button type="button" {...common} aria-pressed={isChosen} onClick={() => onChoose(id)}>
        {shown}
      </button>
    );
  }
  if (to !== undefined) {
    return (
      <Link to={to} {...(params && { params })} {...common}>
        {shown}
      </Link>
    );
  }
  return <div {...common}>{shown}</div>;
}

type EdgeLabelProps = {
  readonly placed: PlacedEdge;
  readonly nodes: readonly GraphNode[];
  readonly isChosen: boolean;
  readonly onChoose: ((id: string) => void) | undefined;
};
function EdgeLabel({ placed: { id, edge, label }, nodes, isChosen, onChoose }: EdgeLabelProps): ReactNode {
  const { stats = [], from, to, isBad, isDashed } = edge;
  if (stats.length === 0 && onChoose === undefined) return null;
  const nameOf = (one: string): string => nodes.find((node) => node.id === one)?.title ?? one;
  const words = `${nameOf(from)} ${isDashed ? "hands over to" : "to"} ${nameOf(to)}: ${stats.join(", ")}`;
  const common = {
    className: css.label,
    style: { left: label.x, top: label.y },
    "data-bad": isBad === true,
    title: words,
  };
  const shown = stats.map((one) => <span key={one}>{one}</span>);
  return onChoose === undefined ? (
    <div {...common}>
      <span className="visually-hidden">
        {nameOf(from)} to {nameOf(to)}:{" "}
      </span>
      {shown}
    </div>
  ) : (
    <button type="button" {...common} aria-label={words} aria-pressed={isChosen} onClick={() => onChoose(id)}>
      {shown}
    </button>
  );
}
