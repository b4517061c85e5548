import { type ReactNode, useState } from "react";
import type { LogEntry } from "../../../../src/backends/index.ts";
import { Link } from "../../app/link.tsx";
import { Button, CopyButton } from "../../parts/parts.tsx";
import { stripAnsi } from "./ansi.ts";
import { formatClock } from "./clock.ts";
import { shortName } from "./field-names.ts";
import type { Filter } from "./filters.ts";
import css from "./line.module.css";
import { asJson, type Field, fieldsOf, inlineFields, LEVEL_COLOR, levelOfEntry, prettyJson } from "./line-fields.ts";
import { LineText } from "./line-text.tsx";

/** What a row shows of a line before it is opened, and what is shown at once of one that is open. */
const ROW_CHARS = 600;
const WRAPPED_CHARS = 4000;
const OPEN_CHARS = 20_000;
const VALUE_CHARS = 2000;

const inlineName = (name: string): string => shortName(name).replace(/^(?:agent_observatory|gen_ai)_/, "");

export type LineActions = {
  readonly onFilter: (filter: Filter) => void;
  /** Shows what was logged around a line. */
  readonly onContext?: (entry: LogEntry) => void;
};

type LineProps = LineActions & {
  readonly entry: LogEntry;
  readonly isOpen: boolean;
  readonly wraps: boolean;
  readonly isMarked?: boolean;
  readonly onToggle: () => void;
};

/** One line: time, level, service and text; opened, all that is known of it. */
export function Line({ entry, isOpen, wraps, isMarked = false, onToggle, ...actions }: LineProps): ReactNode {
  const level = levelOfEntry(entry);
  const { labels, line, timeMs } = entry;
  const who = labels["gen_ai_agent_name"];
  return (
    <div className={css.line} data-level={level} data-open={isOpen} data-marked={isMarked}>
      <button type="button" className={css.head} aria-expanded={isOpen} onClick={onToggle}>
        <span
          className={css.bar}
          aria-hidden="true"
          ref={(element) => element?.style.setProperty("background", LEVEL_COLOR[level])}
        />
        <time className={css.time} dateTime={new Date(timeMs).toISOString()}>
          {formatClock(timeMs)}
        </time>
        <span className={css.level}>{level === "unknown" ? "–" : level}</span>
        <span className={css.service} title={who === undefined ? undefined : `agent ${who}`}>
          {labels["service_name"] ?? ""}
        </span>
        <span className={wraps ? css.wrapped : css.text} dir="auto">
          <LineText text={line} most={wraps ? WRAPPED_CHARS : ROW_CHARS} />
          {!isOpen &&
            inlineFields(entry).map(({ name, value }) => (
              <span key={name} className={css.inline}>
                {inlineName(name)}=<bdi>{stripAnsi(value)}</bdi>
              </span>
            ))}
        </span>
      </button>
      {isOpen && <Details entry={entry} {...actions} />}
    </div>
  );
}

function Details({ entry, onFilter, onContext }: LineActions & { readonly entry: LogEntry }): ReactNode {
  const [showsAll, setShowsAll] = useState(false);
  const [showsTechnical, setShowsTechnical] = useState(false);
  const { line, labels } = entry;
  const { own, technical } = fieldsOf(entry);
  const text = prettyJson(line) ?? line;
  const { trace_id: trace, span_id: span, session_id: session } = labels;
  const fingerprint = labels["agent_observatory_error_fingerprint"];
  return (
    <div className={css.details}>
      <div className={css.actions}>
        {trace !== undefined && (
          <>
            <Link to={`/trace/${encodeURIComponent(trace)}`} {...(span !== undefined && { params: { span } })}>
              Open the trace{span === undefined ? "" : " at its span"}
            </Link>
            <Link to="/logs" params={{ query: `trace:${trace}` }}>
              All lines of the trace
            </Link>
          </>
        )}
        {trace !== undefined && labels["detected_level"] === "error" && (
          <Link to={`/trace/${encodeURIComponent(trace)}`} params={{ tab: "explain" }}>
            Explain
          </Link>
        )}
        {session !== undefined && <Link to={`/session/${encodeURIComponent(session)}`}>Session</Link>}
        {fingerprint !== undefined && fingerprint !== "" && (
          <Link to="/errors" params={{ fingerprint }}>
            This kind of error
          </Link>
        )}
        {onContext !== undefined && <Button onClick={() => onContext(entry)}>Lines around it</Button>}
        <CopyButton text={line} label="Copy line" />
        <CopyButton text={asJson(entry)} label="Copy as JSON" />
      </div>
      <pre className={css.full} dir="auto">
        <LineText text={text} most={showsAll ? Number.POSITIVE_INFINITY : OPEN_CHARS} />
      </pre>
      {text.length > OPEN_CHARS && !showsAll && (
        <Button onClick={() => setShowsAll(true)}>Show all {text.length.toLocaleString("en")} characters</Button>
      )}
      <Fields fields={own} onFilter={onFilter} />
      {technical.length > 0 &&
        (showsTechnical ? (
          <Fields fields={technical} onFilter={onFilter} />
        ) : (
          <Button onClick={() => setShowsTechnical(true)}>{technical.length} more fields, of how it came here</Button>
        ))}
    </div>
  );
}

function Fields({
  fields,
  onFilter,
}: {
  readonly fields: readonly Field[];
  readonly onFilter: (filter: Filter) => void;
}): ReactNode {
  return (
    <dl className={css.fields}>
      {fields.map(({ name, value }) => (
        <div key={name} className={css.field}>
          <dt>{name}</dt>
          <dd>
            <span className={css.value} dir="auto">
              <LineText text={value} most={VALUE_CHARS} />
            </span>
            <span className={css.buttons}>
              <Button
                aria-label={`Only lines whose ${name} is this`}
                title="Only these"
                onClick={() => onFilter({ name, value, not: false })}
              >
                +
              </Button>
              <Button
                aria-label={`No lines whose ${name} is this`}
                title="Not these"
                onClick={() => onFilter({ name, value, not: true })}
              >
                −
              </Button>
              <CopyButton text={value} />
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
