import { type ReactNode, useMemo } from "react";
import { useParams } from "../app/url-state.ts";
import { formatCount, formatMs, formatUsd } from "../format/quantity.ts";
import { NodeGraph } from "../graph/node-graph.tsx";
import { Button, Empty, Table, Tag } from "../parts/parts.tsx";
import css from "./graph.module.css";
import {
  type AgentGraph,
  type Calls,
  type Connection,
  drawConnection,
  drawParticipant,
  type GraphKind,
  KIND_TITLES,
  kindsIn,
  meanMs,
  mostTelling,
  readGraph,
  SHOWN_KINDS,
} from "./graph-model.ts";
import type { LaidOutTrace } from "./layout.ts";
import { SpanLink } from "./span-link.tsx";

const ALL = Object.keys(KIND_TITLES) as readonly GraphKind[];
const CALLS_AT_ONCE = 100;
/** Agents, models and so on that are drawn. */
const MOST = 200;

/** Who called whom in a trace: how often, how long, at what cost, with how many errors. */
export default function TraceGraph({ trace }: { readonly trace: LaidOutTrace }): ReactNode {
  const [params, change] = useParams();
  const written = params.get("kinds");
  const chosen = params.get("at") ?? undefined;
  const kinds = useMemo(
    () => new Set(written === null ? SHOWN_KINDS : ALL.filter((kind) => written.split(",").includes(kind))),
    [written],
  );
  const present = useMemo(() => kindsIn(trace), [trace]);
  const graph = useMemo(() => readGraph(trace, kinds), [trace, kinds]);
  const drawn = useMemo(() => mostTelling(graph, MOST), [graph]);
  const nodes = useMemo(() => drawn.participants.map(drawParticipant), [drawn]);
  const edges = useMemo(() => drawn.connections.map(drawConnection), [drawn]);
  if (present.length === 0) {
    return (
      <Empty title="There is nobody to draw">
        <p>No span of this trace is an agent, a model or a tool. The waterfall shows what there is.</p>
      </Empty>
    );
  }
  const toggle = (kind: GraphKind): void => {
    const next = ALL.filter((one) => (one === kind ? !kinds.has(one) : kinds.has(one)));
    const isUsual = next.join() === ALL.filter((one) => SHOWN_KINDS.includes(one)).join();
    change({ kinds: isUsual ? undefined : next.join(), at: undefined }, { replace: true });
  };
  const choose = (id: string): void => change({ at: id === chosen ? undefined : id }, { replace: true });
  return (
    <div className={css.view}>
      <fieldset className={css.kinds}>
        <legend className="visually-hidden">What is shown</legend>
        {present.map((kind) => (
          <Button key={kind} aria-pressed={kinds.has(kind)} onClick={() => toggle(kind)}>
            {KIND_TITLES[kind]}
          </Button>
        ))}
      </fieldset>
      {drawn !== graph && (
        <p className={css.hint} role="note">
          Of {formatCount(graph.participants.length)} the {MOST} who failed and were called the most. The tree has all.
        </p>
      )}
      <NodeGraph
        label="Who called whom"
        nodes={nodes}
        edges={edges}
        onChoose={choose}
        onChooseEdge={choose}
        chosen={chosen}
      />
      <Chosen trace={trace} graph={graph} chosen={chosen} />
      <Connections graph={drawn} onChoose={choose} />
    </div>
  );
}

const nameIn = (graph: AgentGraph, id: string): string => graph.participants.find((one) => one.id === id)?.name ?? id;
const factsOf = (calls: Calls): string =>
  [
    `${calls.rows.length}×`,
    `${formatMs(meanMs(calls))} on average, ${formatMs(calls.mostMs)} at most`,
    ...(calls.inputTokens + calls.outputTokens > 0
      ? [`${formatCount(calls.inputTokens)} → ${formatCount(calls.outputTokens)} tokens`]
      : []),
    ...(calls.costUsd === undefined ? [] : [formatUsd(calls.costUsd)]),
  ].join(" · ");

type ChosenProps = { readonly trace: LaidOutTrace; readonly graph: AgentGraph; readonly chosen: string | undefined };
/** The calls behind what was chosen, each with its span. */
function Chosen({ trace, graph, chosen }: ChosenProps): ReactNode {
  const participant = graph.participants.find(({ id }) => id === chosen);
  const connection = graph.connections.find(({ id }) => id === chosen);
  const calls = participant ?? connection;
  if (calls === undefined) return <p className={css.hint}>Choose a box or an arrow to see the calls behind it.</p>;
  const title =
    connection === undefined
      ? (participant?.name ?? "")
      : `${nameIn(graph, connection.from)} ${connection.isHandoff ? "hands over to" : "→"} ${nameIn(graph, connection.to)}`;
  return (
    <section className={css.chosen} aria-label={title}>
      <h3>{title}</h3>
      <p className={css.hint}>{factsOf(calls)}</p>
      <ol className={css.calls}>
        {calls.rows.slice(0, CALLS_AT_ONCE).map((index) => {
          const row = trace.rows[index];
          return (
            row !== undefined && (
              <li key={index}>
                <SpanLink traceId={trace.traceId} spanId={row.span.spanId}>
                  {row.span.name}
                </SpanLink>
                {row.isFailed && <Tag tone="bad">failed</Tag>}
                <span className={css.figures}>
                  +{formatMs(row.startMs)} · {formatMs(row.endMs - row.startMs)}
                  {row.total.costUsd !== undefined && ` · ${formatUsd(row.total.costUsd)}`}
                </span>
              </li>
            )
          );
        })}
      </ol>
      {calls.rows.length > CALLS_AT_ONCE && <p className={css.hint}>and {calls.rows.length - CALLS_AT_ONCE} more</p>}
    </section>
  );
}

type ConnectionsProps = { readonly graph: AgentGraph; readonly onChoose: (id: string) => void };
const Connections = ({ graph, onChoose }: ConnectionsProps): ReactNode => (
  <Table<Connection>
    label="Who called whom, as a table"
    rows={graph.connections}
    keyOf={({ id }) => id}
    columns={[
      { title: "From", show: ({ from }) => nameIn(graph, from), by: ({ from }) => nameIn(graph, from) },
      {
        title: "To",
        show: ({ to, id, isHandoff }) => (
          <>
            <button type="button" className={css.link} onClick={() => onChoose(id)}>
              {nameIn(graph, to)}
            </button>{" "}
            {isHandoff && <Tag>handoff</Tag>}
          </>
        ),
        by: ({ to }) => nameIn(graph, to),
      },
      { title: "Calls", show: ({ rows }) => rows.length, by: ({ rows }) => rows.length, isNumber: true },
      {
        title: "Failed",
        show: ({ errors }) => (errors === 0 ? "0" : <Tag tone="bad">{errors}</Tag>),
        by: ({ errors }) => errors,
        isNumber: true,
      },
      { title: "Mean time", show: (one) => formatMs(meanMs(one)), by: meanMs, isNumber: true },
      { title: "Longest", show: ({ mostMs }) => formatMs(mostMs), by: ({ mostMs }) => mostMs, isNumber: true },
      {
        title: "Cost",
        show: ({ costUsd }) => (costUsd === undefined ? "–" : formatUsd(costUsd)),
        by: ({ costUsd }) => costUsd ?? 0,
        isNumber: true,
      },
    ]}
  />
);
