import { readLayout, type TimeElement, writeOffset } from "./time-layout.ts";
import { zoneOffsetS } from "./zone.ts";

const SHORT_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const LONG_NAME = "[A-Za-z]+";
// Go never takes one digit where there are two.
const ONE_OR_TWO = "\\d{2}|\\d(?!\\d)";
const PATTERNS: Readonly<Record<TimeElement, string>> = {
  "2006": "\\d{4}",
  "06": "\\d{2}",
  January: LONG_NAME,
  Jan: "[A-Za-z]{3}",
  "01": "\\d{2}",
  "1": ONE_OR_TWO,
  Monday: LONG_NAME,
  Mon: "[A-Za-z]{3}",
  "02": "\\d{2}",
  _2: ` ?(?:${ONE_OR_TWO})`,
  "2": ONE_OR_TWO,
  "002": "\\d{3}",
  __2: " {0,2}\\d{1,3}",
  "15": ONE_OR_TWO,
  "03": "\\d{2}",
  "3": ONE_OR_TWO,
  "04": "\\d{2}",
  "4": ONE_OR_TWO,
  "05": "\\d{2}",
  "5": ONE_OR_TWO,
  PM: "AM|PM",
  pm: "am|pm",
  MST: "[A-Z]{3,5}|[+-]\\d{2,4}",
  "-07:00:00": "[+-]\\d{2}:\\d{2}:\\d{2}",
  "-070000": "[+-]\\d{6}",
  "-07:00": "[+-]\\d{2}:\\d{2}",
  "-0700": "[+-]\\d{4}",
  "-07": "[+-]\\d{2}",
  "Z07:00:00": "Z|[+-]\\d{2}:\\d{2}:\\d{2}",
  Z070000: "Z|[+-]\\d{6}",
  "Z07:00": "Z|[+-]\\d{2}:\\d{2}",
  Z0700: "Z|[+-]\\d{4}",
  Z07: "Z|[+-]\\d{2}",
};

const escapePattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Seconds east of UTC; NaN where no clock can show them. */
function readOffset(text: string): number {
  if (text === "Z") return 0;
  const [hours = 0, minutes = 0, seconds = 0] = (text.slice(1).match(/\d{2}/g) ?? []).map(Number);
  if (hours > 24 || minutes > 60 || seconds > 60) return Number.NaN;
  return (text.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
}

type Parts = {
  year: number;
  month: number;
  day: number;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  fractionNs: number;
  afternoon: boolean | undefined;
  offsetS: number | undefined;
  /** The offset is written as `Z`. */
  isUtc: boolean;
};

function take(parts: Parts, element: TimeElement, text: string): void {
  const value = Number(text);
  if (element === "2006") parts.year = value;
  else if (element === "06") parts.year = value + (value >= 69 ? 1900 : 2000);
  else if (element === "January" || element === "Jan")
    parts.month = SHORT_MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1;
  else if (element === "01" || element === "1") parts.month = value;
  else if (element === "02" || element === "_2" || element === "2") parts.day = value;
  else if (element === "002" || element === "__2") parts.yearDay = value;
  else if (element === "15" || element === "03" || element === "3") parts.hour = value;
  else if (element === "04" || element === "4") parts.minute = value;
  else if (element === "05" || element === "5") parts.second = value;
  else if (element === "PM" || element === "pm") parts.afternoon = text.toLowerCase() === "pm";
  else if (element === "MST") parts.offsetS = text === "UTC" ? 0 : parts.offsetS;
  else if (/^[-Z]/.test(element)) {
    parts.offsetS = readOffset(text);
    parts.isUtc = text === "Z";
  }
}

/** Nanoseconds since the epoch, and the zone that the text has named: UTC, a name of the IANA database or an offset (`+02:00`). */
export type ZonedTime = { readonly timeNs: bigint; readonly zone: string };

/** As Go's time.ParseInLocation; undefined where the text is not of the layout. `zone` counts where the text names no offset. */
export function parseTime(layout: string, text: string, zone = "UTC"): ZonedTime | undefined {
  const groups: (TimeElement | "fraction")[] = [];
  let pattern = "";
  const pieces = readLayout(layout);
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === "text") {
      pattern += escapePattern(piece.text);
      continue;
    }
    if (piece.kind === "fraction") {
      groups.push("fraction");
      pattern += piece.trims ? "([.,]\\d+)?" : `([.,]\\d{${piece.digits}})`;
      continue;
    }
    groups.push(piece.element);
    pattern += `(${PATTERNS[piece.element]})`;
    // A fraction may follow the seconds although the layout has none.
    if ((piece.element === "05" || piece.element === "5") && pieces[index + 1]?.kind !== "fraction") {
      groups.push("fraction");
      pattern += "([.,]\\d+)?";
    }
  }
  const match = new RegExp(`^${pattern}$`).exec(text);
  if (match === null) return undefined;
  const parts: Parts = {
    year: 0,
    month: 1,
    day: 1,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    fractionNs: 0,
    afternoon: undefined,
    offsetS: undefined,
    isUtc: false,
  };
  for (const [index, group] of groups.entries()) {
    const value = match[index + 1];
    if (value === undefined) continue;
    if (group === "fraction") parts.fractionNs = Number(value.slice(1, 10).padEnd(9, "0"));
    else take(parts, group, value.trim());
  }
  return assemble(parts, zone);
}

function assemble(parts: Parts, zone: string): ZonedTime | undefined {
  const { year, month, minute, second, fractionNs, afternoon } = parts;
  const hour = afternoon === undefined ? parts.hour : (parts.hour % 12) + (afternoon ? 12 : 0);
  const day = parts.yearDay ?? parts.day;
  const monthIndex = parts.yearDay === undefined ? month - 1 : 0;
  if (monthIndex < 0 || monthIndex > 11 || hour > 23 || minute > 59 || second > 59 || day < 1) return undefined;
  if (Number.isNaN(parts.offsetS)) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, monthIndex, day);
  if (parts.yearDay === undefined && date.getUTCMonth() !== monthIndex) return undefined;
  date.setUTCHours(hour, minute, second);
  const localMs = date.getTime();
  // The offset of the zone at the time that the offset itself leads to.
  const guessS = parts.offsetS ?? zoneOffsetS(zone, localMs);
  const offsetS = parts.offsetS ?? zoneOffsetS(zone, localMs - guessS * 1000);
  const timeMs = localMs - offsetS * 1000;
  const timeNs = BigInt(timeMs) * 1_000_000n + BigInt(fractionNs);
  if (parts.isUtc) return { timeNs, zone: "UTC" };
  if (parts.offsetS === undefined || zoneOffsetS(zone, timeMs) === offsetS) return { timeNs, zone };
  // An offset of seconds is no zone here, and shows as UTC.
  const named = offsetS % 60 === 0 && Math.abs(offsetS) < 86_400 ? writeOffset("-07:00", offsetS) : "UTC";
  return { timeNs, zone: named };
}
