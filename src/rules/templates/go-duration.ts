import { createStruct, declareFunction, type Struct } from "../../template/index.ts";

const NS_PER_S = 1_000_000_000n;
const DURATION_NS = new WeakMap<Struct, bigint>();

const fraction = (rest: bigint, digits: number): string => {
  const text = rest.toString().padStart(digits, "0").replace(/0+$/, "");
  return text === "" ? "" : `.${text}`;
};

/** As Go prints a time.Duration: `1h1m1.5s`, `12.345µs`. */
function writeDuration(durationNs: bigint): string {
  const sign = durationNs < 0n ? "-" : "";
  const magnitude = durationNs < 0n ? -durationNs : durationNs;
  if (magnitude === 0n) return "0s";
  if (magnitude < 1000n) return `${sign}${magnitude}ns`;
  if (magnitude < 1_000_000n) return `${sign}${magnitude / 1000n}${fraction(magnitude % 1000n, 3)}µs`;
  if (magnitude < NS_PER_S) return `${sign}${magnitude / 1_000_000n}${fraction(magnitude % 1_000_000n, 6)}ms`;
  const seconds = magnitude / NS_PER_S;
  const shown = `${seconds % 60n}${fraction(magnitude % NS_PER_S, 9)}s`;
  if (seconds < 60n) return sign + shown;
  const minutes = seconds / 60n;
  if (minutes < 60n) return `${sign}${minutes}m${shown}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${shown}`;
}

/** Seconds of a value that `createDuration` made. */
export const durationSeconds = (value: unknown): number | undefined => {
  const durationNs = DURATION_NS.get(value as Struct);
  return durationNs === undefined ? undefined : Number(durationNs) / 1e9;
};

/** A Go time.Duration with the methods that templates use. */
export function createDuration(durationNs: bigint): Struct {
  const per = (unitNs: number) => declareFunction([], () => Number(durationNs) / unitNs);
  const struct = createStruct({
    type: "*time.Duration",
    text: () => writeDuration(durationNs),
    methods: {
      Seconds: per(1e9),
      Minutes: per(60e9),
      Hours: per(3600e9),
      Milliseconds: declareFunction([], () => durationNs / 1_000_000n),
      Nanoseconds: declareFunction([], () => durationNs),
      String: declareFunction([], () => writeDuration(durationNs)),
    },
  });
  DURATION_NS.set(struct, durationNs);
  return struct;
}
