/** Numbers as people read them. Pure; the same text in every browser: no locale but the digits' own. */

const trim = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
/** Three digits that count, without an exponent. */
function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return trim(value.toFixed(0));
  if (size >= 10) return trim(value.toFixed(1));
  if (size >= 1) return trim(value.toFixed(2));
  if (size === 0) return "0";
  return trim(
    value.toPrecision(2).includes("e")
      ? value.toFixed(Math.min(12, 1 - Math.floor(Math.log10(size))))
      : value.toPrecision(2),
  );
}

function scaled(value: number, steps: readonly (readonly [factor: number, suffix: string])[]): string {
  const size = Math.abs(value);
  for (const [factor, suffix] of steps) if (size >= factor) return `${digits(value / factor)}${suffix}`;
  return digits(value);
}

/** In full up to 10,000: `9999`, `12.3 k`. */
export const formatCount = (value: number): string =>
  Math.abs(value) < 1e4
    ? digits(value)
    : scaled(value, [
        [1e12, " T"],
        [1e9, " G"],
        [1e6, " M"],
        [1e3, " k"],
      ]);

export const formatBytes = (bytes: number): string =>
  bytes === 0
    ? "0 B"
    : scaled(bytes, [
        [2 ** 40, " TiB"],
        [2 ** 30, " GiB"],
        [2 ** 20, " MiB"],
        [2 ** 10, " KiB"],
        [1, " B"],
      ]);

export function formatSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  if (size === 0) return "0 s";
  if (size < 1e-3) return `${digits(seconds * 1e6)} µs`;
  if (size < 1) return `${digits(seconds * 1e3)} ms`;
  if (size < 60) return `${digits(seconds)} s`;
  const whole = Math.round(size);
  const sign = seconds < 0 ? "-" : "";
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return (
    sign +
    parts
      .slice(first, first + 2)
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count} ${unit}`)
      .join(" ")
  );
}

export const formatMs = (ms: number): string => formatSeconds(ms / 1000);

/** Dollars; what is less than a cent keeps two digits that count. */
export function formatUsd(usd: number): string {
  const size = Math.abs(usd);
  if (size === 0) return "$0";
  if (size >= 10_000) return `$${formatCount(usd)}`;
  if (size >= 0.1) return `$${usd.toFixed(2)}`;
  return `$${digits(usd)}`;
}

export const formatRatio = (ratio: number): string => `${digits(ratio * 100)} %`;

/** `2026-11-21 17:03:05`, in the reader's own time zone. */
export function formatTime(timeMs: number, withMs = false): string {
  const date = new Date(timeMs);
  if (Number.isNaN(date.getTime())) return "–";
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${clock}${withMs ? `.${String(date.getMilliseconds()).padStart(3, "0")}` : ""}`;
}

/** `3 min ago`; what is to come is `in 3 min`. */
export function formatAgo(timeMs: number, nowMs: number): string {
  const seconds = (nowMs - timeMs) / 1000;
  if (Math.abs(seconds) < 1) return "now";
  const first = formatSeconds(Math.max(1, Math.round(Math.abs(seconds))))
    .split(" ")
    .slice(0, 2)
    .join(" ");
  return seconds > 0 ? `${first} ago` : `in ${first}`;
}
