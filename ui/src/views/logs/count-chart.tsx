import type { ReactNode } from "react";
import { useAsk } from "../../app/ask.ts";
import { useTime } from "../../app/url-state.ts";
import { type ChartSeries, Legend, TimeChart } from "../../charts/time-chart.tsx";
import { formatCount } from "../../format/quantity.ts";
import { Asked, Card, Empty } from "../../parts/parts.tsx";
import { barsOf } from "./histogram.ts";

const MOST_SERIES = 30;

/** LogQL that counts, over time. */
export function CountChart({ logql }: { readonly logql: string }): ReactNode {
  const { range, setRange } = useTime();
  const { stepMs } = barsOf(range);
  const answer = useAsk(["logs-count", logql], ({ loki }, asked) => loki.queryRange(logql, { ...asked, stepMs }));
  return (
    <Card title="Over time">
      <Asked answer={answer} what="Loki does not answer this." height={320}>
        {(found) => {
          const all = "series" in found ? found.series : [];
          if (all.length === 0) return <Empty title="Nothing to count in this time" />;
          const series = all.slice(0, MOST_SERIES).map(
            ({ labels, points }): ChartSeries => ({
              name:
                Object.entries(labels)
                  .map(([name, value]) => `${name}="${value}"`)
                  .join(", ") || "all",
              points,
            }),
          );
          return (
            <>
              <TimeChart
                label={logql}
                series={series}
                startMs={range.startMs}
                endMs={range.endMs}
                format={formatCount}
                height={320}
                onZoom={(startMs, endMs) => setRange({ from: String(startMs), to: String(endMs) })}
              />
              <Legend series={series} />
              {all.length > MOST_SERIES && <p>{all.length - MOST_SERIES} more series are not drawn.</p>}
            </>
          );
        }}
      </Asked>
    </Card>
  );
}
