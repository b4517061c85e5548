/**
 * Reads a store again and again while another process writes it: `reading-process.ts DIRECTORY LAST`. Prints how many batches it saw after each
 * time, and at its end all as JSON.
 */
import { writeSync } from "node:fs";
import { openStoreReader } from "../../src/store/index.ts";
import { readNumbers, WHOLE } from "./numbered-batch.ts";
import { NOON_MS } from "./temporary-store.ts";

const [directory = "", last = "0"] = process.argv.slice(2);
const faults: string[] = [];
const reader = openStoreReader({
  directory,
  clock: { nowMs: () => NOON_MS },
  onFault: ({ error }) => faults.push(error.message),
});
const seen: number[] = [];
let broken: string[] = [];
for (let isLast = false; !isLast; ) {
  const numbers = readNumbers(reader, -1);
  isLast = numbers.has(Number(last));
  // Samples and lines of a batch are committed together; between the two questions another batch may come.
  broken = [...numbers.values()].filter((what) => !["samples line", "line"].includes(what)).concat(broken);
  seen.push(numbers.size);
  writeSync(1, `${numbers.size}\n`);
}
const whole = [...readNumbers(reader, Number(last)).values()].filter((what) => what === WHOLE).length;
writeSync(1, `${JSON.stringify({ seen, broken, faults, whole })}\n`);
