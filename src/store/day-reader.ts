import { statSync } from "node:fs";
import { type Connection, openConnection } from "./connection.ts";
import type { DayFile } from "./files.ts";
import { createLabelReader, type LabelBudget, type LabelReader } from "./label-reader.ts";
import type { ColumnSpace } from "./sample-columns.ts";
import { createSeriesReader, type SeriesReader } from "./series-reader.ts";
import { createSpanReader, type SpanReader } from "./span-reader.ts";

/** Reads one file. What is asked of it, is asked between `begin` and `end`: one state of the file for one question. */
export type DayReader = {
  readonly file: DayFile;
  readonly connection: Connection;
  readonly dayStartNs: bigint;
  readonly begin: () => void;
  readonly end: () => void;
  readonly series: SeriesReader;
  readonly streams: LabelReader;
  readonly spans: SpanReader;
  readonly close: () => void;
};

const CACHE_KB = 512;

export function openDayReader(
  file: DayFile,
  budget: LabelBudget,
  maxSelectedSeries: number,
  space: ColumnSpace,
): DayReader {
  const connection = openConnection(file.path, { readOnly: true, cacheKb: CACHE_KB, check: true });
  const labels = createLabelReader(connection, "series", budget);
  const streams = createLabelReader(connection, "streams", budget);
  // A question may be asked while the lines of another are being visited.
  let depth = 0;
  return {
    file,
    connection,
    dayStartNs: BigInt(file.startMs) * 1_000_000n,
    begin: () => {
      if (depth === 0) connection.exec("BEGIN");
      depth += 1;
    },
    end: () => {
      depth -= 1;
      if (depth === 0 && connection.inTransaction()) connection.exec("COMMIT");
    },
    series: createSeriesReader(connection, file, labels, maxSelectedSeries, space),
    streams,
    spans: createSpanReader(connection),
    close: () => {
      labels.forget();
      streams.forget();
      connection.close();
    },
  };
}

/** Tells a file from another one that has its name now; undefined where there is none. */
export function identityOf({ path }: DayFile): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.dev} ${stat.ino}`;
}
