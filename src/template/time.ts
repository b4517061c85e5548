import { readLayout, type TimeElement, writeOffset } from "./time-layout.ts";
import { createStruct, declareFunction, isStruct, type Struct } from "./values.ts";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const NS_PER_MS = 1_000_000n;
const NS_PER_S = 1_000_000_000n;
const DAY_MS = 86_400_000;
/** What `%v` and String print. */
const STRING_LAYOUT = "2006-01-02 15:04:05.999999999 -0700 MST";

const floorDivide = (value: bigint, by: bigint): bigint => (value - (((value % by) + by) % by)) / by;

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Throws `RangeError` for a zone that does not exist. */
function zoneFormatter(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "longOffset", year: "numeric" });
    formatters.set(zone, formatter);
  }
  return formatter;
}

/** Seconds that a zone is east of UTC at a time. */
export function zoneOffsetS(zone: string, timeMs: number): number {
  if (zone === "UTC") return 0;
  const name = zoneFormatter(zone)
    .formatToParts(timeMs)
    .find(({ type }) => type === "timeZoneName")?.value;
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = /([+-])(\d+):?(\d+)?:?(\d+)?/.exec(name ?? "") ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
}

function zoneName(zone: string, timeMs: number): string {
  if (zone === "UTC") return "UTC";
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "short" }).formatToParts(timeMs);
  const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
  return /^(GMT|UTC)[+-]/.test(name) ? writeOffset("-07", zoneOffsetS(zone, timeMs)) : name;
}

const pad = (value: number, width = 2): string => value.toString().padStart(width, "0");

function yearDay(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
}

/** As Go's time.Time.Format. `zone` is UTC or a name of the IANA database. */
export function formatTime(timeNs: bigint, layout: string, zone = "UTC"): string {
  const timeMs = Number(floorDivide(timeNs, NS_PER_MS));
  const fractionNs = Number(timeNs - floorDivide(timeNs, NS_PER_S) * NS_PER_S);
  const offsetS = zoneOffsetS(zone, timeMs);
  const date = new Date(timeMs + offsetS * 1000);
  const hour = date.getUTCHours();
  const write = (element: TimeElement): string => {
    switch (element) {
      case "2006":
        return pad(date.getUTCFullYear(), 4);
      case "06":
        return pad(date.getUTCFullYear() % 100);
      case "January":
        return MONTHS[date.getUTCMonth()] ?? "";
      case "Jan":
        return (MONTHS[date.getUTCMonth()] ?? "").slice(0, 3);
      case "01":
        return pad(date.getUTCMonth() + 1);
      case "1":
        return String(date.getUTCMonth() + 1);
      case "Monday":
        return DAYS[date.getUTCDay()] ?? "";
      case "Mon":
        return (DAYS[date.getUTCDay()] ?? "").slice(0, 3);
      case "02":
        return pad(date.getUTCDate());
      case "_2":
        return String(date.getUTCDate()).padStart(2, " ");
      case "2":
        return String(date.getUTCDate());
      case "002":
        return pad(yearDay(date), 3);
      case "__2":
        return String(yearDay(date)).padStart(3, " ");
      case "15":
        return pad(hour);
      case "03":
        return pad(hour % 12 || 12);
      case "3":
        return String(hour % 12 || 12);
      case "04":
        return pad(date.getUTCMinutes());
      case "4":
        return String(date.getUTCMinutes());
      case "05":
        return pad(date.getUTCSeconds());
      case "5":
        return String(date.getUTCSeconds());
      case "PM":
        return hour >= 12 ? "PM" : "AM";
      case "pm":
        return hour >= 12 ? "pm" : "am";
      case "MST":
        return zoneName(zone, timeMs);
      default:
        return writeOffset(element, offsetS);
    }
  };
  return readLayout(layout)
    .map((piece) => {
      if (piece.kind === "text") return piece.text;
      if (piece.kind === "element") return write(piece.element);
      const digits = pad(fractionNs, 9).slice(0, piece.digits).padEnd(piece.digits, "0");
      const shown = piece.trims ? digits.replace(/0+$/, "") : digits;
      return shown === "" ? "" : piece.separator + shown;
    })
    .join("");
}

const TIME_NS = new WeakMap<Struct, bigint>();

/** Nanoseconds since the epoch of a value that `createTime` made; undefined for anything else. */
export const timeNsOf = (value: unknown): bigint | undefined => (isStruct(value) ? TIME_NS.get(value) : undefined);

export const TIME_TYPE = { name: "time.Time", accepts: (value: unknown): boolean => timeNsOf(value) !== undefined };

/** A Go time.Time with the methods that templates use. */
export function createTime(timeNs: bigint, zone = "UTC"): Struct {
  const part = (layout: string) => declareFunction([], () => BigInt(formatTime(timeNs, layout, zone)));
  const struct = createStruct({
    type: "time.Time",
    text: () => formatTime(timeNs, STRING_LAYOUT, zone),
    methods: {
      Format: declareFunction(["string"], (layout: string) => formatTime(timeNs, layout, zone)),
      String: declareFunction([], () => formatTime(timeNs, STRING_LAYOUT, zone)),
      UTC: declareFunction([], () => createTime(timeNs)),
      Unix: declareFunction([], () => floorDivide(timeNs, NS_PER_S)),
      UnixMilli: declareFunction([], () => floorDivide(timeNs, NS_PER_MS)),
      UnixMicro: declareFunction([], () => floorDivide(timeNs, 1000n)),
      UnixNano: declareFunction([], () => timeNs),
      Year: part("2006"),
      Day: part("2"),
      Hour: part("15"),
      Minute: part("4"),
      Second: part("5"),
      YearDay: declareFunction([], () => BigInt(formatTime(timeNs, "__2", zone).trim())),
      Month: declareFunction([], () => formatTime(timeNs, "January", zone)),
      Weekday: declareFunction([], () => formatTime(timeNs, "Monday", zone)),
      IsZero: declareFunction([], () => timeNs === ZERO_TIME_NS),
    },
  });
  TIME_NS.set(struct, timeNs);
  return struct;
}

/** Go's time without a value: the first of January of the year 1. */
export const ZERO_TIME_NS = -62_135_596_800n * NS_PER_S;
