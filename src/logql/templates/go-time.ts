/** A moment, to the nanosecond, in a time zone by its IANA name. */
export type GoTime = { readonly ns: bigint; readonly zone: string };

const NS_PER_MS = 1_000_000n;
const MS_PER_MINUTE = 60_000;
/** What Go has where a date could not be read: the first of January of the year 1. */
export const ZERO_TIME: GoTime = { ns: -62_135_596_800_000n * NS_PER_MS, zone: "UTC" };

const MONTHS = "January February March April May June July August September October November December".split(" ");
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** Elements of Go's reference time, the longer first. */
const ELEMENT =
  /January|Jan|Monday|Mon|MST|2006|[Z-]07:00:00|[Z-]070000|[Z-]07:00|[Z-]0700|[Z-]07|002|__2|_2(?!006)|0[1-6]|15|PM|pm|[.,](?:0+|9+)(?!\d)|[1-5]/g;

export const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

type Offset = { readonly minutes: number; readonly name: string };

function offsetAt(ms: number, zone: string): Offset {
  if (zone === "UTC") return { minutes: 0, name: "UTC" };
  const part = (style: "longOffset" | "short"): string =>
    new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: style })
      .formatToParts(ms)
      .find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /([+-])(\d+):?(\d*)/.exec(part("longOffset")) ?? [];
  return { minutes: (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes || 0)), name: part("short") };
}

const pad = (value: number, width: number, fill = "0"): string => String(value).padStart(width, fill);

function writeOffset(element: string, minutes: number): string {
  if (element.startsWith("Z") && minutes === 0) return "Z";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const colon = element.includes(":") ? ":" : "";
  const parts = [pad(hours, 2), pad(rest, 2), "00"].slice(0, element.replace(/\D/g, "").length / 2);
  return (minutes < 0 ? "-" : "+") + parts.join(colon);
}

