import type { SpentBy, TraceFigures, TracePart, TraceTotals, Whom } from "../totals/index.ts";
import { AnswerMismatch, list, members, number, object, optional, type Reader, text } from "./answer.ts";

/** Totals as they came with an answer. */
export type ToldTotals = TraceTotals & {
  /** Start of the latest span by which a search found the trace, rounded up to a microsecond. */
  readonly foundAtMs: number | undefined;
};

const truth: Reader<boolean> = (value, at) => {
  if (typeof value !== "boolean") throw new AnswerMismatch(at, "true or false", value);
  return value;
};

const oneOf =
  <One extends string>(...all: readonly One[]): Reader<One> =>
  (value, at) => {
    const found = all.find((one) => one === value);
    if (found === undefined) throw new AnswerMismatch(at, `one of ${all.join(", ")}`, value);
    return found;
  };

const names = list(text);

const figures: Reader<TraceFigures> = object({
  startMs: number,
  durationMs: number,
  name: text,
  service: text,
  services: names,
  spans: number,
  llmCalls: number,
  toolCalls: number,
  inputTokens: number,
  outputTokens: number,
  costUsd: optional(number, undefined),
  unpricedCalls: number,
  errors: number,
  state: oneOf("ended", "running", "incomplete"),
  status: oneOf("ok", "error"),
  agents: names,
  tools: names,
  models: names,
  sessions: names,
  users: names,
});

const partOthers = object({ id: text, isFailed: truth });
const part: Reader<TracePart> = (value, at) => ({ figures: figures(value, at), ...partOthers(value, at) });

const priced: Reader<readonly [number, number]> = (value, at) => {
  const [endMs, costUsd] = list(number)(value, at);
  if (endMs === undefined || costUsd === undefined) throw new AnswerMismatch(at, "a time and a cost", value);
  return [endMs, costUsd];
};
const spentBy: Reader<SpentBy> = object({
  name: text,
  calls: number,
  unpricedCalls: number,
  inputTokens: number,
  outputTokens: number,
  latestMs: number,
  priced: list(priced),
});

const byWhom = <T>(item: Reader<T>): Reader<Readonly<Record<Whom, readonly T[]>>> =>
  object({ session: list(item), user: list(item) });

const others = object({
  isFailed: truth,
  errorSpanId: optional(text, undefined),
  anyModels: names,
  parts: byWhom(part),
  foundAtMs: optional(number, undefined),
});
const spent = byWhom(spentBy);

/** Figures stand beside the other members in the answer. */
export const toldTotals: Reader<ToldTotals> = (value, at) => {
  const given = members(value, at);
  return {
    figures: figures(value, at),
    ...others(value, at),
    ...(given["spent"] !== undefined && { spent: spent(given["spent"], `${at}.spent`) }),
  };
};
