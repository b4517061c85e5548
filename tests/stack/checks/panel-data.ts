import type { PanelQuery } from "../../../grafana/source/panel-queries.ts";
import type { Sample } from "../support/prometheus.ts";
import type { Stack } from "../support/stack.ts";

const MINUTES = 10;

/** A zero that the query makes itself proves nothing: what is asked is what stands before it. */
const withoutFallback = (expr: string): string => expr.replace(/ or vector\(0\)$/, "");

const isNumber = (value: number): boolean => !Number.isNaN(value);

type Asked = Pick<PanelQuery, "datasource" | "expr" | "instant">;

/** The series that a query of Prometheus or Loki shows, by their labels. */
export async function shownSeries(
  { prometheus, loki }: Stack,
  { datasource, expr, instant }: Asked,
): Promise<Sample["labels"][]> {
  if (datasource === "loki") return loki.series(expr);
  const asked = withoutFallback(expr);
  const found = instant
    ? (await prometheus.query(asked)).filter(({ value }) => isNumber(value))
    : (await prometheus.queryRange(asked, MINUTES)).filter(({ values }) => values.some(isNumber));
  return found.map(({ labels }) => labels);
}

/** Whether a query of a panel shows anything. */
export async function hasData(stack: Stack, query: PanelQuery): Promise<boolean> {
  if (query.datasource === "jaeger") return (await stack.jaeger.search(query.expr)).length > 0;
  if (query.datasource === "loki") return (await stack.loki.lines(query.expr)).length > 0;
  return (await shownSeries(stack, query)).length > 0;
}
