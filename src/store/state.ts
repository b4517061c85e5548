import { existsSync } from "node:fs";
import type { MetricMetadata, MetricType } from "../signals/index.ts";
import { type Connection, createDatabase, openConnection } from "./connection.ts";
import { createRecentMap } from "./recent-map.ts";
import { STATE_SCHEMA } from "./schema.ts";

/** state.sqlite: what belongs to no day. */
export type State = {
  readonly connection: Connection;
  readonly get: (key: string) => string | undefined;
  readonly set: (key: string, value: string) => void;
  readonly describe: (metadata: MetricMetadata) => void;
  readonly begin: () => void;
  readonly commit: () => void;
  readonly rollback: () => void;
};

const CACHE_KB = 512;
const KNOWN_METRICS = 5000;

export function openState(path: string): State {
  if (!existsSync(path)) createDatabase(path, STATE_SCHEMA);
  const connection = openConnection(path, { cacheKb: CACHE_KB, check: true });
  const known = createRecentMap<string, string>(KNOWN_METRICS);
  return {
    connection,
    begin: () => {
      if (!connection.inTransaction()) connection.exec("BEGIN IMMEDIATE");
    },
    commit: () => {
      if (connection.inTransaction()) connection.exec("COMMIT");
    },
    rollback: () => {
      known.clear();
      if (connection.inTransaction()) connection.exec("ROLLBACK");
    },
    get: (key) => {
      const value = connection.prepare("SELECT value FROM entries WHERE key = ?").get(key)?.[0];
      return value === undefined ? undefined : String(value);
    },
    set: (key, value) => {
      connection
        .prepare("INSERT INTO entries VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
        .run(key, value);
    },
    describe: ({ metric, type, help, unit }) => {
      const text = JSON.stringify([type, help, unit]);
      if (known.get(metric) === text) return;
      connection
        .prepare(
          `INSERT INTO metrics VALUES (?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET type = excluded.type, help = excluded.help, unit = excluded.unit
          WHERE (type, help, unit) IS NOT (excluded.type, excluded.help, excluded.unit)`,
        )
        .run(metric, type, help, unit);
      known.set(metric, text);
    },
  };
}

export function readMetadata(connection: Connection): MetricMetadata[] {
  return connection
    .prepare("SELECT metric, type, help, unit FROM metrics ORDER BY metric")
    .all()
    .map(([metric, type, help, unit]) => ({
      metric: String(metric),
      type: type as MetricType,
      help: String(help),
      unit: String(unit),
    }));
}
