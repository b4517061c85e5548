import { type ReactNode, useMemo } from "react";
import { useAsk } from "../../app/ask.ts";
import { useTime } from "../../app/url-state.ts";
import { type ChartSeries, Legend, TimeChart } from "../../charts/time-chart.tsx";
import { formatBytes, formatCount, formatRatio, formatSeconds } from "../../format/quantity.ts";
import { Asked, Card } from "../../parts/parts.tsx";
import { stepOf } from "../alerts/history.ts";
import { seriesOf } from "./facts.ts";
import css from "./health.module.css";
import { OWN } from "./questions.ts";

const HEIGHT = 130;

type PanelProps = {
  readonly title: string;
  readonly expression: string;
  /** The label that tells the series apart; without one there is one series. */
  readonly by?: string;
  readonly format: (value: number) => string;
};

function Panel({ title, expression, by, format }: PanelProps): ReactNode {
  const { range, setRange } = useTime();
  const stepMs = stepOf(range.startMs, range.endMs, 180);
  const answer = useAsk(["own", expression, stepMs], ({ prometheus }, asked) =>
    prometheus.queryRange(expression, { ...asked, stepMs }),
  );
  const series = useMemo(
    () =>
      seriesOf(answer.data).map(
        ({ labels, points }): ChartSeries => ({ name: by === undefined ? title : (labels[by] ?? title), points }),
      ),
    [answer.data, by, title],
  );
  const last = series.length === 1 ? series[0]?.points.at(-1)?.value : undefined;
  return (
    <figure className={css.panel}>
      <figcaption>
        {title} {last !== undefined && <strong>{format(last)}</strong>}
      </figcaption>
      <Asked answer={answer} what={`${title} could not be asked for.`} height={HEIGHT}>
        {() =>
          series.length === 0 ? (
            <p className={css.quiet}>No data within the range.</p>
          ) : (
            <>
              <TimeChart
                label={title}
                series={series}
                {...range}
                format={format}
                height={HEIGHT}
                onZoom={(from, to) => setRange({ from: `${from}`, to: `${to}` })}
              />
              {series.length > 1 && <Legend series={series} />}
            </>
          )
        }
      </Asked>
    </figure>
  );
}

const perSecond = (value: number): string => `${formatCount(value)}/s`;

/** The embedded process: what comes in, what it keeps, what it is asked. */
export const OwnCard = (): ReactNode => (
  <Card title="This agent-observatory" description="The process that stores, answers and evaluates.">
    <div className={css.panels}>
      <Panel title="Stored" expression={OWN.ingest} by="signal" format={perSecond} />
      <Panel title="On the disk" expression={OWN.bytes} format={formatBytes} />
      <Panel title="Queries" expression={OWN.queries} by="api" format={perSecond} />
      <Panel title="Query duration, p95" expression={OWN.latency} by="api" format={formatSeconds} />
      <Panel title="All rules take" expression={OWN.rules} format={formatSeconds} />
      <Panel title="Memory" expression={OWN.memory} format={formatBytes} />
      <Panel title="Main thread busy" expression={OWN.busy} format={formatRatio} />
    </div>
  </Card>
);
