import { type ReactNode, useState } from "react";
import { Link } from "../../app/link.tsx";
import { formatAgo, formatBytes, formatRatio, formatSeconds, formatTime } from "../../format/quantity.ts";
import { Button, Card, Empty, Table, Tag } from "../../parts/parts.tsx";
import type { ProcessFacts, ProcessState } from "./facts.ts";
import css from "./health.module.css";

const TONES = { running: "ok", ended: "plain", lost: "bad" } as const satisfies Record<ProcessState, string>;
const WORDS: Readonly<Record<ProcessState, string>> = { running: "running", ended: "ended", lost: "lost" };

const shown = (value: number | undefined, format: (value: number) => string): string =>
  value === undefined ? "–" : format(value);

type CardProps = { readonly processes: readonly ProcessFacts[]; readonly nowMs: number };

/** What runs is of more interest than what is lost, and that than what ended. */
const ORDER = { running: 0, lost: 1, ended: 2 } as const satisfies Record<ProcessState, number>;
const SHOWN = 15;

/** Observed processes, with what each runs and how it is. */
export function ProcessesCard({ processes, nowMs }: CardProps): ReactNode {
  const [isWhole, setWhole] = useState(false);
  const inOrder = processes.toSorted((a, b) => ORDER[a.state] - ORDER[b.state] || b.lastMs - a.lastMs);
  const more = processes.length - SHOWN;
  return (
    <Card
      title="Processes"
      actions={
        more > 0 && (
          <Button aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? "Show fewer" : `Show ${more} more`}
          </Button>
        )
      }
    >
      {processes.length === 0 ? (
        <Empty title="No observed process in this time" command="npx agent-observatory dev -- node app.js">
          <p>Start a program observed:</p>
        </Empty>
      ) : (
        <Table
          label="Each process"
          rows={isWhole ? inOrder : inOrder.slice(0, SHOWN)}
          keyOf={({ key }) => key}
          columns={[
            {
              title: "State",
              show: ({ state }) => <Tag tone={TONES[state]}>{WORDS[state]}</Tag>,
              by: ({ state }) => state,
            },
            {
              title: "Program",
              isName: true,
              show: ({ job, version }) => (
                <>
                  <Link to="/d/ao-system" params={{ "var-job": job }}>
                    {job}
                  </Link>{" "}
                  <span className={css.quiet}>{version}</span>
                </>
              ),
              by: ({ job }) => job,
            },
            { title: "Instance", show: ({ instance }) => <code title={instance}>{instance.slice(0, 8)}</code> },
            {
              title: "Last heard",
              show: ({ lastMs }) => <span title={formatTime(lastMs)}>{formatAgo(lastMs, nowMs)}</span>,
              by: ({ lastMs }) => lastMs,
            },
            {
              title: "Up for",
              show: ({ uptimeS }) => shown(uptimeS, formatSeconds),
              by: ({ uptimeS }) => uptimeS ?? -1,
              isNumber: true,
            },
            {
              title: "Memory",
              show: ({ memoryBytes }) => shown(memoryBytes, formatBytes),
              by: ({ memoryBytes }) => memoryBytes ?? -1,
              isNumber: true,
            },
            {
              title: "Heap used",
              show: ({ heapRatio }) => shown(heapRatio, formatRatio),
              by: ({ heapRatio }) => heapRatio ?? -1,
              isNumber: true,
            },
            {
              title: "Loop delay p99",
              show: ({ delayS }) => shown(delayS, formatSeconds),
              by: ({ delayS }) => delayS ?? -1,
              isNumber: true,
            },
            {
              title: "Loop busy",
              show: ({ busyRatio }) => shown(busyRatio, formatRatio),
              by: ({ busyRatio }) => busyRatio ?? -1,
              isNumber: true,
            },
            { title: "Node", show: ({ node }) => node, by: ({ node }) => node },
            { title: "agent-observatory", show: ({ ours }) => ours, by: ({ ours }) => ours },
          ]}
        />
      )}
    </Card>
  );
}
