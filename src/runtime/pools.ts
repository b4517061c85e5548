import type { Metrics } from "../metrics/index.ts";

/** How a pool of connections is read. Must not hold the pool. */
export type PoolKind = {
  /** `host:port/database`, never with credentials; undefined as long as that is not known. */
  readonly nameOf: (pool: object) => string | undefined;
  /** Undefined where the pool is closed. */
  readonly stateOf: (
    pool: object,
  ) => { readonly idle: number; readonly used: number; readonly pending: number } | undefined;
};

export type PoolWatch = {
  /** Called whenever a pool is seen at work; the first time is what counts. */
  readonly see: (pool: object, kind: PoolKind) => void;
};

/** A program that makes a pool for each request has another problem, and is not to have this one. */
const MAX_POOLS = 256;

type State = ReturnType<PoolKind["stateOf"]>;
type Watched = { readonly pool: WeakRef<object>; readonly kind: PoolKind };

/** Tells of the pools of the program whenever metrics are looked at. Pools of the same name are added up, as those of a cluster's nodes. */
export function createPoolWatch(metrics: Metrics): PoolWatch {
  const seen = new WeakSet<object>();
  const pools = new Set<Watched>();
  const told = new Set<string>();
  let watching = false;

  const dropCollected = (): void => {
    for (const one of pools) if (one.pool.deref() === undefined) pools.delete(one);
  };
  const tell = (name: string, idle: number, used: number, pending: number): void => {
    const label = { db_client_connection_pool_name: name };
    metrics.note("db_client_connection_count", { ...label, db_client_connection_state: "idle" }, idle);
    metrics.note("db_client_connection_count", { ...label, db_client_connection_state: "used" }, used);
    metrics.note("db_client_connection_pending_requests", label, pending);
  };
  /** What cannot be read is given up, so that it harms no other. */
  const stateOf = ({ kind }: Watched, pool: object): State => {
    try {
      return kind.stateOf(pool);
    } catch {
      return undefined;
    }
  };
  const collect = (): void => {
    const sums = new Map<string, { idle: number; used: number; pending: number }>();
    for (const one of pools) {
      const pool = one.pool.deref();
      const state = pool && stateOf(one, pool);
      if (pool === undefined || state === undefined) {
        pools.delete(one);
        // One that is closed and opened again is seen again.
        if (pool !== undefined) seen.delete(pool);
        continue;
      }
      const name = one.kind.nameOf(pool);
      if (name === undefined) continue;
      const sum = sums.get(name) ?? { idle: 0, used: 0, pending: 0 };
      sum.idle += state.idle;
      sum.used += state.used;
      sum.pending += state.pending;
      sums.set(name, sum);
    }
    for (const [name, { idle, used, pending }] of sums) tell(name, idle, used, pending);
    for (const name of told) {
      if (sums.has(name)) continue;
      told.delete(name);
      tell(name, 0, 0, 0);
    }
    for (const name of sums.keys()) told.add(name);
  };

  return {
    see: (pool, kind) => {
      if (seen.has(pool)) return;
      if (pools.size >= MAX_POOLS) dropCollected();
      if (pools.size >= MAX_POOLS) return;
      seen.add(pool);
      pools.add({ pool: new WeakRef(pool), kind });
      if (!watching) metrics.watch(collect);
      watching = true;
    },
  };
}
