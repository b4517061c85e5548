import type { ReactNode } from "react";
import type { Level } from "./levels.ts";
import css from "./measures.module.css";

const SAID = {
  above: { plain: "", warn: "above its target", bad: "above its limit" },
  below: { plain: "", warn: "below its target", bad: "below its limit" },
} as const;

type LevelTextProps = {
  readonly level: Level;
  /** Of a number of which less is worse. */
  readonly below?: boolean;
  readonly children: ReactNode;
};
/** A number that is colored, and says so, where it is beyond its target or limit. */
export function LevelText({ level, below = false, children }: LevelTextProps): ReactNode {
  const said = SAID[below ? "below" : "above"][level];
  return (
    <span className={css.level} data-level={level} title={said === "" ? undefined : said}>
      {level === "bad" && <span aria-hidden="true">{below ? "▼" : "▲"} </span>}
      {children}
      {said !== "" && <span className="visually-hidden"> ({said})</span>}
    </span>
  );
}

/** How much of a whole, from 0 to 1. Beside it stands the number: it says nothing of its own. */
export const Bar = ({ ratio, tone = "plain" }: { readonly ratio: number; readonly tone?: Level }): ReactNode => (
  <div className={css.bar} aria-hidden="true">
    <div
      className={css.fill}
      data-tone={tone}
      ref={(element) => element?.style.setProperty("width", `${Math.min(100, Math.max(0, ratio * 100))}%`)}
    />
  </div>
);
