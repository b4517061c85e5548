import { type ReactNode, useEffect, useRef } from "react";
import type { LogEntry } from "../../../src/backends/index.ts";
import { Link } from "../app/link.tsx";
import { hrefTo } from "../app/url-state.ts";
import { formatCount, formatMs, formatRatio, formatTime, formatUsd } from "../format/quantity.ts";
import { Button, CopyButton, Tag } from "../parts/parts.tsx";
import type { LaidOutTrace, TraceRow } from "./layout.ts";
import { logQueryOf } from "./log-facts.ts";
import { LogLines } from "./log-lines.tsx";
import css from "./span-details.module.css";
import { failureOf, similarTo, WHAT_TITLE } from "./span-facts.ts";
import { Attributes, Long, Values } from "./span-values.tsx";
import type { Spent } from "./spent.ts";

type SpanDetailsProps = {
  readonly trace: LaidOutTrace;
  readonly row: TraceRow;
  readonly logs: readonly LogEntry[] | undefined;
  readonly onSelect: (row: number) => void;
  readonly onClose: () => void;
};

const absolute = (spanId: string): string => {
  const url = new URL(window.location.href);
  url.searchParams.set("span", spanId);
  return url.href;
};

/** All that is known of one span. */
export function SpanDetails({ trace, row, logs, onSelect, onClose }: SpanDetailsProps): ReactNode {
  const { span, what, state } = row;
  const parent = trace.rows[row.parent];
  const box = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another span is read from its beginning.
  useEffect(() => {
    if (box.current !== null) box.current.scrollTop = 0;
  }, [span.spanId]);
  return (
    <aside
      ref={box}
      className={css.details}
      aria-label="Span details"
      onKeyDown={({ key }) => key === "Escape" && onClose()}
    >
      <header className={css.head}>
        <div>
          <span className={css.kind}>
            {WHAT_TITLE[what]} · {span.service}
          </span>
          <h2 className={css.title}>{span.name}</h2>
        </div>
        <Button onClick={onClose} aria-label="Close details" title="Close (Esc)">
          ✕
        </Button>
      </header>
      <p className={css.tags}>
        {row.isFailed ? (
          <Tag tone="bad">✗ failed</Tag>
        ) : (
          <Tag tone={span.status === "ok" ? "ok" : "plain"}>{span.status === "ok" ? "ok" : "no error"}</Tag>
        )}
        {state !== "ended" && <Tag tone={state === "running" ? "info" : "warn"}>{state}</Tag>}
        {row.isOrphan && (
          <Tag tone="warn" title={`Its parent ${span.parentSpanId} is not in the trace`}>
            parent is missing
          </Tag>
        )}
        {row.skewMs > 0 && (
          <Tag tone="warn" title="Only clocks that differ can explain that">
            starts {formatMs(row.skewMs)} before its parent
          </Tag>
        )}
        {span.kind !== "internal" && span.kind !== "unspecified" && <Tag>{span.kind}</Tag>}
      </p>
      <Failed row={row} />
      <dl className={css.facts}>
        <Fact name="Began">
          {formatTime(span.startMs, true)} <small>+{formatMs(row.startMs)}</small>
        </Fact>
        <Fact name="Took">
          {formatMs(span.durationMs)}
          {state === "running" && " so far"}
        </Fact>
        <Fact name="Of its own">{formatMs(row.selfMs)}</Fact>
        <Fact name="On the critical path">
          {row.criticalMs === 0
            ? "never"
            : `${formatMs(row.criticalMs)}, ${formatRatio(row.criticalMs / trace.durationMs)} of all`}
        </Fact>
        <SpentFacts
          name={row.own.calls > 0 ? "Tokens" : "Tokens below"}
          spent={row.own.calls > 0 ? row.own : row.total}
        />
        <Fact name="Span">
          <code>{span.spanId}</code>
        </Fact>
        {parent !== undefined && (
          <Fact name="Below">
            <button type="button" className={css.jump} onClick={() => onSelect(parent.index)}>
              {parent.span.name}
            </button>
          </Fact>
        )}
      </dl>
      <p className={css.actions}>
        <CopyButton text={absolute(span.spanId)} label="Copy link" />
        <CopyButton text={JSON.stringify(span, undefined, 2)} label="Copy as JSON" />
        <Link to="/logs" params={{ query: logQueryOf(span.service, trace.traceId, span.spanId) }}>
          Its logs
        </Link>
      </p>
      <Similar row={row} />
      <Attributes title="Attributes" attributes={span.attributes} isOpen />
      {span.events.length > 0 && (
        <section className={css.part}>
          <h3>Events ({span.events.length})</h3>
          {span.events.slice(0, 100).map((event, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: events have no names of their own, and stay where they are.
            <details key={index} className={css.event}>
              <summary>
                {event.name || "event"} <small>+{formatMs(event.timeMs - span.startMs)}</small>
              </summary>
              <Values attributes={event.attributes} />
            </details>
          ))}
          {span.events.length > 100 && <p className={css.more}>and {span.events.length - 100} more, in the JSON</p>}
        </section>
      )}
      {span.links.length > 0 && (
        <section className={css.part}>
          <h3>Links ({span.links.length})</h3>
          <ul>
            {span.links.slice(0, 100).map(({ traceId, spanId }) => (
              <li key={`${traceId}${spanId}`}>
                <a href={hrefTo(`/trace/${traceId}`, { span: spanId })}>
                  {traceId === trace.traceId ? "in this trace" : `trace ${traceId.slice(0, 8)}`}, span{" "}
                  {spanId.slice(0, 8)}
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {logs !== undefined && logs.length > 0 && (
        <section className={css.part}>
          <h3>Logs ({logs.length})</h3>
          <LogLines trace={trace} logs={logs.slice(0, 100)} isBeside onSelect={onSelect} />
        </section>
      )}
      <Attributes title="Resource" attributes={span.resource} isOpen={false} />
      {span.scope.name !== "" && (
        <p className={css.scope}>
          Recorded by {span.scope.name} {span.scope.version}
        </p>
      )}
    </aside>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function SpentFacts({ name, spent }: { readonly name: string; readonly spent: Spent }): ReactNode {
  const { calls, inputTokens, outputTokens, cachedTokens, reasoningTokens, costUsd, unpricedCalls } = spent;
  if (calls === 0) return undefined;
  const parts = [
    cachedTokens > 0 && `${formatCount(cachedTokens)} of them cached`,
    reasoningTokens > 0 && `${formatCount(reasoningTokens)} for reasoning`,
  ].filter(Boolean);
  return (
    <>
      <Fact name={name}>
        {formatCount(inputTokens)} in, {formatCount(outputTokens)} out
        {parts.length > 0 && <small> ({parts.join(", ")})</small>}
        {calls > 1 && <small> in {calls} calls</small>}
      </Fact>
      <Fact name="Cost">
        {costUsd === undefined ? "no price known" : formatUsd(costUsd)}
        {unpricedCalls > 0 && costUsd !== undefined && <small> and {unpricedCalls} calls without a price</small>}
      </Fact>
    </>
  );
}

function Failed({ row }: { readonly row: TraceRow }): ReactNode {
  const failure = failureOf(row.span);
  if (failure === undefined) return undefined;
  const { type, category, message, stack, fingerprint } = failure;
  return (
    <section className={css.failure} aria-label="Error">
      <p>
        <strong>{type ?? "Error"}</strong>{" "}
        {category !== undefined && category !== type && <Tag tone="bad">{category}</Tag>}
      </p>
      <p className={css.message}>
        <Long value={message || "It says nothing more."} />
      </p>
      {stack !== undefined && (
        <details>
          <summary>Stack</summary>
          <pre className={css.stack}>
            <Long value={stack} />
          </pre>
        </details>
      )}
      <p className={css.actions}>
        <CopyButton text={[type, message, stack].filter(Boolean).join("\n")} label="Copy error" />
        {fingerprint !== undefined && (
          <Link to="/errors" params={{ fingerprint }}>
            All like it
          </Link>
        )}
      </p>
    </section>
  );
}

function Similar({ row }: { readonly row: TraceRow }): ReactNode {
  const found = similarTo(row.span);
  if (found.length === 0) return undefined;
  return (
    <p className={css.similar}>
      {found.map(({ label, params }) => (
        <Link
          key={label}
          to={"session" in params ? `/session/${encodeURIComponent(params["session"] ?? "")}` : "/traces"}
          params={"session" in params ? {} : params}
        >
          {label}
        </Link>
      ))}
    </p>
  );
}
