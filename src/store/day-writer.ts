import type { NewExemplar, NewLogLine, NewSample, Span } from "../signals/index.ts";
import { addNames } from "./attribute-names.ts";
import { type Connection, openConnection } from "./connection.ts";
import type { DayFile } from "./files.ts";
import { labelCountOf } from "./integrity.ts";
import { createLabelWriter } from "./label-writer.ts";
import { createLineWriter, type LineOutcome } from "./line-writer.ts";
import { createSampleWriter } from "./sample-writer.ts";
import { createSpanWriter } from "./span-writer.ts";

/** Writes one file. The first `add` opens its transaction. */
export type DayWriter = {
  readonly file: DayFile;
  readonly connection: Connection;
  readonly addSample: (sample: NewSample) => boolean;
  readonly addExemplar: (exemplar: NewExemplar) => boolean;
  readonly addLine: (line: NewLogLine) => LineOutcome;
  readonly addSpan: (span: Span) => boolean;
  readonly commit: () => void;
  readonly rollback: () => void;
  readonly seriesCount: () => number;
  readonly headSamples: () => number;
  /** Samples that went from the head into chunks: the first negative, the second positive. Within a transaction of the caller. */
  readonly moveSamples: (head: number, chunks: number) => void;
  readonly close: () => void;
};

export type DayWriterOptions = {
  readonly cacheKb: number;
  readonly checkpointPages: number;
  readonly maxSeries: number;
};

type Totals = { segments: number; head: number; chunks: number; lines: number; spans: number };

export function openDayWriter(file: DayFile, options: DayWriterOptions): DayWriter {
  const connection = openConnection(file.path, { cacheKb: options.cacheKb, check: true });
  connection.exec(
    `PRAGMA wal_autocheckpoint = ${options.checkpointPages}; PRAGMA journal_size_limit = ${options.checkpointPages * 4096}`,
  );
  addNames(connection);
  const series = createLabelWriter(connection, "series", options.maxSeries);
  const streams = createLabelWriter(connection, "streams", options.maxSeries);
  const samples = createSampleWriter(connection, series);
  const lines = createLineWriter(connection, streams);
  const spans = createSpanWriter(connection);
  const dayStartNs = BigInt(file.startMs) * 1_000_000n;

  const readTotals = (): Totals => {
    const row =
      connection.prepare("SELECT last_segment, head_samples, chunk_samples, lines, spans FROM file").get() ?? [];
    const [segments = 0, head = 0, chunks = 0, lineCount = 0, spanCount = 0] = row.map(Number);
    return { segments, head, chunks, lines: lineCount, spans: spanCount };
  };
  const writeTotals = connection.prepare(
    "UPDATE file SET last_segment = ?, head_samples = ?, chunk_samples = ?, lines = ?, spans = ?",
  );
  const totals = readTotals();
  const saveTotals = (): void => {
    writeTotals.run(totals.segments, totals.head, totals.chunks, totals.lines, totals.spans);
  };
  let open = false;
  const begin = (): void => {
    if (open) return;
    connection.exec("BEGIN IMMEDIATE");
    open = true;
  };
  const seriesCount = connection.prepare("SELECT max(id) FROM series");

  return {
    file,
    connection,
    addSample: ({ series: set, timeMs, value, stale }) => {
      begin();
      return samples.add(set, timeMs - file.startMs, value, stale === true);
    },
    addExemplar: (exemplar) => {
      begin();
      return samples.addExemplar(exemplar);
    },
    addLine: (line) => {
      begin();
      const outcome = lines.add(line, Number(line.timeNs - dayStartNs));
      if (outcome === "stored") totals.lines += 1;
      return outcome;
    },
    addSpan: (span) => {
      begin();
      const added = spans.add(span);
      if (added) totals.spans += 1;
      return added;
    },
    commit: () => {
      if (!open) return;
      const written = samples.flush(totals.segments + 1);
      if (written > 0) {
        totals.segments += 1;
        totals.head += written;
      }
      saveTotals();
      connection.exec("COMMIT");
      open = false;
    },
    rollback: () => {
      samples.discard();
      if (!open) return;
      open = false;
      // SQLite ends the transaction by itself on some errors, a full disk among them.
      if (connection.inTransaction()) connection.exec("ROLLBACK");
      for (const one of [series, streams, lines, spans]) one.reset();
      Object.assign(totals, readTotals());
    },
    seriesCount: () => labelCountOf(connection.path, seriesCount.get()?.[0]),
    headSamples: () => totals.head,
    moveSamples: (head, chunks) => {
      totals.head += head;
      totals.chunks += chunks;
      saveTotals();
    },
    close: connection.close,
  };
}
