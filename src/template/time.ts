import { formatTime, TIME_TEXT_LAYOUT } from "../gotext/index.ts";
import { createStruct, declareFunction, isStruct, type Struct } from "./values.ts";

const NS_PER_MS = 1_000_000n;
const NS_PER_S = 1_000_000_000n;

const floorDivide = (value: bigint, by: bigint): bigint => (value - (((value % by) + by) % by)) / by;

const TIME_NS = new WeakMap<Struct, bigint>();

/** Nanoseconds since the epoch of a value that `createTime` made; undefined for anything else. */
export const timeNsOf = (value: unknown): bigint | undefined => (isStruct(value) ? TIME_NS.get(value) : undefined);

export const TIME_TYPE = { name: "time.Time", accepts: (value: unknown): boolean => timeNsOf(value) !== undefined };

/** A Go time.Time with the methods that templates use. */
export function createTime(timeNs: bigint, zone = "UTC"): Struct {
  const part = (layout: string) => declareFunction([], () => BigInt(formatTime(timeNs, layout, zone)));
  const struct = createStruct({
    type: "time.Time",
    text: () => formatTime(timeNs, TIME_TEXT_LAYOUT, zone),
    methods: {
      Format: declareFunction(["string"], (layout: string) => formatTime(timeNs, layout, zone)),
      String: declareFunction([], () => formatTime(timeNs, TIME_TEXT_LAYOUT, zone)),
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
