import { formatTime, isTimeZone, parseTime, quote } from "../../gotext/index.ts";
import {
  createTime,
  declareFunction,
  type Struct,
  type TemplateFunctions,
  TIME_TYPE,
  timeNsOf,
  ZERO_TIME_NS,
} from "../../template/index.ts";

const NS_PER_S = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;

const floorDivide = (value: bigint, by: bigint): bigint => value / by - (value % by < 0n ? 1n : 0n);

/** Nanoseconds that a unit has, by how many digits the number has. */
const UNIT_BY_DIGITS = new Map<number, bigint>([
  [5, 86_400n * NS_PER_S],
  [10, NS_PER_S],
  [13, NS_PER_MS],
  [16, 1000n],
  [19, 1n],
]);

function unixToTime(text: string): Struct {
  const unit = UNIT_BY_DIGITS.get(text.length);
  const isNumber = /^[+-]?\d+$/.test(text);
  if (unit === undefined || !isNumber) {
    const reason = isNumber ? "%!w(<nil>)" : `strconv.ParseInt: parsing ${quote(text)}: invalid syntax`;
    throw new Error(`unable to parse time '${text}': ${reason}`);
  }
  return createTime(BigInt(text) * unit);
}

/** The process's own time zone is of no use to who asks from afar: what Go calls local is UTC here, as in Loki's container. */
const LOCAL = "UTC";

function formatDate(layout: string, date: unknown): string {
  const timeNs = typeof date === "bigint" ? date * NS_PER_S : timeNsOf(date);
  if (timeNs === undefined) throw new Error("date: expected a time or a number of seconds");
  return formatTime(timeNs, layout, LOCAL);
}

function readDate(layout: string, zone: string, text: string): Struct {
  const time = parseTime(layout, text, isTimeZone(zone) ? zone : LOCAL);
  return time === undefined ? createTime(ZERO_TIME_NS) : createTime(time.timeNs, time.zone);
}

const unix = (unitNs: bigint) =>
  declareFunction([TIME_TYPE], (time) => String(floorDivide(timeNsOf(time) ?? ZERO_TIME_NS, unitNs)));

export const TIME_FUNCTIONS: TemplateFunctions = {
  date: declareFunction(["string", "any"], formatDate),
  toDate: declareFunction(["string", "string"], (layout: string, text: string) => readDate(layout, LOCAL, text)),
  toDateInZone: declareFunction(["string", "string", "string"], readDate),
  unixToTime: declareFunction(["string"], unixToTime),
  unixEpoch: unix(NS_PER_S),
  unixEpochMillis: unix(NS_PER_MS),
  unixEpochNanos: unix(1n),
};
