import type { ReactNode } from "react";
import type { Level } from "./levels.ts";
import css from "./measures.module.css";

const SAID: Readonly<Record<Level, string>> = { plain: "", warn: "above its target", bad: "beyond its limit" };

/** A number that is colored, and says so, where it is beyond its target or limit. */
export const LevelText = ({ level, children }: { readonly level: Level; readonly children: ReactNode }): ReactNode => (
  <span className={css.level} data-level={level} title={level === "plain" ? undefined : SAID[level]}>
    {level === "bad" && <span aria-hidden="true">▲ </span>}
    {children}
    {level !== "plain" && <span className="visually-hidden"> ({SAID[level]})</span>}
  </span>
);

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
