import type { UseQueryResult } from "@tanstack/react-query";
import { counted, PROCESS, perMinute } from "../../../../grafana/source/promql.ts";
import { type LogEntry, searchTraces } from "../../../../src/backends/index.ts";
import { ATTR } from "../../../../src/model/index.ts";
import { useAsk } from "../../app/ask.ts";
import { useLines } from "../../measures/ask-measures.ts";
import { filledIn } from "../../measures/expression.ts";
import type { Counted } from "./error-groups.ts";
import { type Kinds, kindsExpression, kindsRange, readKinds } from "./kinds.ts";
import { RECORDS_QUERY, type Sighting, sightingOfRecord, sightingsOfTrace } from "./sightings.ts";

/** How far back it is looked whether a kind is new. */
export const LOOKBACK_MS = 7 * 86_400_000;
const MOST_RECORDS = 5000;
/** Failed traces that are looked at: whole traces, so not more than are needed to tell what fails. */
const MOST_TRACES = 200;
/** Kinds that are looked for one by one. */
const MOST_SAMPLED = 10;

const sightings = (entries: readonly LogEntry[]): Sighting[] =>
  entries.flatMap((entry) => sightingOfRecord(entry) ?? []);

export type Records = {
  readonly records: readonly Sighting[];
  readonly earlier: readonly Sighting[];
  readonly isCut: boolean;
};

/** Records of the range and of the week before it. */
export const useRecords = (): UseQueryResult<Records> =>
  useAsk(["error-records"], async ({ loki }, { startMs, endMs }) => {
    const ask = async (from: number, to: number): Promise<readonly LogEntry[]> => {
      const answer = await loki.queryRange(RECORDS_QUERY, { startMs: from, endMs: to, limit: MOST_RECORDS });
      return answer.type === "lines" ? answer.entries : [];
    };
    const [inRange, before] = await Promise.all([ask(startMs, endMs), ask(startMs - LOOKBACK_MS, startMs)]);
    return { records: sightings(inRange), earlier: sightings(before), isCut: inRange.length === MOST_RECORDS };
  });

export type Failures = {
  readonly spans: readonly Sighting[];
  readonly isCut: boolean;
  /** Failed traces of before were not looked at. */
  readonly lookedFromMs: number;
};

/** Errors of the latest failed traces. Only what is shown of them is kept. */
export const useFailures = (): UseQueryResult<Failures> =>
  useAsk(["error-spans"], async ({ jaeger }, range) => {
    const { found, cut } = await searchTraces(jaeger, { ...range, status: "error", limit: MOST_TRACES });
    const spans = found
      .flatMap(({ trace }) => sightingsOfTrace(trace))
      .filter(({ timeMs }) => timeMs >= range.startMs && timeMs <= range.endMs);
    const isCut = cut !== undefined;
    const earliestMs = found.reduce((least, { summary }) => Math.min(least, summary.startMs), range.endMs);
    return { spans, isCut, lookedFromMs: isCut ? earliestMs : range.startMs };
  });

export const ERRORS_TOTAL = `errors_total{${PROCESS}}`;
const BY = ["category", "severity", "source"] as const;

/** What programs counted, each error once. */
export const useCounted = (): UseQueryResult<readonly Counted[]> =>
  useAsk(["error-counts"], async ({ prometheus }, range) => {
    const { result } = await prometheus.query(filledIn(counted(ERRORS_TOTAL, ...BY), range), {
      timeMs: range.endMs,
    });
    return ("series" in result ? result.series : []).flatMap(({ labels, points }): Counted[] => {
      const count = points.at(-1)?.value ?? 0;
      const [category = "", severity = "", source = ""] = BY.map((name) => labels[name]);
      return count > 0 ? [{ category, severity, source, count }] : [];
    });
  });

/** The same by kind, over time. */
export const useKinds = (): UseQueryResult<Kinds> =>
  useAsk(["error-kinds"], async ({ prometheus }, range) => {
    const { result } = await prometheus.queryRange(filledIn(kindsExpression(range), range), kindsRange(range));
    return readKinds("series" in result ? result.series : [], range);
  });

/** Where kinds happened of which neither a record nor one of the latest failed traces tells: the latest traces of each. */
export const useSamples = (fingerprints: readonly string[], each: number): UseQueryResult<readonly Sighting[]> => {
  const asked = fingerprints.slice(0, MOST_SAMPLED);
  return useAsk(
    ["error-samples", each, ...asked],
    async ({ jaeger }, range) => {
      const search = (fingerprint: string) =>
        searchTraces(jaeger, { ...range, attributes: { [ATTR.errorFingerprint]: fingerprint }, limit: each });
      const answers = await Promise.all(asked.map(search));
      return answers
        .flatMap(({ found }) => found.flatMap(({ trace }) => sightingsOfTrace(trace)))
        .filter((one) => asked.includes(one.fingerprint) && one.timeMs >= range.startMs && one.timeMs <= range.endMs);
    },
    { enabled: asked.length > 0 },
  );
};

/** The same a minute, over time. */
export const useCourse = () => useLines({ errors: perMinute(ERRORS_TOTAL, ...BY) });
