import type { StoreReader, WriteBatch } from "../../src/store/index.ts";
import { DAY_MS, labelsOf, MIDNIGHT_MS, NS_PER_MS, setOf, spanOf } from "./temporary-store.ts";

const SAMPLES = 300;
const SERIES = Array.from({ length: SAMPLES }, (_, index) => setOf({ __name__: "numbered", n: String(index) }));
const STREAM = setOf({ service_name: "numbered" });

/** Everything that one batch may hold, on both sides of midnight, told apart by a number. */
export function numberedBatch(number: number): WriteBatch {
  const isEarly = number % 5 === 0;
  const timeMs = MIDNIGHT_MS + (isEarly ? number - DAY_MS / 2 : number);
  const timeNs = BigInt(timeMs) * NS_PER_MS;
  const id = (number + 1).toString(16).padStart(16, "0");
  return {
    samples: SERIES.map((series) => ({ series, timeMs, value: number })),
    logs: [{ stream: STREAM, timeNs, line: `line ${number}`, metadata: labelsOf({ number: String(number) }) }],
    spans: [spanOf({ traceId: id + id, spanId: id, startNs: timeNs, name: `span ${number}` })],
  };
}

/** Numbers of which something is stored, and what of each: `samples`, `line`, `span`, joined; damaged ones would show as another text. */
export function readNumbers(reader: StoreReader, most: number): Map<number, string> {
  const found = new Map<number, string>();
  const add = (number: number, what: string): void =>
    void found.set(number, `${found.get(number) ?? ""} ${what}`.trim());
  const counts = new Map<number, number>();
  for (const { values } of reader.select([], 0, MIDNIGHT_MS + DAY_MS)) {
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  for (const [number, count] of counts) add(number, count === SAMPLES ? "samples" : `${count} samples`);
  reader.scan({ matchers: [], startNs: 0n, endNs: 2n ** 62n, direction: "forward" }, ({ line }) => {
    add(Number(line.split(" ")[1]), "line");
    return true;
  });
  for (let number = 0; number <= most; number += 1) {
    const id = (number + 1).toString(16).padStart(16, "0");
    if (reader.trace(id + id).length === 1) add(number, "span");
  }
  return found;
}

export const WHOLE = "samples line span";
