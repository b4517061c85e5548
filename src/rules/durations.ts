const UNITS_MS: Readonly<Record<string, number>> = {
  y: 365 * 86_400_000,
  w: 7 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
/** What 64 bits of nanoseconds hold. */
const MAX_MS = 9_223_372_036_854;

/** As Prometheus reads durations of its files (`1h30m`, `0`): milliseconds; undefined where the text is none or too long for Prometheus. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const match = text === "" ? null : DURATION.exec(text);
  if (match === null) return undefined;
  const names = Object.keys(UNITS_MS);
  const total = match
    .slice(1)
    .reduce((sum, digits, index) => sum + Number(digits ?? 0) * (UNITS_MS[names[index] ?? ""] ?? 0), 0);
  return total <= MAX_MS ? total : undefined;
}

/** As Prometheus writes them: weeks and years only where nothing is left over. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return "0s";
  let rest = durationMs;
  let text = "";
  for (const [unit, unitMs] of Object.entries(UNITS_MS)) {
    const whole = unit === "y" || unit === "w";
    if (whole && rest % unitMs !== 0) continue;
    const count = Math.floor(rest / unitMs);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text;
}
