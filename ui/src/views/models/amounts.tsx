import type { ReactNode } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { formatCount, formatRatio, formatSeconds, formatUsd } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import { LevelText } from "../../measures/level-text.tsx";
import { levelBelow, levelOf } from "../../measures/levels.ts";
import type { Column } from "../../parts/parts.tsx";
import css from "./models.module.css";

/** Columns of numbers, as all tables of this view have them. What was not measured is a dash, which is not 0. */
const NONE = "–";

type Numbered<Name extends string> = { readonly of: { readonly [name in Name]?: number } };
type Beyond = { readonly target: number; readonly limit: number };

function numberColumn<Name extends string, R extends Numbered<Name>>(
  title: string,
  name: Name,
  format: (value: number) => string,
  beyond?: Beyond,
): Column<R> {
  return {
    title,
    isNumber: true,
    by: ({ of }) => of[name] ?? -1,
    show: ({ of }): ReactNode => {
      const value = of[name];
      if (value === undefined) return NONE;
      if (beyond === undefined) return format(value);
      return <LevelText level={levelOf(value, beyond.target, beyond.limit)}>{format(value)}</LevelText>;
    },
  };
}

export const countColumn = <Name extends string, R extends Numbered<Name>>(title: string, name: Name): Column<R> =>
  numberColumn(title, name, formatCount);
export const secondsColumn = <Name extends string, R extends Numbered<Name>>(
  title: string,
  name: Name,
  beyond?: Beyond,
): Column<R> => numberColumn(title, name, formatSeconds, beyond);
export const shareColumn = <Name extends string, R extends Numbered<Name>>(
  title: string,
  name: Name,
  beyond?: Beyond,
): Column<R> => numberColumn(title, name, formatRatio, beyond);
/** Two numbers that belong together, the second small below the first; sorted by the first. */
export function pairColumn<Name extends string, R extends Numbered<Name>>(
  title: string,
  first: readonly [name: Name, format: (value: number) => string],
  second: readonly [name: Name, format: (value: number) => string],
  said: string,
): Column<R> {
  return {
    title,
    isNumber: true,
    by: ({ of }) => of[first[0]] ?? -1,
    show: ({ of }) => {
      const [one, other] = [of[first[0]], of[second[0]]];
      return (
        <>
          {one === undefined ? NONE : first[1](one)}
          {other !== undefined && other > 0 && (
            <span className={css.second}>
              {second[1](other)} {said}
            </span>
          )}
        </>
      );
    },
  };
}

/** Of a share of which less is worse. */
export const successColumn = <Name extends string, R extends Numbered<Name>>(
  title: string,
  name: Name,
  { target, limit }: Beyond,
): Column<R> => ({
  ...numberColumn<Name, R>(title, name, formatRatio),
  show: ({ of }) => {
    const value = of[name];
    return value === undefined ? (
      NONE
    ) : (
      <LevelText below level={levelBelow(value, target, limit)}>
        {formatRatio(value)}
      </LevelText>
    );
  },
});

type ModelAmount = "p50" | "p95" | "firstToken" | "input" | "cached" | "output" | "cost" | "perCall";
/** What calls of a model took and cost. */
export const modelColumns = <R extends Row<ModelAmount>>(): readonly Column<R>[] => [
  secondsColumn("p50", "p50"),
  secondsColumn("p95", "p95", THRESHOLDS.llmResponseTimeSeconds),
  secondsColumn("First token", "firstToken"),
  pairColumn("Tokens in", ["input", formatCount], ["cached", formatCount], "cached"),
  countColumn("Tokens out", "output"),
  pairColumn("Cost", ["cost", formatUsd], ["perCall", formatUsd], "a call"),
];
