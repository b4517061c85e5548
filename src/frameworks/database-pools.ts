import type { AdoptedFile } from "./module-hooks.ts";
import { replaceMethod } from "./replace-method.ts";

/** How the pool of a library is read: see `PoolKind` in the room runtime. */
type PoolKind = {
  readonly nameOf: (pool: object) => string | undefined;
  readonly stateOf: (
    pool: object,
  ) => { readonly idle: number; readonly used: number; readonly pending: number } | undefined;
};

export type DatabasePoolsOptions = {
  /** Names of libraries that configuration switches off. */
  readonly disabled: readonly string[];
  /** Told of a pool whenever it is used. */
  readonly onPool: (pool: object, kind: PoolKind) => void;
  readonly onFault: (error: unknown) => void;
};

type Members = Readonly<Record<string, unknown>>;
type Place = { readonly host?: unknown; readonly port?: unknown; readonly database?: unknown };

const membersOf = (value: unknown): Members =>
  (typeof value === "object" || typeof value === "function") && value !== null ? (value as Members) : {};
const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);
const lengthOf = (value: unknown): number => numberOf(membersOf(value).length);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

function nameOf({ host, port, database }: Place): string | undefined {
  if (!isText(host)) return undefined;
  const at = port === undefined || port === null || port === "" ? host : `${host}:${String(port)}`;
  return database === undefined || database === null || database === "" ? at : `${at}/${String(database)}`;
}

/** Of an address nothing but these three is ever read: the rest may be a password. */
function placeOf(address: unknown, port: number): Place {
  if (!isText(address)) return {};
  const url = URL.parse(address);
  if (url === null) return {};
  return { host: url.hostname, port: url.port || port, database: url.pathname.slice(1) };
}

const POSTGRES: PoolKind = {
  // What the options leave open is known of a connection: pg takes it from the environment.
  nameOf: (pool) => {
    const { _clients, options } = pool as Members;
    const { connectionString, ...given } = membersOf(options);
    return (
      nameOf(membersOf(Array.isArray(_clients) ? _clients[0] : undefined)) ??
      nameOf(placeOf(connectionString, 5432)) ??
      nameOf(given)
    );
  },
  stateOf: (pool) => {
    const { ended, totalCount, idleCount, waitingCount } = pool as Members;
    if (ended === true) return undefined;
    const idle = numberOf(idleCount);
    return { idle, used: numberOf(totalCount) - idle, pending: numberOf(waitingCount) };
  },
};

/** mysql2 has no counters that are public: these members are the same since its first version, and in the library that it took them from. */
const MYSQL: PoolKind = {
  nameOf: (pool) => {
    const { host, port, database, socketPath } = membersOf(membersOf((pool as Members)["config"])["connectionConfig"]);
    return isText(socketPath) ? nameOf({ host: socketPath, database }) : nameOf({ host, port, database });
  },
  stateOf: (pool) => {
    const { _closed, _allConnections, _freeConnections, _connectionQueue } = pool as Members;
    if (_closed === true) return undefined;
    const idle = lengthOf(_freeConnections);
    return { idle, used: lengthOf(_allConnections) - idle, pending: lengthOf(_connectionQueue) };
  },
};

/** A pool of each server, for all of its databases. */
const MONGODB: PoolKind = {
  nameOf: (pool) => {
    const { address } = pool as Members;
    return isText(address) ? address : undefined;
  },
  stateOf: (pool) => {
    const { closed, availableConnectionCount, totalConnectionCount, currentCheckedOutCount, waitQueueSize } =
      pool as Members;
    if (closed === true) return undefined;
    const idle = numberOf(availableConnectionCount);
    // Before 4.9 there was no count of those in use.
    const used = currentCheckedOutCount ?? numberOf(totalConnectionCount) - idle;
    return { idle, used: numberOf(used), pending: numberOf(waitQueueSize) };
  },
};

/** The address stands in the options alone, which the pool does not show. */
function redisKind(options: Members): PoolKind {
  const { url, socket, database } = options;
  const { host, port, path } = membersOf(socket);
  const said = isText(url)
    ? placeOf(url, 6379)
    : { host: path ?? host ?? "localhost", port: path ? "" : (port ?? 6379) };
  const name = nameOf({ database, ...said });
  return {
    nameOf: () => name,
    stateOf: (pool) => {
      const { isOpen, idleClients, clientsInUse, tasksQueueLength } = pool as Members;
      if (isOpen === false) return undefined;
      return { idle: numberOf(idleClients), used: numberOf(clientsInUse), pending: numberOf(tasksQueueLength) };
    },
  };
}

/**
 * The pools of connections that the program makes, seen where they are asked for a connection (that of Redis: where it is made). Nothing is
 * replaced but a method of a class that is called at once.
 */
export function databasePoolFiles({ disabled, onPool, onFault }: DatabasePoolsOptions): AdoptedFile[] {
  const see = (pool: unknown, kind: PoolKind): void => {
    try {
      if (typeof pool === "object" && pool !== null) onPool(pool, kind);
    } catch (error) {
      onFault(error);
    }
  };
  const seenAt = (packageName: string, path: string, local: string, method: string, kind: PoolKind): AdoptedFile => ({
    packageName,
    path,
    locals: [local],
    adopt: ({ get }) => {
      const { prototype } = membersOf(get(local));
      if (typeof prototype !== "object" || prototype === null) return;
      replaceMethod(
        prototype,
        method,
        (original) =>
          function (...args) {
            see(this, kind);
            return original.apply(this, args);
          },
      );
    },
  });
  const files: Readonly<Record<string, readonly AdoptedFile[]>> = {
    pg: [seenAt("pg-pool", "index", "Pool", "connect", POSTGRES)],
    mysql2: [
      seenAt("mysql2", "lib/base/pool", "BasePool", "getConnection", MYSQL),
      // Before 3.11.
      seenAt("mysql2", "lib/pool", "Pool", "getConnection", MYSQL),
    ],
    mongodb: [seenAt("mongodb", "lib/cmap/connection_pool", "ConnectionPool", "checkOut", MONGODB)],
    redis: [
      {
        packageName: "@redis/client",
        path: "dist/lib/client/pool",
        locals: ["RedisClientPool"],
        adopt: ({ get }) => {
          const pools = get("RedisClientPool");
          if (typeof pools !== "function") return;
          replaceMethod(
            pools,
            "create",
            (original) =>
              function (...args) {
                const pool = original.apply(this, args);
                // What the program gets is made from the pool, which it may leave for another made from it.
                see(membersOf(pool)["_self"] ?? pool, redisKind(membersOf(args[0])));
                return pool;
              },
          );
        },
      },
    ],
  };
  return Object.entries(files).flatMap(([name, list]) => (disabled.includes(name) ? [] : list));
}
