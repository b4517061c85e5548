import type uPlot from "uplot";

const two = (value: number): string => String(value).padStart(2, "0");
/** `17:05`, with seconds or days where the ticks need them. */
function timeText(seconds: number, stepS: number): string {
  const date = new Date(seconds * 1000);
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  if (stepS >= 86_400) return day;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (stepS < 60) return `${time}:${two(date.getSeconds())}`;
  return time === "00:00" ? day : time;
}

/** The width of a letter of an axis, in pixels: a little more than most have. */
const LETTER = 6.4;

/** What `21:10` and `21:10:30` take, with as much again beside it. */
const MINUTES = 46;
const SECONDS = 84;

/** The room of a tick: steps of less than a minute have longer words. */
function roomOfTime(pixelsPerS: number): number {
  const halfAMinute = 30 * pixelsPerS;
  return halfAMinute >= SECONDS ? SECONDS : Math.max(MINUTES, halfAMinute + 1);
}

/** Of one line, with the digits that everything else on the page has. */
export const TIME_AXIS = {
  size: 26,
  space: (_, __, from, to, pixels) => roomOfTime(pixels / (to - from)),
  gap: 4,
  values: (_, splits, __, ___, step) => splits.map((one) => timeText(one, step)),
} satisfies uPlot.Axis;

/** Room for what stands at the side. */
export const widthOf = (texts: readonly (string | null)[] | null): number =>
  Math.max(...(texts ?? []).map((text) => text?.length ?? 0), 3) * LETTER + 12;
