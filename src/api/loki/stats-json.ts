/** What a query read and how long it took; `lines` before any filter. */
export type QueryStats = {
  readonly lines: number;
  readonly bytes: number;
  readonly entriesReturned: number;
  readonly seconds: number;
};

const perSecond = (count: number, seconds: number): number => (seconds > 0 ? Math.round(count / seconds) : 0);

/**
 * Loki's statistics. The summary is what clients show; the parts about queriers, ingesters and caches are there, because clients look
 * into them, and empty, because there are none here.
 */
export const statsJson = ({ lines, bytes, entriesReturned, seconds }: QueryStats): string =>
  JSON.stringify({
    summary: {
      bytesProcessedPerSecond: perSecond(bytes, seconds),
      linesProcessedPerSecond: perSecond(lines, seconds),
      totalBytesProcessed: bytes,
      totalLinesProcessed: lines,
      execTime: seconds,
      queueTime: 0,
      subqueries: 0,
      totalEntriesReturned: entriesReturned,
      splits: 0,
      shards: 0,
      totalPostFilterLines: 0,
      totalStructuredMetadataBytesProcessed: 0,
    },
    querier: { store: { totalChunksRef: 0, totalChunksDownloaded: 0, chunksDownloadTime: 0, chunk: {} } },
    ingester: {
      totalReached: 0,
      totalChunksMatched: 0,
      totalBatches: 0,
      totalLinesSent: 0,
      store: { totalChunksRef: 0, totalChunksDownloaded: 0, chunksDownloadTime: 0, chunk: {} },
    },
    cache: { chunk: {}, index: {}, result: {}, statsResult: {}, volumeResult: {}, seriesResult: {}, labelResult: {} },
    index: { totalChunks: 0, postFilterChunks: 0, shardsDuration: 0 },
  });
