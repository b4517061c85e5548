import type { ReactNode } from "react";
import { cssColor, seriesColor } from "../model/colors.ts";
import type { Panel } from "../model/dashboard.ts";
import { membersOf, textOf, textsOf } from "../model/json.ts";
import { textOfShown } from "../model/shown-value.ts";
import type { SingleValue } from "../model/single-values.ts";
import { writeText } from "../model/units.ts";
import { linksFor, useBoard } from "./board-context.ts";
import { GoLink } from "./go-link.tsx";
import css from "./values.module.css";

const RADIUS = 40;
const LENGTH = 2 * Math.PI * RADIUS;

/** Parts of a whole. What is below zero has no part. */
export function Pie({ panel, values }: { readonly panel: Panel; readonly values: readonly SingleValue[] }): ReactNode {
  const board = useBoard();
  const isDonut = textOf(panel.options["pieType"]) === "donut";
  const legend = membersOf(panel.options["legend"]);
  const shows = new Set(textsOf(legend["values"]));
  const total = values.reduce((sum, { value = 0 }) => sum + Math.max(0, value || 0), 0);
  let before = 0;
  const parts = values.map((one, index) => {
    const part = total === 0 ? 0 : Math.max(0, one.value ?? 0) / total;
    const from = before;
    before += part;
    const color = one.config.color?.mode === "fixed" ? cssColor(one.config.color.fixedColor) : undefined;
    return { one, part, from, color: color ?? seriesColor(index) };
  });
  return (
    <div className={css.pie} data-right={legend["placement"] === "right"}>
      <svg viewBox="0 0 100 100" role="img" aria-label={`${panel.title}: ${values.length} parts`}>
        {parts.map(({ one, part, from, color }, index) => (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: two values may have the same name; they have no state.
            key={`${one.name}${index}`}
            cx="50"
            cy="50"
            r={isDonut ? RADIUS : RADIUS / 2}
            fill="none"
            stroke={color}
            strokeWidth={isDonut ? 16 : RADIUS}
            strokeDasharray={`${part * (isDonut ? LENGTH : LENGTH / 2)} ${LENGTH}`}
            strokeDashoffset={-from * (isDonut ? LENGTH : LENGTH / 2)}
            transform="rotate(-90 50 50)"
          >
            <title>{`${one.name}: ${textOfShown(one.shown)}`}</title>
          </circle>
        ))}
      </svg>
      <ul>
        {parts.map(({ one, part, color }, index) => {
          const [link] = linksFor(board, panel, one.config.links, {
            seriesName: one.name,
            fieldName: one.name,
            labels: one.labels,
            value: one.shown,
          });
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: two values may have the same name; they have no state.
            <li key={`${one.name}${index}`}>
              <i style={{ background: color }} aria-hidden="true" />
              <span>{link === undefined ? one.name : <GoLink link={link}>{one.name}</GoLink>}</span>
              {(shows.size === 0 || shows.has("value")) && (
                <data value={String(one.value ?? "")}>{textOfShown(one.shown)}</data>
              )}
              {(shows.size === 0 || shows.has("percent")) && <em>{writeText(part, "percentunit", 0)}</em>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
