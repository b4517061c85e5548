import { readLayout, type TimeElement, writeOffset } from "./time-layout.ts";
import { zoneAbbreviation, zoneOffsetS } from "./zone.ts";

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
export const TIME_TEXT_LAYOUT = "2006-01-02 15:04:05.999999999 -0700 MST";

const floorDivide = (value: bigint, by: bigint): bigint => (value - (((value % by) + by) % by)) / by;

const pad = (value: number, width = 2): string => value.toString().padStart(width, "0");

function yearDay(date: Date): number {
  const start = new Date(date);
  start.setUTCMonth(0, 1);
  return Math.round((date.getTime() - start.getTime()) / DAY_MS) + 1;
}

/** As Go's time.Time.Format. `zone` is UTC, a name of the IANA database or an offset (`+02:00`). Throws `RangeError` for any other. */
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
        return zoneAbbreviation(zone, timeMs) ?? writeOffset(/^[+-]/.test(zone) ? "-0700" : "-07", offsetS);
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
