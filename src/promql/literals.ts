/** Numbers, durations and strings as PromQL and Go write them, both ways. */

const UNITS_MS = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
type Unit = keyof typeof UNITS_MS;
const UNITS = Object.keys(UNITS_MS) as readonly Unit[];

/** Go's time.Duration ends here. */
const MOST_DURATION_MS = 2 ** 63 / 1e6;

/** The milliseconds of `1h30m`; a text that says what is wrong with it otherwise. */
export function parseDuration(text: string): number | string {
  let total = 0;
  let lastUnit = -1;
  for (const [, amount, unit] of text.matchAll(/(\d+)(\D+)/g)) {
    const position = UNITS.indexOf(unit as Unit);
    if (position < 0) return `unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`;
    if (position <= lastUnit) return `not a valid duration string: ${JSON.stringify(text)}`;
    lastUnit = position;
    total += Number(amount) * UNITS_MS[unit as Unit];
  }
  return total > MOST_DURATION_MS ? "duration out of range" : total;
}

/** Years and weeks only where nothing is left over, as Prometheus writes durations. */
export function formatDuration(durationMs: number): string {
  let rest = Math.trunc(Math.abs(durationMs));
  if (rest === 0) return "0s";
  let text = durationMs < 0 ? "-" : "";
  for (const unit of UNITS) {
    const unitMs = UNITS_MS[unit];
    if ((unit === "y" || unit === "w") && rest % unitMs !== 0) continue;
    const amount = Math.floor(rest / unitMs);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * unitMs;
  }
  return text;
}

/** The value of a number token: decimal, hexadecimal, octal (leading 0), Inf, NaN. */
export function parseNumber(text: string): number {
  const plain = text.replaceAll("_", "").toLowerCase();
  if (plain === "inf") return Number.POSITIVE_INFINITY;
  if (plain === "nan") return Number.NaN;
  if (/^0[0-7]+$/.test(plain)) return Number.parseInt(plain, 8);
  return Number(plain);
}

const DECIMAL_FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A float as Go reads it, undefined where it is none: the `le` of a bucket. */
export function parseFloatStrictly(text: string): number | undefined {
  if (DECIMAL_FLOAT.test(text)) return Number(text);
  const [, sign, word] = /^([+-]?)(inf|infinity|nan)$/i.exec(text) ?? [];
  if (word === undefined) return undefined;
  if (word.toLowerCase() === "nan") return Number.NaN;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Digits without an exponent, the fewest that lead back to the value. */
export function formatDecimal(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const text = String(value);
  const [, sign, whole, fraction = "", exponent] = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (sign === undefined || whole === undefined) return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return point >= digits.length
    ? sign + digits + "0".repeat(point - digits.length)
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Go's %g, or %.<precision>g. */
export function formatGeneral(value: number, precision?: number): string {
  if (!Number.isFinite(value)) return formatDecimal(value);
  const [mantissa = "0", exponentText = "0"] = (
    precision === undefined ? value.toExponential() : value.toExponential(precision - 1)
  ).split("e");
  const exponent = Number(exponentText);
  const digits = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  const limit = precision ?? 6;
  if (exponent < -4 || exponent >= limit) {
    const sign = exponent < 0 ? "-" : "+";
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return formatDecimal(Number(`${digits}e${exponent}`));
}

const ESCAPED: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** The value of a string token that the scanner has accepted. */
export function unquote(token: string): string {
  const inside = token.slice(1, -1);
  if (token[0] === "`" || !inside.includes("\\")) return inside;
  // Escapes name bytes or code points; only the bytes together are text.
  const pieces: Buffer[] = [];
  const pattern = /\\(?:([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|[^\\]+/gs;
  for (const [text, octal, byte, short, long, simple] of inside.matchAll(pattern)) {
    const codePoint = short ?? long;
    if (octal !== undefined) pieces.push(Buffer.of(Number.parseInt(octal, 8)));
    else if (byte !== undefined) pieces.push(Buffer.of(Number.parseInt(byte, 16)));
    else if (codePoint !== undefined) pieces.push(Buffer.from(String.fromCodePoint(Number.parseInt(codePoint, 16))));
    else if (simple === undefined) pieces.push(Buffer.from(text));
    else pieces.push(ESCAPED[simple] === undefined ? Buffer.from(simple) : Buffer.of(ESCAPED[simple]));
  }
  return Buffer.concat(pieces).toString("utf8");
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/** The text in double quotes, as Go quotes it. */
export function quote(text: string): string {
  const escaped = text.replace(/[\\"]|[^\P{C}]|[^\P{Z} ]/gu, (character) => {
    const short = SHORT_ESCAPES[character];
    if (short !== undefined) return short;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
  });
  return `"${escaped}"`;
}
