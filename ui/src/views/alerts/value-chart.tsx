import { type ReactNode, useMemo } from "react";
import type { Labels } from "../../../../src/backends/index.ts";
import { useAsk } from "../../app/ask.ts";
import { useTime } from "../../app/url-state.ts";
import { type ChartSeries, Legend, TimeChart } from "../../charts/time-chart.tsx";
import { Asked } from "../../parts/parts.tsx";
import css from "./alerts.module.css";
import { type Comparison, type Condition, inWords } from "./comparisons.ts";
import { stepOf } from "./history.ts";
import { formatOf, valueSeries } from "./value-series.ts";

const HEIGHT = 180;
const JOINED = { and: "and", or: "or", unless: "unless" } as const;

type ChartProps = { readonly condition: Condition; readonly about: Labels | undefined };

/** One condition of a rule over time: what it looks at, and the limit. Where it compares nothing, its own value. */
export function ValueChart({ condition, about }: ChartProps): ReactNode {
  const { comparison, joined, text } = condition;
  return (
    <div className={css.chart}>
      <p className={css.quiet}>
        {joined !== undefined && <strong>{JOINED[joined]} </strong>}
        <code>{comparison?.left ?? text}</code>
        {comparison !== undefined && (
          <>
            {" "}
            {inWords(comparison)}{" "}
            {comparison.limit === undefined ? <code>{comparison.right}</code> : limitText(comparison)}
          </>
        )}
      </p>
      <Chart expression={comparison?.left ?? text} comparison={comparison} about={about} />
    </div>
  );
}

const limitText = ({ left, limit = 0 }: Comparison): string => formatOf(left)(limit);

type DrawnProps = {
  readonly expression: string;
  readonly comparison: Comparison | undefined;
  readonly about: Labels | undefined;
};

function Chart({ expression, comparison, about }: DrawnProps): ReactNode {
  const { range, setRange } = useTime();
  const stepMs = stepOf(range.startMs, range.endMs);
  const right = comparison !== undefined && comparison.limit === undefined ? comparison.right : undefined;
  const answer = useAsk(["alert-value", expression, stepMs], ({ prometheus }, asked) =>
    prometheus.queryRange(expression, { ...asked, stepMs }),
  );
  // A limit that is itself a query is a line of its own.
  const limits = useAsk(
    ["alert-value", right, stepMs],
    ({ prometheus }, asked) => prometheus.queryRange(right ?? "", { ...asked, stepMs }),
    { enabled: right !== undefined },
  );
  const lower = comparison?.operator.startsWith("<") === true;
  const series = useMemo((): readonly ChartSeries[] => {
    const found = answer.data?.result;
    const limit = limits.data?.result;
    const values = valueSeries(found !== undefined && "series" in found ? found.series : [], about, lower);
    const bounds = valueSeries(limit !== undefined && "series" in limit ? limit.series : [], about, lower);
    return [...values, ...bounds.map((one) => ({ ...one, name: `limit ${one.name}`, color: "var(--bad)" }))];
  }, [answer.data, limits.data, about, lower]);
  const limit = comparison?.limit;
  const thresholds = useMemo(() => (limit === undefined ? [] : [{ value: limit, color: "--bad" }]), [limit]);
  const format = formatOf(expression);
  return (
    <Asked answer={answer} what="The value could not be asked for." height={HEIGHT + 40}>
      {() => {
        if (series.length === 0) return <p className={css.quiet}>It has no value within the range.</p>;
        return (
          <>
            <Now series={series.filter(({ color }) => color === undefined)} format={format} limit={limit} />
            <TimeChart
              label={`${expression} over time`}
              series={series}
              {...range}
              format={format}
              height={HEIGHT}
              thresholds={thresholds}
              onZoom={(from, to) => setRange({ from: `${from}`, to: `${to}` })}
            />
            {series.length > 1 && <Legend series={series} />}
          </>
        );
      }}
    </Asked>
  );
}

type NowProps = {
  readonly series: readonly { readonly points: readonly { readonly value: number }[] }[];
  readonly format: (value: number) => string;
  readonly limit: number | undefined;
};

/** The last value, where there is one series: what the chart ends with. */
function Now({ series, format, limit }: NowProps): ReactNode {
  const last = series.length === 1 ? series[0]?.points.at(-1)?.value : undefined;
  if (last === undefined) return null;
  return (
    <p className={css.now}>
      <strong>{format(last)}</strong>
      {limit !== undefined && <span className={css.quiet}>limit {format(limit)}</span>}
    </p>
  );
}
