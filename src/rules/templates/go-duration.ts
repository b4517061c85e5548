import { formatGoDuration } from "../../gotext/index.ts";
import { createStruct, declareFunction, type Struct } from "../../template/index.ts";

const DURATION_NS = new WeakMap<Struct, bigint>();

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
    text: () => formatGoDuration(durationNs),
    methods: {
      Seconds: per(1e9),
      Minutes: per(60e9),
      Hours: per(3600e9),
      Milliseconds: declareFunction([], () => durationNs / 1_000_000n),
      Nanoseconds: declareFunction([], () => durationNs),
      String: declareFunction([], () => formatGoDuration(durationNs)),
    },
  });
  DURATION_NS.set(struct, durationNs);
  return struct;
}
