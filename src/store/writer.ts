import type { ObservatoryError } from "../base/index.ts";
import { openConnection } from "./connection.ts";
import { type Blame, createDayPool } from "./day-pool.ts";
import { isCorrupt, storeError } from "./faults.ts";
import {
  createDirectories,
  DAY_MS,
  listDayFiles,
  lockPathOf,
  removeLeftovers,
  setAside,
  statePathOf,
} from "./files.ts";
import { takeWriterLock, type WriterLock } from "./lock.ts";
import { createMaintenance } from "./maintenance.ts";
import { placeBatch } from "./placer.ts";
import { oldestKeptMs, partBytesOf } from "./retention.ts";
import { openState, type State } from "./state.ts";
import type { Rejected, StoreWriter, WriteBatch, WriterOptions } from "./types.ts";
import { createUsageReader } from "./usage.ts";

const DEFAULT_MAX_SERIES = 200_000;
/** Per file; two are open around midnight. Twice as much did not make a million spans with random ids any faster. */
const CACHE_KB = 4096;
const PAGE_BYTES = 4096;
/** SQLite moves its log into the file at a quarter of a part, between these two. */
const [LEAST_CHECKPOINT_PAGES, MOST_CHECKPOINT_PAGES] = [64, 8000];
const MOST_FUTURE_MS = 3_600_000;
/** Before this nothing is taken, because the limit of bytes has removed it already. */
const FLOOR_KEY = "store.floor_ms";

type Told = (path: string, error: ObservatoryError) => void;

/** Runs `open`; where the file is damaged, sets it aside, and tries once more if `again`. */
function withSettingAside<Result>(path: string, told: Told, open: () => Result, again: boolean): Result | undefined {
  try {
    return open();
  } catch (error) {
    const fault = storeError(error, path);
    if (fault === undefined || !isCorrupt(fault)) throw fault ?? error;
    told(setAside(path), fault);
    return again ? open() : undefined;
  }
}

/**
 * Opens the store of a directory for writing; creates it where there is none. Throws AO_STORE_LOCKED where another writer has it,
 * AO_STORE_SCHEMA where a newer version wrote it, AO_STORE_DIRECTORY and AO_STORE_FULL.
 */
export function openStoreWriter(options: WriterOptions): StoreWriter {
  const { directory, onFault } = options;
  const told: Told = (path, error) => onFault?.({ path, error });
  const lockPath = lockPathOf(directory);
  let lock: WriterLock | undefined;
  try {
    createDirectories(directory);
    lock = takeWriterLock(lockPath, process.pid);
    removeLeftovers(directory);
    for (const { path, damaged } of listDayFiles(directory)) {
      const look = (): void => openConnection(path, { readOnly: true, cacheKb: 64, check: true }).close();
      if (!damaged) withSettingAside(path, told, look, false);
    }
    return createWriter(options, lock, told);
  } catch (error) {
    lock?.release();
    throw storeError(error, lockPath) ?? error;
  }
}

/** What a transaction was given, so that it can be given again where a file turns out to be damaged. */
type Pending = { readonly batch: WriteBatch } | { readonly key: string; readonly value: string };

function createWriter(options: WriterOptions, lock: WriterLock, told: Told): StoreWriter {
  const { directory, clock, retention, maxSeriesPerDay = DEFAULT_MAX_SERIES } = options;
  const statePath = statePathOf(directory);
  const blame: Blame = { path: statePath };
  const openStateAgain = (): State => withSettingAside(statePath, told, () => openState(statePath), true) as State;
  let state = openStateAgain();
  let floorMs = Number(state.get(FLOOR_KEY) ?? 0);
  const pages = Math.floor(partBytesOf(retention) / 4 / PAGE_BYTES);
  const checkpointPages = Math.min(MOST_CHECKPOINT_PAGES, Math.max(LEAST_CHECKPOINT_PAGES, pages));
  const pool = createDayPool(directory, { cacheKb: CACHE_KB, checkpointPages, maxSeries: maxSeriesPerDay }, blame);
  const maintenance = createMaintenance({
    directory,
    clock,
    retention,
    pool,
    blame,
    onDayRemoved: (startMs) => {
      if (startMs + DAY_MS <= floorMs || startMs + DAY_MS > clock.nowMs()) return;
      floorMs = startMs + DAY_MS;
      blame.path = statePath;
      state.set(FLOOR_KEY, String(floorMs));
    },
  });
  const usage = createUsageReader(directory);
  let pending: Pending[] = [];

  const inState = <Result>(work: () => Result): Result => {
    blame.path = statePath;
    return work();
  };
  const put = (one: Pending): Rejected[] => {
    if ("key" in one) {
      inState(() => state.begin());
      state.set(one.key, one.value);
      return [];
    }
    const { batch } = one;
    if (batch.metadata !== undefined && batch.metadata.length > 0) {
      inState(() => state.begin());
      for (const metadata of batch.metadata) state.describe(metadata);
    }
    const nowMs = clock.nowMs();
    const limits = {
      oldestMs: Math.max(floorMs, oldestKeptMs(retention, nowMs)),
      newestMs: nowMs + MOST_FUTURE_MS,
    };
    return placeBatch(batch, limits, pool.of);
  };
  const commitAll = (): void => {
    for (const day of pool.all()) {
      blame.path = day.file.path;
      day.commit();
    }
    inState(() => state.commit());
  };
  const rollbackAll = (): void => {
    for (const day of pool.all()) {
      try {
        day.rollback();
      } catch {
        // It cannot even roll back: its connection is of no more use, and closing it does the same.
        pool.close(day.file.path);
      }
    }
    state.rollback();
  };
  const setAsideBlamed = (fault: ObservatoryError): void => {
    const { path } = blame;
    if (path === statePath) {
      state.connection.close();
      told(setAside(path), fault);
      state = openStateAgain();
    } else told(pool.setAside(path), fault);
  };
  /** Does `work`; where a file turns out to be damaged, without that file and with what was pending once more. */
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      const fault = storeError(error, blame.path);
      rollbackAll();
      if (fault === undefined || !isCorrupt(fault)) {
        pending = [];
        throw fault ?? error;
      }
      try {
        setAsideBlamed(fault);
        for (const one of pending) put(one);
        return work();
      } catch (second) {
        rollbackAll();
        pending = [];
        throw storeError(second, blame.path) ?? second;
      }
    }
  };
  const commit = (): void => {
    attempt(commitAll);
    pending = [];
  };

  return {
    write: (batch) => {
      const rejected = attempt(() => put({ batch }));
      pending.push({ batch });
      return rejected;
    },
    commit: () => {
      commit();
      try {
        attempt(maintenance.afterCommit);
      } catch {
        // What was written is durable; where the disk is full or worse, the next write says so.
      }
    },
    rollback: () => {
      pending = [];
      rollbackAll();
    },
    maintain: () => {
      commit();
      return attempt(maintenance.run);
    },
    distrust: ({ path, error }) => {
      commit();
      const isOurs = listDayFiles(directory).some((file) => file.path === path && !file.damaged);
      if (isOurs) told(pool.setAside(path), error);
    },
    usage,
    state: {
      get: (key) => inState(() => state.get(key)),
      set: (key, value) => {
        attempt(() => put({ key, value }));
        pending.push({ key, value });
      },
    },
    close: () => {
      rollbackAll();
      for (const day of pool.all()) pool.close(day.file.path);
      state.connection.close();
      lock.release();
    },
  };
}
