import { type ReactNode, useRef } from "react";
import { cssColor, seriesColor, wordOf } from "../model/colors.ts";
import type { Panel } from "../model/dashboard.ts";
import { membersOf, numberOf, textOf } from "../model/json.ts";
import { textOfShown } from "../model/shown-value.ts";
import type { SingleValue } from "../model/single-values.ts";
import { linksFor, useBoard } from "./board-context.ts";
import { Gauge } from "./gauge.tsx";
import { GoLink } from "./go-link.tsx";
import { Pie } from "./pie.tsx";
import { useSize } from "./size.ts";
import { colored, tinted } from "./value-color.ts";
import css from "./values.module.css";

type ValuesProps = { readonly panel: Panel; readonly values: readonly SingleValue[] };

/** Stat, gauge, bar gauge and pie. */
export function Values({ panel, values }: ValuesProps): ReactNode {
  if (panel.type === "piechart") return <Pie panel={panel} values={values} />;
  if (panel.type === "bargauge" || panel.type === "barchart") return <Bars panel={panel} values={values} />;
  return (
    <div className={css.values} data-many={values.length > 3}>
      {values.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two values may have the same name; they have no state.
        <Value key={`${one.name}${index}`} panel={panel} one={one} isOnly={values.length === 1} />
      ))}
    </div>
  );
}

/** Digits as large as there is room for. */
const fittingPx = (width: number, height: number, letters: number): number =>
  Math.round(Math.max(13, Math.min(30, height * 0.62, (width * 1.4) / Math.max(3, letters))));

function Value({
  panel,
  one,
  isOnly,
}: {
  readonly panel: Panel;
  readonly one: SingleValue;
  readonly isOnly: boolean;
}): ReactNode {
  const board = useBoard();
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const { options } = panel;
  const { prefix, text, suffix, color } = one.shown;
  const mode = textOf(options["colorMode"]) ?? "value";
  const textMode = textOf(options["textMode"]) ?? "auto";
  const showsName = textMode === "value_and_name" || textMode === "name" || (textMode === "auto" && !isOnly);
  const showsValue = textMode !== "name" && textMode !== "none";
  const links = linksFor(board, panel, one.config.links, {
    seriesName: one.name,
    fieldName: one.name,
    labels: one.labels,
    value: one.shown,
    row: one.row,
  });
  const [first, ...others] = links;
  const word = wordOf(color);
  const isBackground = mode.startsWith("background");
  const body =
    panel.type === "gauge" ? (
      <Gauge one={one} showsMarks={options["showThresholdMarkers"] !== false} />
    ) : (
      showsValue && (
        <data
          className={css.number}
          value={one.shown.raw === undefined ? "" : String(one.shown.raw)}
          style={{
            fontSize: fittingPx(width, height - (showsName ? 18 : 0), textOfShown(one.shown).length),
            ...(mode === "value" && colored(color)),
          }}
        >
          {prefix}
          {text}
          <small>{suffix}</small>
        </data>
      )
    );
  return (
    <div className={css.value} ref={box} style={isBackground ? tinted(color) : undefined}>
      {first === undefined ? (
        <div className={css.valueBody}>{body}</div>
      ) : (
        <GoLink
          link={first}
          className={css.valueBody}
          label={`${panel.title}: ${textOfShown(one.shown)}. ${first.title}`}
        >
          {body}
        </GoLink>
      )}
      {word !== undefined && mode !== "none" && <span className="visually-hidden">{word}</span>}
      {showsName && <span className={css.name}>{one.name}</span>}
      {others.length > 0 && (
        <span className={css.more}>
          {others.map((link) => (
            <GoLink key={link.title} link={link} />
          ))}
        </span>
      )}
      {options["graphMode"] === "area" && one.history.length > 1 && (
        <Spark history={one.history} color={cssColor(color)} />
      )}
    </div>
  );
}

function Spark({
  history,
  color,
}: {
  readonly history: readonly number[];
  readonly color: string | undefined;
}): ReactNode {
  const low = history.reduce((a, b) => Math.min(a, b));
  const high = history.reduce((a, b) => Math.max(a, b));
  const points = history.map(
    (value, at) =>
      `${((at / (history.length - 1)) * 100).toFixed(2)},${(28 - ((value - low) / (high - low || 1)) * 24).toFixed(2)}`,
  );
  const stroke = color ?? "var(--series-1)";
  return (
    <svg className={css.spark} viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`0,30 ${points.join(" ")} 100,30`} fill={stroke} opacity="0.12" />
      <polyline
        points={points.join(" ")}
        fill="none"
        stroke={stroke}
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

/** A bar for each value, from the least to the most. */
function Bars({ panel, values }: ValuesProps): ReactNode {
  const board = useBoard();
  const isGradient = textOf(panel.options["displayMode"]) === "gradient";
  const max = Math.max(...values.map((one) => one.max));
  const min = Math.min(...values.map((one) => one.min));
  const limit = numberOf(membersOf(panel.options["reduceOptions"])["limit"]) ?? values.length;
  return (
    <ul className={css.bars}>
      {values.slice(0, limit).map((one, index) => {
        const part = one.value === undefined ? 0 : Math.min(1, Math.max(0, (one.value - min) / (max - min || 1)));
        const color = cssColor(one.shown.color) ?? seriesColor(0);
        const [link] = linksFor(board, panel, one.config.links, {
          seriesName: one.name,
          fieldName: one.name,
          labels: one.labels,
          value: one.shown,
          row: one.row,
        });
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two values may have the same name; they have no state.
          <li key={`${one.name}${index}`}>
            <span className={css.barName}>
              {link === undefined ? one.name : <GoLink link={link}>{one.name}</GoLink>}
            </span>
            <span className={css.track} aria-hidden="true">
              <span
                style={{
                  width: `${part * 100}%`,
                  background: isGradient
                    ? `linear-gradient(90deg, color-mix(in srgb, ${color} 25%, transparent), ${color})`
                    : color,
                }}
              />
            </span>
            <data className={css.barValue} value={one.shown.raw === undefined ? "" : String(one.shown.raw)}>
              {textOfShown(one.shown)}
            </data>
          </li>
        );
      })}
    </ul>
  );
}
