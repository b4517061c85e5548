import { useMemo } from "react";
import { useLocation } from "wouter";
import type { SeriesExemplars } from "../../../src/backends/index.ts";
import { useAsk } from "../app/ask.ts";
import { hrefTo } from "../app/url-state.ts";
import type { ChartDot } from "../charts/time-chart.tsx";
import { filledIn } from "./expression.ts";

/** More dots than these hide each other. */
const MOST = 24;

type Exemplar = SeriesExemplars["exemplars"][number];

/** Those that say the most: the highest values, each trace once. Pure. */
export function tellingExemplars(series: readonly SeriesExemplars[]): readonly Exemplar[] {
  const byTrace = new Map<string, Exemplar>();
  for (const one of series.flatMap(({ exemplars }) => exemplars)) {
    const id = one.labels["trace_id"];
    if (id !== undefined && one.value > (byTrace.get(id)?.value ?? -1)) byTrace.set(id, one);
  }
  return [...byTrace.values()].sort((a, b) => b.value - a.value).slice(0, MOST);
}

/** Exemplars of a selector as dots of a chart: a click opens the trace. */
export function useExemplarDots(selector: string, format: (value: number) => string): readonly ChartDot[] | undefined {
  const [, navigate] = useLocation();
  const { data } = useAsk(["exemplars", selector], async ({ prometheus }, range) =>
    tellingExemplars(await prometheus.exemplars(filledIn(selector, range), range)),
  );
  return useMemo(
    () =>
      data?.map(({ labels, value, timeMs }) => ({
        timeMs,
        value,
        title: `${format(value)}: open the trace`,
        onOpen: () => {
          const { trace_id: traceId = "", span_id: span } = labels;
          navigate(hrefTo(`/trace/${traceId}`, { ...(span !== undefined && { span }) }));
        },
      })),
    [data, format, navigate],
  );
}
