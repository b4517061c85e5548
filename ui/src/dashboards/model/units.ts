/** Numbers in Grafana's units (`fieldConfig.defaults.unit`), written as Grafana writes them. */

/** Parts of a number as it is shown; the value itself stands in `text`. */
export type Written = { readonly prefix: string; readonly text: string; readonly suffix: string };
type Write = (value: number, decimals: number | undefined) => Written;

const written = (text: string, suffix = "", prefix = ""): Written => ({ prefix, text, suffix });
export const joined = ({ prefix, text, suffix }: Written): string => `${prefix}${text}${suffix}`;

/** As many digits as tell values of this size apart; whole numbers have none. */
function digitsFor(value: number): number {
  if (value % 1 === 0) return 0;
  const places = -Math.floor(Math.log10(Math.abs(value))) + 1;
  return Math.min(20, Math.max(0, Math.abs(value) * 10 ** places > 2.25 ? places + 1 : places));
}

function fixed(value: number, decimals: number | undefined): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-∞" : "∞";
  const places = Math.min(20, Math.max(0, decimals ?? digitsFor(value)));
  if (value === 0) return (0).toFixed(decimals ?? 0);
  const rounded = Math.round(value * 10 ** places) / 10 ** places;
  return rounded.toFixed(places);
}

const simple =
  (suffix: string, factor = 1): Write =>
  (value, decimals) =>
    written(fixed(value * factor, decimals), suffix);

/** `suffixes[zero]` is for values that are not scaled. */
const scaled =
  (step: number, suffixes: readonly string[], zero = 0): Write =>
  (value, decimals) => {
    if (value === 0 || !Number.isFinite(value)) return written(fixed(value, decimals), suffixes[zero] ?? "");
    // What is just below a step by a rounding error of logarithms is corrected.
    const power = Math.floor(Math.log(Math.abs(value)) / Math.log(step) + 1e-12);
    const at = Math.min(suffixes.length - 1, Math.max(0, zero + power));
    return written(fixed(value / step ** (at - zero), decimals), suffixes[at] ?? "");
  };

const SI = ["f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];
const IEC = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];
const si = (unit: string, offset = 0): Write =>
  scaled(
    1000,
    SI.map((prefix) => ` ${prefix}${unit}`),
    5 + offset,
  );
/** Without the small ones: there is no thousandth of a byte. */
const decimal = (unit: string, offset = 0): Write =>
  scaled(
    1000,
    SI.slice(5).map((prefix) => ` ${prefix}${unit}`),
    offset,
  );
const binary = (unit: string, offset = 0): Write =>
  scaled(
    1024,
    IEC.map((prefix) => ` ${prefix}${unit}`),
    offset,
  );
const count = (unit: string): Write =>
  scaled(
    1000,
    ["", "K", "M", "B", "T"].map((suffix) => `${suffix} ${unit}`),
  );
const currency = (symbol: string, isSuffix = false): Write => {
  const scale = scaled(1000, ["", "K", "M", "B", "T"]);
  return (value, decimals) => {
    const { text, suffix } = scale(Math.abs(value), decimals);
    const sign = value < 0 ? "-" : "";
    return isSuffix ? written(sign + text, `${suffix}${symbol}`) : written(text, suffix, sign + symbol);
  };
};

const STEPS_OF_TIME: readonly (readonly [seconds: number, name: string])[] = [
  [31_536_000, " years"],
  [604_800, " weeks"],
  [86_400, " days"],
  [3600, " hours"],
  [60, " mins"],
  [1, " s"],
  [1e-3, " ms"],
  [1e-6, " µs"],
  [1e-9, " ns"],
];
const duration =
  (inSeconds: number): Write =>
  (value, decimals) => {
    const seconds = value * inSeconds;
    if (seconds === 0 || !Number.isFinite(seconds)) return written(fixed(value, decimals), " s");
    const [size, name] = STEPS_OF_TIME.find(([step]) => Math.abs(seconds) >= step * (1 - 1e-9)) ?? [1e-9, " ns"];
    return written(fixed(seconds / size, decimals), name);
  };

const two = (value: number): string => String(value).padStart(2, "0");
const clock: Write = (value) => {
  const whole = Math.floor(Math.abs(value));
  return written(
    `${value < 0 ? "-" : ""}${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`,
  );
};
const daysAndClock: Write = (value, decimals) => {
  const days = Math.floor(Math.abs(value) / 86_400);
  if (days === 0) return clock(value, decimals);
  const rest = joined(clock(Math.abs(value) % 86_400, decimals));
  return written(`${value < 0 ? "-" : ""}${days} d ${rest}`);
};
const wordyDuration =
  (inSeconds: number): Write =>
  (value) => {
    const NAMES = [
      [31_536_000, "year"],
      [2_628_000, "month"],
      [604_800, "week"],
      [86_400, "day"],
      [3600, "hour"],
      [60, "minute"],
      [1, "second"],
    ] as const;
    let rest = Math.round(Math.abs(value * inSeconds));
    const parts: string[] = [];
    for (const [size, name] of NAMES) {
      const times = Math.floor(rest / size);
      rest -= times * size;
      if (times > 0) parts.push(`${times} ${name}${times === 1 ? "" : "s"}`);
    }
    return written(`${parts.length === 0 ? "0 seconds" : parts.slice(0, 3).join(", ")}${value < 0 ? " ago" : ""}`);
  };

