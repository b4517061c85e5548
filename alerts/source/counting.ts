/** Expressions that count events. Why not increase() alone: docs/alerts.md, "How events are counted". */

const indent = (text: string): string => text.replaceAll(/^/gm, "  ");

const growth = (selector: string, window: string): string =>
  [
    `max_over_time(${selector}[${window}])`,
    `- min_over_time(${selector}[${window}])`,
    `and resets(${selector}[${window}]) == 0`,
    `or increase(${selector}[${window}])`,
  ].join("\n");

const sum = (by: readonly string[], text: string): string => `sum by (${by.join(", ")}) (\n${indent(text)}\n)`;

/** What a pushed counter grew by in the window: exact, because its series begin with a zero of their own. */
export const counted = (selector: string, window: string, by: readonly string[]): string =>
  sum(by, growth(selector, window));

/**
 * The same for a component that is scraped, whose counters first appear with the event that they count and no zero before it. A series that
 * was not there a window ago, though its target was, is counted from nothing.
 */
export const countedScraped = (selector: string, window: string, by: readonly string[]): string =>
  sum(
    by,
    [
      `(${selector} unless ${selector} offset ${window})`,
      `and on (job, instance) up offset ${window} == 1`,
      `or`,
      growth(selector, window),
    ].join("\n"),
  );

/** Part of a whole, 0 to 1; nothing where there was nothing. */
export const ratio = (part: string, whole: string): string => `${part} / (${whole} > 0)`;

/**
 * How many of the observations of a histogram were above a bound of one of its buckets. A scrape writes whole numbers as `5.0`, an OTLP push
 * as `5`.
 */
export function countedAbove(
  histogram: string,
  matchers: string,
  bound: number,
  window: string,
  by: readonly string[],
): string {
  const written = Number.isInteger(bound) ? `${bound}([.]0)?` : String(bound).replace(".", "[.]");
  const within = `le=~"${written}"`;
  const count = matchers === "" ? `${histogram}_count` : `${histogram}_count{${matchers}}`;
  return [
    counted(count, window, by),
    "-",
    counted(`${histogram}_bucket{${matchers === "" ? "" : `${matchers}, `}${within}}`, window, by),
  ].join("\n");
}

export const quantile = (q: number, histogram: string, window: string, by: readonly string[]): string =>
  `histogram_quantile(\n  ${q},\n  sum by (${[...by, "le"].join(", ")}) (rate(${histogram}_bucket[${window}]))\n)`;
