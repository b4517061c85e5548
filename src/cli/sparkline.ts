const BARS = [..."▁▂▃▄▅▆▇█"] as const;

/** Values as bars, the smallest lowest; more values than `width` are put together by their mean. What is no number is a gap. */
export function sparkline(values: readonly number[], width: number): string {
  const size = Math.max(1, values.length / width);
  const columns = Array.from({ length: Math.min(width, values.length) }, (_, index) => {
    const part = values.slice(
      Math.floor(index * size),
      Math.max(Math.floor((index + 1) * size), Math.floor(index * size) + 1),
    );
    const finite = part.filter(Number.isFinite);
    return finite.length === 0 ? undefined : finite.reduce((sum, value) => sum + value, 0) / finite.length;
  });
  const finite = columns.filter((value) => value !== undefined);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return columns
    .map((value) => {
      if (value === undefined) return " ";
      const ratio = high === low ? 0 : (value - low) / (high - low);
      return BARS[Math.min(BARS.length - 1, Math.floor(ratio * BARS.length))];
    })
    .join("");
}
