import type { DayWriter } from "./day-writer.ts";
import { dayStartOf } from "./files.ts";
import type { Rejected, RejectedKind, WriteBatch } from "./types.ts";

export type TimeLimits = { readonly oldestMs: number; readonly newestMs: number };

type Refusals = { readonly add: (kind: RejectedKind, reason: string) => void; readonly list: () => Rejected[] };

function createRefusals(): Refusals {
  const counts = new Map<string, { readonly kind: RejectedKind; readonly reason: string; count: number }>();
  return {
    add: (kind, reason) => {
      const key = `${kind} ${reason}`;
      const found = counts.get(key);
      if (found === undefined) counts.set(key, { kind, reason, count: 1 });
      else found.count += 1;
    },
    list: () => [...counts.values()],
  };
}

const [TOO_OLD, TOO_NEW, NO_TIME] = [
  "older than what the store keeps",
  "more than an hour in the future",
  "its time is not a whole number of milliseconds",
] as const;
const [TOO_MANY_SERIES, TOO_MANY_STREAMS] = [
  "the day has as many series as the store takes",
  "the day has as many log streams as the store takes, or too many lines at one time",
] as const;

const NS_PER_MS = 1_000_000n;

/** Puts each part of a batch into its day, and tells what cannot be stored. */
export function placeBatch(batch: WriteBatch, limits: TimeLimits, dayOf: (startMs: number) => DayWriter): Rejected[] {
  const refusals = createRefusals();
  let [startMs, day] = [Number.NaN, undefined as DayWriter | undefined];
  /** The day of a time, or why there is none. */
  const place = (timeMs: number): DayWriter | string => {
    if (timeMs < limits.oldestMs || timeMs < 0) return TOO_OLD;
    if (timeMs > limits.newestMs) return TOO_NEW;
    const start = dayStartOf(timeMs);
    if (day === undefined || start !== startMs) [startMs, day] = [start, dayOf(start)];
    return day;
  };

  for (const sample of batch.samples ?? []) {
    const found = Number.isInteger(sample.timeMs) ? place(sample.timeMs) : NO_TIME;
    if (typeof found === "string") refusals.add("samples", found);
    else if (!found.addSample(sample)) refusals.add("samples", TOO_MANY_SERIES);
  }
  for (const exemplar of batch.exemplars ?? []) {
    const found = Number.isFinite(exemplar.timeMs) ? place(exemplar.timeMs) : NO_TIME;
    if (typeof found === "string") refusals.add("exemplars", found);
    else if (!found.addExemplar(exemplar)) refusals.add("exemplars", TOO_MANY_SERIES);
  }
  for (const line of batch.logs ?? []) {
    const found = place(Number(line.timeNs / NS_PER_MS));
    if (typeof found === "string") refusals.add("logs", found);
    else if (found.addLine(line) === "no room") refusals.add("logs", TOO_MANY_STREAMS);
  }
  for (const span of batch.spans ?? []) {
    const found = place(Number(span.startNs / NS_PER_MS));
    if (typeof found === "string") refusals.add("spans", found);
    else if (found.addSpan(span)) batch.onNewSpan?.(span);
  }
  return refusals.list();
}
