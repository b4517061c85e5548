import { useMemo } from "react";
import { useLocation } from "wouter";
import { useAsk } from "../app/ask.ts";
import { hrefTo } from "../app/url-state.ts";
import type { ChartDot } from "../charts/time-chart.tsx";
import { tellingExemplars } from "./exemplars.ts";
import { filledIn } from "./expression.ts";

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
