import { type ReactNode, useState } from "react";
import { Link } from "../../app/link.tsx";
import { formatTime } from "../../format/quantity.ts";
import { Button } from "../../parts/parts.tsx";
import type { Panel } from "../model/dashboard.ts";
import { type Frame, type Labels, lengthOf } from "../model/frame.ts";
import css from "./logs-panel.module.css";

const PAGE = 100;
const LEVELS = ["detected_level", "level", "severity_text", "severity"];
const TONES: Readonly<Record<string, string>> = {
  error: "bad",
  critical: "bad",
  fatal: "bad",
  warn: "warn",
  warning: "warn",
  info: "info",
};

type Line = { readonly timeMs: number; readonly text: string; readonly labels: Labels };

function lineAt(frame: Frame, row: number): Line {
  const labels: Record<string, string> = {};
  let [timeMs, text] = [0, ""];
  for (const { name, values } of frame.fields) {
    const value = values[row];
    if (name === "Time") timeMs = Number(value);
    else if (name === "Line") text = String(value ?? "");
    else if (value !== undefined && value !== "") labels[name] = String(value);
  }
  return { timeMs, text, labels };
}

/** Log lines with their fields, and the way to the trace that each belongs to. */
export function LogsPanel({ panel, frame }: { readonly panel: Panel; readonly frame: Frame }): ReactNode {
  const [limit, setLimit] = useState(PAGE);
  const count = lengthOf(frame);
  const isUp = panel.options["sortOrder"] === "Ascending";
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by the keyboard.
    <section className={css.logs} aria-label={panel.title} tabIndex={0}>
      {Array.from({ length: Math.min(limit, count) }, (_, index) => (isUp ? count - 1 - index : index)).map((row) => (
        <LogLine key={row} line={lineAt(frame, row)} showsTime={panel.options["showTime"] !== false} />
      ))}
      {count > limit && <Button onClick={() => setLimit(limit + PAGE)}>Show more of {count} lines</Button>}
    </section>
  );
}

function LogLine({
  line: { timeMs, text, labels },
  showsTime,
}: {
  readonly line: Line;
  readonly showsTime: boolean;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const level =
    LEVELS.map((name) => labels[name])
      .find((value) => value !== undefined)
      ?.toLowerCase() ?? "";
  const trace = labels["trace_id"];
  return (
    <details
      className={css.line}
      data-tone={TONES[level] ?? "plain"}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        {showsTime && <time dateTime={new Date(timeMs).toISOString()}>{formatTime(timeMs, true).slice(5)}</time>}
        <b>{level}</b>
        <span>{text}</span>
      </summary>
      {isOpen && (
        <dl>
          {trace !== undefined && (
            <div>
              <dt>Trace</dt>
              <dd>
                <Link
                  to={`/trace/${trace}`}
                  params={labels["span_id"] === undefined ? {} : { span: labels["span_id"] }}
                >
                  Show trace
                </Link>
              </dd>
            </div>
          )}
          {Object.entries(labels).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </details>
  );
}
