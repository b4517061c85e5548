/**
 * Writes numbered batches until it is killed: `writing-process.ts DIRECTORY FIRST`. Prints the number of each batch after its commit, and the
 * process id before the first.
 */
import { writeSync } from "node:fs";
import type { ObservatoryError } from "../../src/base/index.ts";
import { openStoreWriter, type StoreWriter } from "../../src/store/index.ts";
import { numberedBatch } from "./numbered-batch.ts";
import { DAY_MS, NOON_MS } from "./temporary-store.ts";

const [directory = "", first = "0"] = process.argv.slice(2);

function open(): StoreWriter {
  try {
    return openStoreWriter({
      directory,
      clock: { nowMs: () => NOON_MS + performance.now() },
      // Parts of 2 MB, so that some begin while this runs.
      retention: { maxAgeMs: 30 * DAY_MS, maxBytes: 32e6 },
    });
  } catch (error) {
    writeSync(1, `refused: ${(error as ObservatoryError).code}\n`);
    process.exit(1);
  }
}

const writer = open();
writeSync(1, `pid ${process.pid}\n`);
for (let number = Number(first); ; number += 1) {
  writer.write(numberedBatch(number));
  writer.commit();
  writeSync(1, `${number}\n`);
  if (number % 7 === 0) writer.maintain();
}
