import { createStruct, declareFunction, isStruct, type Struct, type TemplateFunctions } from "../../template/index.ts";
import { formatTime, type GoTime, isTimeZone, parseTime, ZERO_TIME } from "./go-time.ts";

const NS_PER_S = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;

const times = new WeakMap<object, GoTime>();
const timeOf = (value: unknown): GoTime => (isStruct(value) ? times.get(value) : undefined) ?? ZERO_TIME;
const TIME = { name: "time.Time", accepts: (value: unknown) => isStruct(value) && times.has(value) } as const;

const floorDiv = (value: bigint, by: bigint): bigint => value / by - (value % by < 0n ? 1n : 0n);

/** A `time.Time` for templates. */
export function createTime(time: GoTime): Struct {
  const number = (layout: string) => () => BigInt(formatTime(time, layout));
  const struct = createStruct({
    type: "time.Time",
    text: () => formatTime(time, "2006-01-02 15:04:05.999999999 -0700 MST"),
    methods: {
      Format: declareFunction(["string"], (layout: string) => formatTime(time, layout)),
      String: declareFunction([], () => formatTime(time, "2006-01-02 15:04:05.999999999 -0700 MST")),
      Unix: declareFunction([], () => floorDiv(time.ns, NS_PER_S)),
      UnixMilli: declareFunction([], () => floorDiv(time.ns, NS_PER_MS)),
      UnixMicro: declareFunction([], () => floorDiv(time.ns, 1000n)),
      UnixNano: declareFunction([], () => time.ns),
      UTC: declareFunction([], () => createTime({ ...time, zone: "UTC" })),
      Year: declareFunction([], number("2006")),
      Month: declareFunction([], () => formatTime(time, "January")),
      Weekday: declareFunction([], () => formatTime(time, "Monday")),
      Day: declareFunction([], number("2")),
      YearDay: declareFunction([], number("002")),
      Hour: declareFunction([], number("15")),
      Minute: declareFunction([], number("4")),
      Second: declareFunction([], number("5")),
    },
  });
  times.set(struct, time);
  return struct;
}

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
    const reason = isNumber ? "%!w(<nil>)" : `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`;
    throw new Error(`unable to parse time '${text}': ${reason}`);
  }
  return createTime({ ns: BigInt(text) * unit, zone: "UTC" });
}

/** The process's own time zone is of no use to who asks from afar: what Go calls local is UTC here, as in Loki's container. */
const LOCAL = "UTC";

function formatDate(layout: string, date: unknown): string {
  if (typeof date === "bigint") return formatTime({ ns: date * NS_PER_S, zone: LOCAL }, layout);
  if (!TIME.accepts(date)) throw new Error("date: expected a time or a number of seconds");
  return formatTime({ ...timeOf(date), zone: LOCAL }, layout);
}

const readDate = (layout: string, zone: string, text: string): Struct =>
  createTime(parseTime(layout, text, isTimeZone(zone) ? zone : "UTC") ?? ZERO_TIME);

export const TIME_FUNCTIONS: TemplateFunctions = {
  date: declareFunction(["string", "any"], formatDate),
  toDate: declareFunction(["string", "string"], (layout: string, text: string) => readDate(layout, LOCAL, text)),
  toDateInZone: declareFunction(["string", "string", "string"], readDate),
  unixToTime: declareFunction(["string"], unixToTime),
  unixEpoch: declareFunction([TIME], (time) => String(floorDiv(timeOf(time).ns, NS_PER_S))),
  unixEpochMillis: declareFunction([TIME], (time) => String(floorDiv(timeOf(time).ns, NS_PER_MS))),
  unixEpochNanos: declareFunction([TIME], (time) => String(timeOf(time).ns)),
};
