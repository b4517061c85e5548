export type Labels = Record<string, string>;

/** The span that was current when a value was recorded; left out where that span is not exported. */
export type Exemplar = { readonly traceId: string; readonly spanId: string };

type PromExemplar = { labelSet: Labels; value: number; timestamp: number };

/**
 * prom-client's own record of a series. Its public getters are asynchronous, and an exiting process cannot wait, so the map is
 * read directly; and what is recorded again and again is added directly, as finding its series costs more than adding. A test holds
 * this against the pinned version.
 */
export type PromSeries = {
  readonly labels: Labels;
  value?: number;
  readonly exemplar?: PromExemplar;
  sum?: number;
  count?: number;
  readonly bucketValues?: Record<string, number>;
  readonly bucketExemplars?: Readonly<Record<string, PromExemplar | null>>;
};

/** Puts the exemplar into its place, where one was before: the first is prom-client's to make. */
function replaceExemplar(place: PromExemplar, { traceId, spanId }: Exemplar, value: number, timeMs: number): void {
  place.labelSet = { trace_id: traceId, span_id: spanId };
  place.value = value;
  place.timestamp = timeMs / 1000;
}

/** Adds to a counter or gauge that was recorded before; false where that is prom-client's to do. */
export function addAgain(
  series: PromSeries | undefined,
  value: number,
  exemplar: Exemplar | undefined,
  timeMs: number,
): boolean {
  if (series?.value === undefined) return false;
  if (exemplar !== undefined) {
    if (series.exemplar === undefined) return false;
    replaceExemplar(series.exemplar, exemplar, value === 0 ? 1 : value, timeMs);
  }
  series.value += value;
  return true;
}

/** Sets a gauge that was recorded before. */
export function setAgain(series: PromSeries | undefined, value: number): boolean {
  if (series?.value === undefined) return false;
  series.value = value;
  return true;
}

/** Records into a histogram as `addAgain` into a counter. */
export function observeAgain(
  series: PromSeries | undefined,
  bounds: readonly number[],
  value: number,
  exemplar: Exemplar | undefined,
  timeMs: number,
): boolean {
  if (series?.bucketValues === undefined || series.sum === undefined || series.count === undefined) return false;
  // Beyond the last bound prom-client counts in no bucket, and keeps the exemplar under -1.
  const bound = bounds.find((one) => value <= one) ?? -1;
  if (exemplar !== undefined) {
    const place = series.bucketExemplars?.[bound];
    if (place === undefined || place === null) return false;
    replaceExemplar(place, exemplar, value, timeMs);
  }
  const before = series.bucketValues[bound];
  if (before !== undefined) series.bucketValues[bound] = before + 1;
  series.sum += value;
  series.count += 1;
  return true;
}