/** The time in Go's layout, which is the reference time `Mon Jan 2 15:04:05 MST 2006` as it is wanted. */
export function formatTime({ ns, zone }: GoTime, layout: string): string {
  const nanos = Number(((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
  const ms = Number((ns - BigInt(nanos)) / NS_PER_MS);
  const offset = offsetAt(ms, zone);
  const at = new Date(ms + offset.minutes * MS_PER_MINUTE);
  const hour12 = at.getUTCHours() % 12 || 12;
  const startOfYear = new Date(at);
  startOfYear.setUTCMonth(0, 1);
  const dayOfYear = Math.round((at.getTime() - startOfYear.getTime()) / 86_400_000) + 1;
  const [month, weekday] = [MONTHS[at.getUTCMonth()] ?? "", DAYS[at.getUTCDay()] ?? ""];
  const simple: Readonly<Record<string, string>> = {
    January: month,
    Jan: month.slice(0, 3),
    Monday: weekday,
    Mon: weekday.slice(0, 3),
    MST: offset.name,
    "2006": pad(at.getUTCFullYear(), 4),
    "002": pad(dayOfYear, 3),
    __2: pad(dayOfYear, 3, " "),
    _2: pad(at.getUTCDate(), 2, " "),
    "01": pad(at.getUTCMonth() + 1, 2),
    "02": pad(at.getUTCDate(), 2),
    "03": pad(hour12, 2),
    "04": pad(at.getUTCMinutes(), 2),
    "05": pad(at.getUTCSeconds(), 2),
    "06": pad(at.getUTCFullYear() % 100, 2),
    "15": pad(at.getUTCHours(), 2),
    PM: at.getUTCHours() < 12 ? "AM" : "PM",
    pm: at.getUTCHours() < 12 ? "am" : "pm",
    "1": String(at.getUTCMonth() + 1),
    "2": String(at.getUTCDate()),
    "3": String(hour12),
    "4": String(at.getUTCMinutes()),
    "5": String(at.getUTCSeconds()),
  };
  return layout.replace(ELEMENT, (element) => {
    const text = simple[element];
    if (text !== undefined) return text;
    if (!/^[.,]/.test(element)) return writeOffset(element, offset.minutes);
    const digits = pad(nanos, 9).slice(0, element.length - 1);
    if (element[1] === "0") return element[0] + digits.padEnd(element.length - 1, "0");
    const kept = digits.replace(/0+$/, "");
    return kept === "" ? "" : element[0] + kept;
  });
}

const DIGITS_OF: Readonly<Record<string, string>> = {
  "2006": "\\d{4}",
  "06": "\\d{2}",
  "002": "\\d{3}",
  MST: "[A-Z]{3,5}",
  PM: "AM|PM",
  pm: "am|pm",
};

function expressionOf(element: string): string {
  const known = DIGITS_OF[element];
  if (known !== undefined) return known;
  if (element.startsWith("Jan")) return element === "Jan" ? "[A-Za-z]{3}" : "[A-Za-z]{3,9}";
  if (element.startsWith("Mon")) return element === "Mon" ? "[A-Za-z]{3}" : "[A-Za-z]{6,9}";
  if (/^[.,]/.test(element)) return element[1] === "0" ? `[.,]\\d{${element.length - 1}}` : "(?:[.,]\\d+)?";
  if (/^[Z-]/.test(element)) {
    const digits = element.includes(":") ? "[+-]\\d\\d(?::\\d\\d)+" : `[+-]\\d{${element.length - 1}}`;
    return element.startsWith("Z") ? `Z|${digits}` : digits;
  }
  return element.startsWith("_") ? " ?\\d{1,2}" : element.startsWith("0") || element === "15" ? "\\d{2}" : "\\d{1,2}";
}

const monthOf = (text: string): number => MONTHS.findIndex((month) => month.slice(0, 3) === text.slice(0, 3));

/** Reads a time in Go's layout; undefined where the text is not in it. A zone in the text wins over the one given. */
export function parseTime(layout: string, text: string, zone: string): GoTime | undefined {
  const elements: string[] = [];
  let expression = "^";
  let end = 0;
  const literal = (part: string): string => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  for (const match of layout.matchAll(ELEMENT)) {
    expression += `${literal(layout.slice(end, match.index))}(${expressionOf(match[0])})`;
    elements.push(match[0]);
    end = match.index + match[0].length;
  }
  // A fraction behind the seconds is read although the layout does not have it.
  const match = new RegExp(`${expression}${literal(layout.slice(end))}$`).exec(text);
  if (match === null) return undefined;
  const fields = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanos: 0, afternoon: "", offset: "" };
  for (const [index, element] of elements.entries()) {
    const value = match[index + 1] ?? "";
    const number = Number(value);
    if (element === "2006") fields.year = number;
    else if (element === "06") fields.year = number + (number >= 69 ? 1900 : 2000);
    else if (element === "01" || element === "1") fields.month = number;
    else if (element.startsWith("Jan")) fields.month = monthOf(value) + 1;
    else if (element === "02" || element === "2" || element === "_2") fields.day = number;
    else if (element === "15" || element === "03" || element === "3") fields.hour = number;
    else if (element === "04" || element === "4") fields.minute = number;
    else if (element === "05" || element === "5") fields.second = number;
    else if (/^[.,]/.test(element)) fields.nanos = Number(value.slice(1).padEnd(9, "0").slice(0, 9));
    else if (element === "PM" || element === "pm") fields.afternoon = value.toLowerCase();
    else if (/^[Z-]/.test(element)) fields.offset = value;
  }
  if (fields.afternoon === "pm" && fields.hour < 12) fields.hour += 12;
  if (fields.afternoon === "am" && fields.hour === 12) fields.hour = 0;
  const date = new Date(0);
  date.setUTCFullYear(fields.year, fields.month - 1, fields.day);
  date.setUTCHours(fields.hour, fields.minute, fields.second);
  const isReal =
    date.getUTCDate() === fields.day &&
    fields.month >= 1 &&
    fields.month <= 12 &&
    fields.hour < 24 &&
    fields.minute < 60;
  if (!isReal) return undefined;
  const local = date.getTime();
  let minutes = 0;
  if (fields.offset === "") {
    const guess = local - offsetAt(local, zone).minutes * MS_PER_MINUTE;
    minutes = offsetAt(guess, zone).minutes;
  } else if (fields.offset !== "Z") {
    const [, sign, hours = "0", rest = "0"] = /([+-])(\d\d):?(\d\d)?/.exec(fields.offset) ?? [];
    minutes = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(rest));
  }
  const ns = BigInt(local - minutes * MS_PER_MINUTE) * NS_PER_MS + BigInt(fields.nanos);
  return { ns, zone: fields.offset === "" ? zone : "UTC" };
}
