const number = (digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat("en-US", { maximumFractionDigits: digits, useGrouping: false });
const WHOLE = number(0);

export function formatDuration(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

/** How long ago: in whole seconds, which is what anybody wants to know. */
export const formatAge = (ms: number): string =>
  ms < 60_000 ? `${Math.round(Math.max(0, ms) / 1000)} s` : formatDuration(ms);

/** Enough digits for the price of one call: prices of a thousandth of a cent are common. */
export const formatUsd = (usd: number): string =>
  `$${usd === 0 ? "0" : usd < 0.01 ? usd.toPrecision(3) : usd < 1000 ? usd.toFixed(4) : usd.toFixed(2)}`;

export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  return `${number(power === 0 ? 0 : 1).format(bytes / 1000 ** power)} ${units[power]}`;
}

export const formatCount = (count: number): string => WHOLE.format(count);

/** A value of a metric: as many digits as help, and the words that Prometheus uses for what is no number. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return String(Number(value.toPrecision(6)));
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
