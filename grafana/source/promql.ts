/** Fragments that the boards' queries are made of. Windows are Grafana's variables unless a query names its own. */

/** Matchers of the variables; a metric is filtered by those of its labels that have one. */
export const PROCESS = 'deployment_environment_name=~"$environment", job=~"$job"';
export const AGENT = `${PROCESS}, agent=~"$agent"`;
export const MODEL = `${PROCESS}, model=~"$model"`;
export const CALL = `${AGENT}, model=~"$model"`;
export const WORKFLOW = `${PROCESS}, workflow=~"$workflow"`;
export const TOOL = `${AGENT}, tool=~"$tool"`;
export const CACHE = `${PROCESS}, cache=~"$cache"`;
export const ROUTE = `${PROCESS}, http_route=~"$route"`;
export const INSTANCE = `${PROCESS}, instance=~"$instance"`;

const by = (labels: readonly string[]): string => (labels.length === 0 ? "sum" : `sum by (${labels.join(", ")})`);

/**
 * What a counter grew by in the selected time range, exactly. `increase()` extrapolates to the edges of the range and shows 3
 * where a program that ran for a minute counted 2; it is kept for series that began again (docs/alerts.md, "How events are
 * counted").
 */
export function counted(selector: string, ...labels: readonly string[]): string {
  const range = `${selector}[$__range]`;
  const exact = `max_over_time(${range}) - min_over_time(${range})`;
  return `${by(labels)} (${exact} and resets(${range}) == 0 or increase(${range}))`;
}

/** `counted`, and 0 for each of `all` that it never happened to: in a table an empty cell would look like a fault of ours. */
export const countedAmong = (selector: string, all: string, ...labels: readonly string[]): string =>
  `(${counted(selector, ...labels)} or 0 * ${all})`;

/** `counted`, and 0 where there is nothing to count. */
export const countedOrZero = (selector: string): string => `${counted(selector)} or vector(0)`;

/**
 * `counted` for a component that is scraped, whose counters first appear with the event that they count and no 0 before it. A series that
 * was not there at the beginning, though its component was, is counted from nothing.
 */
export const countedScraped = (selector: string, ...labels: readonly string[]): string =>
  countedScrapedIn("$__range", selector, labels);

/** The same as it develops over time. */
export const countedScrapedOverTime = (selector: string, ...labels: readonly string[]): string =>
  countedScrapedIn("$__rate_interval", selector, labels);

function countedScrapedIn(window: string, selector: string, labels: readonly string[]): string {
  const newborn = `(${selector} unless ${selector} offset ${window}) and on (job, instance) (up offset ${window} == 1)`;
  return `${by(labels)} (${newborn} or increase(${selector}[${window}]))`;
}

export const perSecond = (selector: string, ...labels: readonly string[]): string =>
  `${by(labels)} (rate(${selector}[$__rate_interval]))`;

/** The mean rate over the whole time range. */
export const perSecondOverall = (selector: string, ...labels: readonly string[]): string =>
  `${by(labels)} (rate(${selector}[$__range]))`;

export const perMinute = (selector: string, ...labels: readonly string[]): string =>
  `60 * ${perSecond(selector, ...labels)}`;

export const perHour = (selector: string, ...labels: readonly string[]): string =>
  `3600 * ${perSecond(selector, ...labels)}`;

type Count = (selector: string, ...labels: readonly string[]) => string;

/** A part that never occurred has no series; it counts as 0. */
function shareOf(count: Count, part: string, whole: string, labels: readonly string[]): string {
  const all = count(whole, ...labels);
  const none = labels.length === 0 ? "vector(0)" : `0 * ${all}`;
  return `(${count(part, ...labels)} or ${none}) / (${all} > 0)`;
}

/** Share of the events in the time range, 0 to 1; nothing where there were none. */
export const share = (part: string, whole: string, ...labels: readonly string[]): string =>
  shareOf(counted, part, whole, labels);

/** `share` as it develops over time. */
export const shareOverTime = (part: string, whole: string, ...labels: readonly string[]): string =>
  shareOf(perSecond, part, whole, labels);

/** Total of one counter for each of another: tokens or dollars per request. */
export const perRequest = (total: string, requests: string, ...labels: readonly string[]): string =>
  `${counted(total, ...labels)} / (${counted(requests, ...labels)} > 0)`;

export const perRequestOverTime = (total: string, requests: string, ...labels: readonly string[]): string =>
  `${perSecond(total, ...labels)} / (${perSecond(requests, ...labels)} > 0)`;

/** Seconds since the oldest of what is in progress began, of a gauge that is its start time or 0; nothing while there is nothing. */
export const oldest = (startTime: string, ...labels: readonly string[]): string =>
  `time() - min${by(labels).slice("sum".length)} (${startTime} > 0)`;

/** What a histogram counted, as the counter that it is: `name{matchers}` to `name_count{matchers}`. */
export const countOf = (histogram: string): string => histogram.replace("{", "_count{");

const sumOf = (histogram: string): string => histogram.replace("{", "_sum{");

/** Mean of a histogram over the whole time range. */
export const mean = (histogram: string, ...labels: readonly string[]): string =>
  perRequest(sumOf(histogram), countOf(histogram), ...labels);

/** `mean` as it develops over time. */
export const meanOverTime = (histogram: string, ...labels: readonly string[]): string =>
  perRequestOverTime(sumOf(histogram), countOf(histogram), ...labels);

/** Seconds that a histogram of durations observed in a second: how much of the time goes into it. */
export const timeShare = (histogram: string, ...labels: readonly string[]): string =>
  perSecond(sumOf(histogram), ...labels);

/** `name{matchers}` with further matchers. */
export const where = (selector: string, matchers: string): string => selector.replace(/\}$/, `, ${matchers}}`);

/** A label that the series do not have themselves, to tell two metrics apart in one table. */
export const labeled = (expr: string, label: string, value: string): string =>
  `label_replace(${expr}, "${label}", "${value}", "", "")`;

/** Quantile of a histogram; `histogram` is written without `_bucket`, as `name{matchers}`. */
function quantileIn(window: string, q: number, histogram: string, labels: readonly string[]): string {
  const buckets = histogram.replace("{", "_bucket{");
  return `histogram_quantile(${q}, ${by([...labels, "le"])} (rate(${buckets}[${window}])))`;
}

/** Over the whole time range. The comparison drops the NaN of a series that observed nothing in it. */
export const quantile = (q: number, histogram: string, ...labels: readonly string[]): string =>
  `${quantileIn("$__range", q, histogram, labels)} >= 0`;

export const quantileOverTime = (q: number, histogram: string, ...labels: readonly string[]): string =>
  quantileIn("$__rate_interval", q, histogram, labels);
