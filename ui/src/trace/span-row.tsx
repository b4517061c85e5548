import { type MouseEvent, memo, type ReactNode } from "react";
import { hrefTo } from "../app/url-state.ts";
import { formatCount, formatMs, formatUsd } from "../format/quantity.ts";
import type { CriticalSegment } from "./critical-path.ts";
import type { TraceRow } from "./layout.ts";
import { detailOf, WHAT_LETTERS, WHAT_TITLE } from "./span-facts.ts";
import { placeIn, type TimeWindow } from "./time-window.ts";
import css from "./waterfall.module.css";

const INDENT_PX = 14;
/** What is deeper is not set in further: a name has to keep some room. */
const MAX_INDENTS = 18;
/** Widths of the drawing of a critical path, which is stretched to the width of the bar's place. */
const PATH_UNITS = 2000;

/** A bar that ends before has room for its duration behind it, on a phone as well. */
const ROOM_AFTER = 0.72;

export type SpanRowProps = {
  readonly row: TraceRow;
  readonly depth: number;
  readonly place: number;
  readonly color: string;
  readonly service: string | undefined;
  readonly isSelected: boolean;
  readonly isCollapsed: boolean;
  readonly isMatch: boolean;
  readonly isFresh: boolean;
  readonly logs: number;
  readonly window: TimeWindow | undefined;
  readonly critical: readonly CriticalSegment[] | undefined;
  readonly traceId: string;
  readonly onSelect: (row: number) => void;
  readonly onToggle: (spanId: string) => void;
};

