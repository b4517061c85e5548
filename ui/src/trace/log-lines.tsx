import { type ReactNode, useMemo, useState } from "react";
import type { LogEntry } from "../../../src/backends/index.ts";
import { formatMs, formatTime } from "../format/quantity.ts";
import { Empty, Input, Select } from "../parts/parts.tsx";
import type { LaidOutTrace } from "./layout.ts";
import { type LogLevel, levelOf, spanIdOf } from "./log-facts.ts";
import css from "./log-lines.module.css";
import { useVirtualRows } from "./virtual-rows.ts";

const ROW_PX = 26;
const SHORT_CHARS = 2000;
const LEVELS: readonly LogLevel[] = ["error", "warn", "info", "debug"];

type LogLinesProps = {
  readonly trace: LaidOutTrace;
  readonly logs: readonly LogEntry[];
  /** In the details of a span: short, and all in one. */
  readonly isBeside?: boolean;
  readonly onSelect: (row: number) => void;
};

/** Lines of a trace, each with the span it was written in. */
export function LogLines({ trace, logs, isBeside = false, onSelect }: LogLinesProps): ReactNode {
  const line = (log: LogEntry, index: number): ReactNode => {
    const level = levelOf(log);
    const row = trace.rowOf(spanIdOf(log));
    return (
      <li key={index} className={css.line} data-level={level}>
        <span className={css.time} title={formatTime(log.timeMs, true)}>
          +{formatMs(log.timeMs - trace.startMs)}
        </span>
        <span className={css.level}>{level}</span>
        {!isBeside &&
          (row === undefined ? (
            <span className={css.span}>no span</span>
          ) : (
            <button type="button" className={css.span} title={row.span.name} onClick={() => onSelect(row.index)}>
              {row.span.name}
            </button>
          ))}
        <span className={css.text} title={isBeside ? undefined : log.line.slice(0, SHORT_CHARS)}>
          {log.line.length > SHORT_CHARS ? `${log.line.slice(0, SHORT_CHARS)}…` : log.line}
        </span>
      </li>
    );
  };
  if (isBeside) return <ul className={css.beside}>{logs.map(line)}</ul>;
  return <AllLines logs={logs} line={line} />;
}

function AllLines({
  logs,
  line,
}: {
  readonly logs: readonly LogEntry[];
  readonly line: (log: LogEntry, index: number) => ReactNode;
}): ReactNode {
  const [wanted, setWanted] = useState("");
  const [least, setLeast] = useState<LogLevel>("debug");
  const shown = useMemo(() => {
    const text = wanted.toLowerCase();
    const levels = new Set(LEVELS.slice(0, LEVELS.indexOf(least) + 1));
    return logs.filter((log) => levels.has(levelOf(log)) && (text === "" || log.line.toLowerCase().includes(text)));
  }, [logs, wanted, least]);
  const virtual = useVirtualRows(shown.length, ROW_PX);
  return (
    <>
      <div className={css.bar}>
        <Input
          type="search"
          aria-label="Search the lines"
          placeholder="Search the lines"
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
        />
        <Select aria-label="Least level" value={least} onChange={({ target }) => setLeast(target.value as LogLevel)}>
          {LEVELS.toReversed().map((level) => (
            <option key={level} value={level}>
              {level === "debug" ? "all levels" : level === "error" ? "errors" : `${level} and worse`}
            </option>
          ))}
        </Select>
        <span className={css.count} role="status">
          {shown.length === logs.length ? `${logs.length} lines` : `${shown.length} of ${logs.length} lines`}
        </span>
      </div>
      {shown.length === 0 && <Empty title="No line matches" />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by the keyboard. */}
      <section ref={virtual.ref} className={css.scroll} aria-label="Log lines" tabIndex={0}>
        <div style={{ height: virtual.heightPx, position: "relative" }}>
          <ul className={css.block} style={{ transform: `translateY(${virtual.first * ROW_PX}px)` }}>
            {shown.slice(virtual.first, virtual.last).map((log, at) => line(log, virtual.first + at))}
          </ul>
        </div>
      </section>
    </>
  );
}
