/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Expressions = { readonly vector: (depth: number) => string };

const RANGE_FUNCTIONS =
  "rate increase delta irate idelta deriv resets changes sum_over_time avg_over_time min_over_time max_over_time " +
  "count_over_time stddev_over_time last_over_time first_over_time present_over_time absent_over_time";

/** Expressions that are well typed, over the series of properties.test.ts. What depends on start and end of a query is left out. */
export function createExpressions(random: () => number): Expressions {
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const word = (words: string): string => pick(...words.split(" "));
  const number = (): string => word("0 1 2 -1 0.5 10 NaN (Inf) 3.7 1e3 0x10 5m");
  const label = (): string => word("job le other");
  const grouping = (): string => pick("", ` by (${label()})`, ` without (${label()})`, ` by (${label()}, other)`);
  const shift = (): string => pick("", "", "", " offset 3m", " offset -2m", " @ 1800", " @ 2400 offset 5m");
  const selector = (): string =>
    word('requests_total errors_total temperature lat_bucket temperature{job=~"a|b"} none');
  const range = (depth: number): string =>
    random() < 0.75
      ? `${selector()}[${word("1m 5m 10m 333s 1h")}]${shift()}`
      : `(${vector(depth - 1)})[${word("10m 20m")}:${word("1m 2m 77s")}]${pick("", " offset 3m")}`;

  function scalar(depth: number): string {
    if (depth <= 0) return number();
    return pick(
      number,
      () => `scalar(${vector(depth - 1)})`,
      () => "time()",
      () => `(${scalar(depth - 1)} ${word("+ - * / % ^")} ${scalar(depth - 1)})`,
      () => `(${number()} ${word("< >= ==")} bool ${scalar(depth - 1)})`,
    )();
  }

  function vector(depth: number): string {
    if (depth <= 0) return selector() + shift();
    const inner = (): string => vector(depth - 1);
    return pick(
      () => selector() + shift(),
      () => `${word(RANGE_FUNCTIONS)}(${range(depth)})`,
      () => `quantile_over_time(0.9, ${range(depth)})`,
      () => `predict_linear(${range(depth)}, ${scalar(1)})`,
      () => `${word("sum avg min max count stddev group")}${grouping()} (${inner()})`,
      () => `${word("topk bottomk")}${grouping()} (${word("1 2 3")}, ${inner()})`,
      () => `quantile${grouping()} (0.5, ${inner()})`,
      () => `count_values${grouping()} ("v", ${inner()})`,
      () => `${word("abs ceil floor sqrt sgn timestamp absent sort hour day_of_week")}(${inner()})`,
      () => `clamp(${inner()}, 1, ${scalar(1)})`,
      () => `label_replace(${inner()}, "other", "x-$1", "job", "(a|b)")`,
      () => `histogram_quantile(0.9, ${pick("lat_bucket", "rate(lat_bucket[5m])", "sum by (le) (lat_bucket)")})`,
      () => `(${inner()}) ${word("+ - * / % ^ == > <")} ${scalar(1)}`,
      () => `${scalar(1)} ${word("+ * > <=")} (${inner()})`,
      () => `(${inner()}) ${word("+ - * / > ==")} ${pick("", "on(job) ", "ignoring(le) ")}(${inner()})`,
      () => `(${inner()}) * on(job) group_left () (${inner()})`,
      () => `(${inner()}) ${word("and or unless")} ${pick("", "on(job) ", "ignoring(le) ")}(${inner()})`,
      () => `-(${inner()})`,
      () => `vector(${scalar(depth - 1)})`,
    )();
  }
  return { vector };
}
