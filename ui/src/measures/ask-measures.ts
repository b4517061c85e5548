import type { UseQueryResult } from "@tanstack/react-query";
import type { Backends } from "../../../src/backends/index.ts";
import { useAsk } from "../app/ask.ts";
import type { Range } from "../app/time-range.ts";
import { alignedRange } from "../dashboards/model/interval.ts";
import { type Line, type Numbers, type Row, readLines, readNumbers, readRows } from "./answer.ts";
import { filledIn, stepOf, together } from "./expression.ts";

type Parts<Name extends string> = Readonly<Record<Name, string>>;

/** The moment that the end of the range is. */
const instantly = ({ prometheus }: Backends, expr: string, range: Range) =>
  prometheus.query(filledIn(expr, range), { timeMs: range.endMs });

/** One number of each part, over the time range. */
export const useNumbers = <Name extends string>(parts: Parts<Name>): UseQueryResult<Numbers<Name>> => {
  const expr = together(parts);
  return useAsk(["numbers", expr], async (backends, range) =>
    readNumbers<Name>(await instantly(backends, expr, range)),
  );
};

/** A table over the time range: a row for each combination of `keys`, a column for each part. */
export const useRows = <Name extends string>(
  parts: Parts<Name>,
  keys: readonly string[],
): UseQueryResult<readonly Row<Name>[]> => {
  const expr = together(parts);
  return useAsk(["rows", expr, keys], async (backends, range) =>
    readRows<Name>(await instantly(backends, expr, range), keys),
  );
};

export type Lines<Name extends string> = {
  readonly range: Range;
  readonly of: { readonly [name in Name]?: readonly Line[] };
};

/** Each part as it develops over the time range. */
export const useLines = <Name extends string>(
  parts: Parts<Name>,
  { enabled = true } = {},
): UseQueryResult<Lines<Name>> => {
  const expr = together(parts);
  return useAsk(
    ["lines", expr],
    async ({ prometheus }, range) => {
      const stepMs = stepOf(range);
      const asked = { ...alignedRange(range, stepMs), stepMs };
      return { range, of: readLines<Name>(await prometheus.queryRange(filledIn(expr, range), asked)) };
    },
    { enabled },
  );
};