const isPlain = ({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean =>
  button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey;

/** One span: its name at its depth, then its bar (where there is a window) or its figures. */
export const SpanRow = memo(function SpanRow(props: SpanRowProps): ReactNode {
  const { row, depth, place, color, service, isSelected, isCollapsed, isMatch, isFresh, logs, window } = props;
  const { span, what, state, isFailed, isErrorOrigin, children, errors } = row;
  const detail = detailOf(row);
  const classes = [
    css.row,
    isSelected && css.chosen,
    isMatch && css.match,
    isFresh && css.fresh,
    isErrorOrigin && css.origin,
  ];
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names the row that is active.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree hears the keys.
    <div
      id={`row-${row.index}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={isSelected}
      aria-posinset={place + 1}
      aria-setsize={-1}
      {...(children.length > 0 && { "aria-expanded": !isCollapsed })}
      className={classes.filter(Boolean).join(" ")}
      data-span={span.spanId}
      onClick={() => props.onSelect(row.index)}
    >
      <div className={css.name} style={{ paddingLeft: 4 + Math.min(depth, MAX_INDENTS) * INDENT_PX }}>
        {children.length > 0 ? (
          <button
            type="button"
            tabIndex={-1}
            className={css.toggle}
            aria-label={isCollapsed ? `Open ${span.name}` : `Close ${span.name}`}
            onClick={(event) => {
              event.stopPropagation();
              props.onToggle(span.spanId);
            }}
          >
            {isCollapsed ? "▸" : "▾"}
          </button>
        ) : (
          <span className={css.toggle} />
        )}
        <span className={css.badge} style={{ borderColor: color }} title={WHAT_TITLE[what]}>
          {WHAT_LETTERS[what]}
        </span>
        {isFailed && (
          <span
            className={isErrorOrigin ? css.failed : css.failedBelow}
            title={isErrorOrigin ? "It failed here" : "It failed, because of something below"}
          >
            ✗<span className="visually-hidden">failed</span>
          </span>
        )}
        {!isFailed && isCollapsed && errors > 0 && (
          <span className={css.failedBelow} title={`${errors} failed below`}>
            ✗<sub>{errors}</sub>
          </span>
        )}
        <a
          className={css.link}
          href={hrefTo(`/trace/${props.traceId}`, { span: span.spanId })}
          tabIndex={-1}
          draggable={false}
          title={span.name}
          onClick={(event) => {
            if (isPlain(event)) event.preventDefault();
            else event.stopPropagation();
          }}
        >
          {span.name}
        </a>
        {detail !== undefined && <span className={css.detail}>{detail}</span>}
        {service !== undefined && <span className={css.service}>{service}</span>}
        {state !== "ended" && <span className={state === "running" ? css.running : css.cutOff}>{state}</span>}
        {isCollapsed && <span className={css.hidden}>+{row.end - row.index - 1}</span>}
        {row.skewMs > 0 && (
          <span
            className={css.cutOff}
            title={`It begins ${formatMs(row.skewMs)} before its parent: their clocks differ`}
          >
            ⏱
          </span>
        )}
        {logs > 0 && (
          <span className={css.logs} title={`${logs} log lines`}>
            ≡{logs}
          </span>
        )}
        <span className={css.spent}>{spentText(row)}</span>
      </div>
      {window === undefined ? <Figures row={row} /> : <Bar {...props} window={window} />}
    </div>
  );
});

/** Of calls what they took themselves; of all else that has calls below, the sum. */
function spentText({ own, total }: TraceRow): string {
  const { costUsd, calls, inputTokens, outputTokens } = own.calls > 0 ? own : total;
  if (calls === 0) return "";
  const sum = own.calls > 0 ? "" : "Σ ";
  return costUsd === undefined ? `${sum}${formatCount(inputTokens + outputTokens)} tok` : `${sum}${formatUsd(costUsd)}`;
}

function Figures({ row }: { readonly row: TraceRow }): ReactNode {
  const { startMs, endMs, selfMs, criticalMs, own, total, errors } = row;
  const { inputTokens, outputTokens, costUsd, calls, unpricedCalls } = own.calls > 0 ? own : total;
  return (
    <div className={css.figures}>
      <span>{formatMs(endMs - startMs)}</span>
      <span>{formatMs(selfMs)}</span>
      <span>{criticalMs > 0 ? formatMs(criticalMs) : ""}</span>
      <span>{calls > 0 ? `${formatCount(inputTokens)} → ${formatCount(outputTokens)}` : ""}</span>
      <span title={unpricedCalls > 0 ? `${unpricedCalls} calls have no price` : undefined}>
        {calls > 0
          ? `${costUsd === undefined ? "no price" : formatUsd(costUsd)}${unpricedCalls > 0 && costUsd !== undefined ? "+" : ""}`
          : ""}
      </span>
      <span className={errors > 0 ? css.failed : undefined}>{errors > 0 ? errors : ""}</span>
    </div>
  );
}

/** One line for all stretches: a root may have thousands of them. */
function pathOf(segments: readonly CriticalSegment[], window: TimeWindow): string {
  const length = window.toMs - window.fromMs;
  const parts: string[] = [];
  let [from, to] = [-1, -1];
  const put = (): void => {
    if (to >= from && from >= 0) parts.push(`M${from} 0H${Math.max(to, from + 1)}`);
  };
  for (const { startMs, endMs } of segments) {
    if (endMs < window.fromMs || startMs > window.toMs) continue;
    const left = Math.round(Math.max(0, (startMs - window.fromMs) / length) * PATH_UNITS);
    const right = Math.round(Math.min(1, (endMs - window.fromMs) / length) * PATH_UNITS);
    if (left > to + 1) {
      put();
      from = left;
    }
    to = Math.max(to, right);
  }
  put();
  return parts.join("");
}

function Bar({ row, color, window, critical }: SpanRowProps & { readonly window: TimeWindow }): ReactNode {
  const { left, width } = placeIn(window, row.startMs, row.endMs);
  const right = left + width;
  const isOpen = row.state === "running";
  const duration = formatMs(row.endMs - row.startMs);
  const isInSight = right > 0 && left < 1;
  const side = right < ROOM_AFTER ? css.after : left > 1 - ROOM_AFTER ? css.before : css.inside;
  const at =
    right < ROOM_AFTER
      ? { left: `${Math.max(0, right) * 100}%` }
      : left > 1 - ROOM_AFTER
        ? { right: `${(1 - left) * 100}%` }
        : { right: 0 };
  return (
    <div className={css.bars}>
      {isInSight && (
        <>
          <div
            className={`${css.bar} ${isOpen ? css.open : ""} ${row.isFailed ? css.barFailed : ""}`}
            style={{ left: `${left * 100}%`, width: `${width * 100}%`, backgroundColor: color }}
          />
          {critical !== undefined && (
            <svg className={css.critical} viewBox={`0 0 ${PATH_UNITS} 1`} preserveAspectRatio="none" aria-hidden="true">
              <path d={pathOf(critical, window)} />
            </svg>
          )}
          <span className={`${css.duration} ${side}`} style={at}>
            {isOpen ? `${duration} so far` : duration}
          </span>
        </>
      )}
    </div>
  );
}
