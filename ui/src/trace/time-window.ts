/** The part of a trace that is looked at, in milliseconds from its start. */
export type TimeWindow = { readonly fromMs: number; readonly toMs: number };

/** A microsecond is the least that spans tell; what is less is not zoomed into. */
const LEAST_MS = 0.01;

/** Inside of the trace, and no shorter than can be seen. */
export function clampWindow({ fromMs, toMs }: TimeWindow, durationMs: number): TimeWindow {
  const length = Math.min(durationMs, Math.max(LEAST_MS, toMs - fromMs));
  const start = Math.max(0, Math.min(fromMs, durationMs - length));
  return { fromMs: start, toMs: start + length };
}

/** Closer by a factor below 1, around a moment that stays where it is. */
export function zoomAround(window: TimeWindow, atMs: number, factor: number, durationMs: number): TimeWindow {
  const { fromMs, toMs } = window;
  const length = Math.max(LEAST_MS, (toMs - fromMs) * factor);
  const share = (atMs - fromMs) / (toMs - fromMs);
  return clampWindow({ fromMs: atMs - share * length, toMs: atMs + (1 - share) * length }, durationMs);
}

export const panBy = ({ fromMs, toMs }: TimeWindow, share: number, durationMs: number): TimeWindow => {
  const by = (toMs - fromMs) * share;
  return clampWindow({ fromMs: fromMs + by, toMs: toMs + by }, durationMs);
};

export const isWhole = ({ fromMs, toMs }: TimeWindow, durationMs: number): boolean => fromMs <= 0 && toMs >= durationMs;

/** A span with a bit of room on both sides. */
export const windowAround = (startMs: number, endMs: number, durationMs: number): TimeWindow => {
  const room = Math.max((endMs - startMs) * 0.1, LEAST_MS);
  return clampWindow({ fromMs: startMs - room, toMs: endMs + room }, durationMs);
};

/** Shares of the window, for a bar: kept a little outside of it, so that a browser is not asked for millions of pixels. */
export function placeIn({ fromMs, toMs }: TimeWindow, startMs: number, endMs: number): { left: number; width: number } {
  const length = toMs - fromMs;
  const left = Math.max(-0.5, Math.min(1.5, (startMs - fromMs) / length));
  const right = Math.max(-0.5, Math.min(1.5, (endMs - fromMs) / length));
  return { left, width: right - left };
}

/** Round moments in the window, `count` of them or fewer. */
export function ticksOf({ fromMs, toMs }: TimeWindow, count: number): number[] {
  const rough = (toMs - fromMs) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  // Seconds, minutes and hours are no powers of ten.
  const steps =
    rough < 1000
      ? [1, 2, 5, 10].map((one) => one * power)
      : [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400].map(
          (seconds) => seconds * 1000,
        );
  const step = steps.find((one) => one >= rough) ?? power * 10;
  const ticks: number[] = [];
  for (let at = Math.ceil(fromMs / step) * step; at <= toMs && ticks.length < 100; at += step) ticks.push(at);
  return ticks;
}

/** `12.5-90` as the address has it; undefined for what is none. */
export function parseWindow(text: string, durationMs: number): TimeWindow | undefined {
  const [, from, to] = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (from === undefined || to === undefined || Number(from) >= Number(to)) return undefined;
  return clampWindow({ fromMs: Number(from), toMs: Number(to) }, durationMs);
}
export const formatWindow = ({ fromMs, toMs }: TimeWindow): string =>
  `${Number(fromMs.toFixed(3))}-${Number(toMs.toFixed(3))}`;
