import type { Clock, ObservatoryError } from "../base/index.ts";
import type {
  LogSource,
  MetricMetadata,
  NewExemplar,
  NewLogLine,
  NewSample,
  SeriesCatalog,
  Span,
  SpanSource,
} from "../signals/index.ts";

/** Something in the store that cannot be read or was set aside. Told once per file; the rest of the store goes on. */
export type StoreFault = { readonly path: string; readonly error: ObservatoryError };

export type StoreOptions = {
  readonly directory: string;
  readonly clock: Clock;
  readonly onFault?: (fault: StoreFault) => void;
};

export type Retention = {
  readonly maxAgeMs: number;
  /** Of all files together; when it is reached, the oldest data go, down to the oldest part of today. */
  readonly maxBytes: number;
};

export type WriterOptions = StoreOptions & {
  readonly retention: Retention;
  /** Series and log streams that one file takes; more are refused. 200,000 where not given. */
  readonly maxSeriesPerDay?: number;
};

export type ReaderOptions = StoreOptions & {
  /** A selection beyond these ends in AO_STORE_LIMIT. 10,000,000 samples (160 MB) and 200,000 series where not given. */
  readonly maxSelectedSamples?: number;
  readonly maxSelectedSeries?: number;
};

export type WriteBatch = {
  readonly samples?: readonly NewSample[];
  readonly exemplars?: readonly NewExemplar[];
  readonly metadata?: readonly MetricMetadata[];
  readonly logs?: readonly NewLogLine[];
  readonly spans?: readonly Span[];
  /** Called with each span that the store takes and did not have. With a damaged file it may be called twice. */
  readonly onNewSpan?: (span: Span) => void;
};

export type RejectedKind = "samples" | "exemplars" | "logs" | "spans";

/** What of a batch is not stored although the store works: for the partial success of OTLP. */
export type Rejected = { readonly kind: RejectedKind; readonly count: number; readonly reason: string };

export type StoreUsage = {
  /** On the disk, with what SQLite keeps beside its files. */
  readonly bytes: number;
  /** UTC days with data, the oldest first. */
  readonly days: readonly string[];
  /** Begin of the oldest day; undefined while nothing is stored. */
  readonly oldestMs: number | undefined;
  /** Counted per file: a series that lives for two days counts twice. */
  readonly series: number;
  readonly samples: number;
  readonly streams: number;
  readonly lines: number;
  readonly spans: number;
};

/**
 * All methods throw `ObservatoryError`. After an error of `write` or `commit` nothing that was written since the last commit is kept, and
 * the writer can be used again at once: on AO_STORE_FULL as soon as there is space. What is written twice is stored once.
 */
export type StoreWriter = {
  /** Into the open transaction. */
  readonly write: (batch: WriteBatch) => readonly Rejected[];
  /** When it returns, what was written survives the end of the process. */
  readonly commit: () => void;
  readonly rollback: () => void;
  /**
   * Retention, compaction and checkpoints: some 50 ms of work, called every few seconds and never with a transaction open (it commits).
   * True: there is more to do, call again soon.
   */
  readonly maintain: () => boolean;
  /**
   * What a reader told to its `onFault`: a damaged file is set aside, so that nothing new is written where it could not be read. The writer
   * itself only notices what it comes across.
   */
  readonly distrust: (fault: StoreFault) => void;
  readonly usage: () => StoreUsage;
  /** Small texts that are kept across restarts; a `set` belongs to the open transaction. */
  readonly state: {
    readonly get: (key: string) => string | undefined;
    readonly set: (key: string, value: string) => void;
  };
  /** Rolls back what is not committed. */
  readonly close: () => void;
};

/** Sees at each call what was committed before it. A file that cannot be read is left out and told to `onFault`. */
export type StoreReader = SeriesCatalog &
  LogSource &
  SpanSource & {
    readonly usage: () => StoreUsage;
    /** Samples that are selected within `work` must not be used after it: the next one gets their memory. */
    readonly scoped: <Result>(work: () => Result) => Result;
    readonly close: () => void;
  };
