import { type ReactNode, useMemo } from "react";
import { useParam } from "../../app/url-state.ts";
import { formatCount, formatMs, formatUsd } from "../../format/quantity.ts";
import { Button, Card, Tag, type Tone } from "../../parts/parts.tsx";
import type { LaidOutTrace, TraceRow } from "../../trace/layout.ts";
import { SpanLink } from "../../trace/span-link.tsx";
import { useVirtualRows } from "../../trace/virtual-rows.ts";
import { alignTraces, type ComparedRow } from "./align.ts";
import css from "./compare.module.css";

const ROW_PX = 34;
const INDENT_PX = 14;
const MOST_INDENTS = 14;
const KINDS: Readonly<Record<ComparedRow["kind"], readonly [tone: Tone, sign: string, word: string]>> = {
  same: ["plain", "=", "in both"],
  changed: ["warn", "≠", "different"],
  removed: ["bad", "−", "only in A"],
  added: ["ok", "+", "only in B"],
};

/** The steps of both as one tree. */
export function ComparedSteps({ a, b }: { readonly a: LaidOutTrace; readonly b: LaidOutTrace }): ReactNode {
  const rows = useMemo(() => alignTraces(a, b), [a, b]);
  const [show, setShow] = useParam("show", "different");
  const shown = useMemo(() => (show === "all" ? rows : withWays(rows)), [rows, show]);
  const count = (kind: ComparedRow["kind"]): number => rows.filter((row) => row.kind === kind).length;
  const virtual = useVirtualRows(shown.length, ROW_PX);
  return (
    <Card
      title="Step by step"
      actions={
        <fieldset className={css.choice}>
          <legend className="visually-hidden">Which steps</legend>
          <Button aria-pressed={show !== "all"} onClick={() => setShow("different")}>
            What differs
          </Button>
          <Button aria-pressed={show === "all"} onClick={() => setShow("all")}>
            All
          </Button>
        </fieldset>
      }
    >
      <p className={css.counts} role="status">
        {(["same", "changed", "removed", "added"] as const).map((kind) => (
          <Tag key={kind} tone={KINDS[kind][0]}>
            {KINDS[kind][1]} {formatCount(count(kind))} {KINDS[kind][2]}
          </Tag>
        ))}
      </p>
      {shown.length === 0 && <p className={css.quiet}>Both took the same steps, in about the same time.</p>}
      <div className={css.stepsHead} aria-hidden="true">
        <span>Step</span>
        <span>A</span>
        <span>B</span>
        <span>What is different</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by the keyboard. */}
      <section ref={virtual.ref} className={css.steps} aria-label="Steps of both" tabIndex={0}>
        <div style={{ height: virtual.heightPx, position: "relative" }}>
          <ol style={{ transform: `translateY(${virtual.first * ROW_PX}px)` }}>
            {shown.slice(virtual.first, virtual.last).map((row) => (
              <StepRow key={`${row.a?.index} ${row.b?.index}`} row={row} />
            ))}
          </ol>
        </div>
      </section>
    </Card>
  );
}

/** Steps that differ, with those above them: where they are. */
function withWays(rows: readonly ComparedRow[]): readonly ComparedRow[] {
  const kept: ComparedRow[] = [];
  let needed = -1;
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at] as ComparedRow;
    if (row.kind === "same" && row.depth >= needed) continue;
    kept.push(row);
    needed = row.depth;
  }
  return kept.reverse();
}

function Numbers({ row }: { readonly row: TraceRow | undefined }): ReactNode {
  if (row === undefined) return <span className={css.none}>–</span>;
  const { own } = row;
  return (
    <SpanLink traceId={row.span.traceId} spanId={row.span.spanId} className={css.numbers}>
      {[
        formatMs(row.endMs - row.startMs),
        ...(own.inputTokens + own.outputTokens > 0
          ? [`${formatCount(own.inputTokens)} → ${formatCount(own.outputTokens)}`]
          : []),
        ...(own.costUsd === undefined ? [] : [formatUsd(own.costUsd)]),
      ].join(" · ")}
    </SpanLink>
  );
}

function StepRow({ row: { a, b, depth, kind, differences } }: { readonly row: ComparedRow }): ReactNode {
  const name = (b ?? a)?.span.name ?? "";
  const before = a !== undefined && b !== undefined && a.span.name !== b.span.name ? a.span.name : undefined;
  const [, sign, word] = KINDS[kind];
  return (
    <li className={css.step} data-kind={kind}>
      <span className={css.name} style={{ paddingLeft: Math.min(depth, MOST_INDENTS) * INDENT_PX }} title={name}>
        <span className={css.sign} title={word}>
          {sign}
          <span className="visually-hidden"> {word}: </span>
        </span>
        {before !== undefined && <del>{before}</del>} {name}
      </span>
      <Numbers row={a} />
      <Numbers row={b} />
      <span className={css.differences} title={differences.join(", ")}>
        {differences.join(", ")}
      </span>
    </li>
  );
}