function day(value: number, pattern: (date: Date) => string): Written {
  const date = new Date(value);
  return written(Number.isNaN(date.getTime()) ? "Invalid date" : pattern(date));
}
const dateOf = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const timeOf = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
export const writeTime: Write = (value) => day(value, (date) => `${dateOf(date)} ${timeOf(date)}`);

const RATES: Readonly<Record<string, string>> = {
  c: "c",
  op: "ops",
  req: "req",
  r: "rd",
  w: "wr",
  io: "io",
  e: "evt",
  m: "msg",
  rec: "rec",
  rows: "rows",
};
const rates = Object.fromEntries(
  Object.entries(RATES).flatMap(([id, name]) => [
    [id === "op" ? "ops" : id === "io" ? "iops" : `${id}ps`, count(`${name}/s`)],
    [
      `${id === "op" ? "op" : id === "io" ? "iop" : `${id}p`}m`,
      count(`${id === "e" ? "evts" : id === "m" ? "msgs" : name}/m`),
    ],
  ]),
);
const CURRENCIES: Readonly<Record<string, string>> = {
  USD: "$",
  EUR: "€",
  GBP: "£",
  JPY: "¥",
  INR: "₹",
  KRW: "₩",
  CNY: "¥",
  BTC: "฿",
  UAH: "₴",
  BRL: "R$",
  PLN: "zł",
  RUB: "₽",
  CHF: "CHF ",
  CAD: "$",
  AUD: "$",
};

const UNITS: Readonly<Record<string, Write>> = {
  none: simple(""),
  short: scaled(1000, ["", " K", " Mil", " Bil", " Tri", " Quadr", " Quint", " Sext", " Sept"]),
  sishort: scaled(
    1000,
    SI.map((prefix) => (prefix === "" ? "" : ` ${prefix}`)),
    5,
  ),
  percent: simple("%"),
  percentunit: simple("%", 100),
  locale: (value, decimals) => written(value.toLocaleString("en-US", { maximumFractionDigits: decimals ?? 3 })),
  sci: (value, decimals) => written(value.toExponential(decimals)),
  hex: (value) => written(Math.round(value).toString(16).toUpperCase()),
  hex0x: (value) => written(`0x${Math.round(value).toString(16).toUpperCase()}`),
  humidity: simple(" %H"),
  dB: simple(" dB"),
  celsius: simple(" °C"),
  fahrenheit: simple(" °F"),
  degree: simple(" °"),
  kwatth: si("Wh", 1),
  watth: si("Wh"),
  watt: si("W"),
  volt: si("V"),
  amp: si("A"),
  hertz: si("Hz"),
  rothz: si("Hz"),
  rotrpm: simple(" rpm"),
  lengthm: si("m"),
  bytes: binary("B"),
  decbytes: decimal("B"),
  bits: binary("b"),
  decbits: decimal("b"),
  kbytes: binary("B", 1),
  deckbytes: decimal("B", 1),
  mbytes: binary("B", 2),
  decmbytes: decimal("B", 2),
  gbytes: binary("B", 3),
  decgbytes: decimal("B", 3),
  binBps: binary("B/s"),
  Bps: decimal("B/s"),
  binbps: binary("b/s"),
  bps: decimal("b/s"),
  pps: decimal("p/s"),
  KBs: decimal("B/s", 1),
  KiBs: binary("B/s", 1),
  MBs: decimal("B/s", 2),
  MiBs: binary("B/s", 2),
  flops: decimal("FLOPS"),
  ns: duration(1e-9),
  µs: duration(1e-6),
  ms: duration(1e-3),
  s: duration(1),
  m: duration(60),
  h: duration(3600),
  d: duration(86_400),
  clocks: clock,
  clockms: (value, decimals) => clock(value / 1000, decimals),
  dthms: clock,
  dtdhms: daysAndClock,
  dtdurations: wordyDuration(1),
  dtdurationms: wordyDuration(1e-3),
  timeticks: duration(1e-2),
  dateTimeAsIso: writeTime,
  dateTimeAsLocal: writeTime,
  dateTimeAsSystem: writeTime,
  dateTimeAsUS: writeTime,
  dateTimeAsIsoNoDateIfToday: writeTime,
  ...rates,
  ...Object.fromEntries(Object.entries(CURRENCIES).map(([id, symbol]) => [`currency${id}`, currency(symbol)])),
};

const unitOf = (id: string): Write => {
  if (Object.hasOwn(UNITS, id)) return UNITS[id] as Write;
  const [, kind, rest = ""] = /^(suffix|prefix|count|si|currency|currencysuffix|time):(.*)$/.exec(id) ?? [];
  if (kind === "suffix") return simple(` ${rest}`.replace(/^ {2}/, " "));
  if (kind === "prefix") return (value, decimals) => written(fixed(value, decimals), "", rest);
  if (kind === "count") return count(rest);
  if (kind === "si")
    return si(
      rest.replace(/^[fpnµmkMGTPEZY](?=.)/, ""),
      rest.length > 1 ? Math.max(-5, SI.indexOf(rest[0] ?? "") - 5) : 0,
    );
  if (kind === "currency") return currency(rest);
  if (kind === "currencysuffix") return currency(rest, true);
  if (kind === "time") return writeTime;
  // An id that nobody knows is a unit of somebody's own.
  return simple(id === "" || id === "string" ? "" : ` ${id}`);
};

export const write = (value: number, unit: string | undefined, decimals?: number): Written =>
  unitOf(unit ?? "none")(value, decimals);
export const writeText = (value: number, unit: string | undefined, decimals?: number): string =>
  joined(write(value, unit, decimals));
