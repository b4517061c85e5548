import { renameSync, rmSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";
import { ObservatoryError } from "../base/index.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "./schema.ts";

export type Parameter = SQLInputValue;
export type Row = readonly SQLOutputValue[];

/** A prepared statement whose rows are arrays. */
export type Statement = {
  readonly run: (...parameters: readonly Parameter[]) => { readonly changes: number; readonly lastInsertRowid: number };
  readonly get: (...parameters: readonly Parameter[]) => Row | undefined;
  readonly all: (...parameters: readonly Parameter[]) => Row[];
  readonly iterate: (...parameters: readonly Parameter[]) => IterableIterator<Row>;
};

export type Connection = {
  readonly path: string;
  readonly exec: (sql: string) => void;
  /** The same statement for the same text: not for two iterations at once. */
  readonly prepare: (sql: string) => Statement;
  /** A statement of its own; with `bigInts` its integers are read as bigint. */
  readonly prepareOnce: (sql: string, options?: { readonly bigInts?: boolean }) => Statement;
  readonly inTransaction: () => boolean;
  readonly close: () => void;
};

export type ConnectionOptions = {
  readonly readOnly?: boolean;
  readonly cacheKb: number;
  readonly busyTimeoutMs?: number;
  /** Whether it is a file of ours that must be of a known version. */
  readonly check: boolean;
};

const BUSY_TIMEOUT_MS = 2000;

export function openConnection(path: string, options: ConnectionOptions): Connection {
  const { readOnly = false, cacheKb, busyTimeoutMs = BUSY_TIMEOUT_MS, check } = options;
  const database = new DatabaseSync(path, {
    readOnly,
    timeout: busyTimeoutMs,
    returnArrays: true,
    enableForeignKeyConstraints: false,
  });
  const prepared = new Map<string, Statement>();
  const prepareOnce: Connection["prepareOnce"] = (sql, { bigInts = false } = {}) => {
    const statement = database.prepare(sql);
    if (bigInts) statement.setReadBigInts(true);
    // The declared types know objects only; `returnArrays` above makes the rows arrays.
    return statement as unknown as Statement;
  };
  const connection: Connection = {
    path,
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      let statement = prepared.get(sql);
      if (statement === undefined) {
        statement = prepareOnce(sql);
        prepared.set(sql, statement);
      }
      return statement;
    },
    prepareOnce,
    inTransaction: () => database.isTransaction,
    close: () => {
      prepared.clear();
      if (database.isOpen) database.close();
    },
  };
  try {
    if (check) checkSchema(connection);
    connection.exec(`PRAGMA cache_size = -${cacheKb}; PRAGMA temp_store = MEMORY;`);
    if (readOnly) connection.exec("PRAGMA query_only = 1");
    else connection.exec("PRAGMA synchronous = NORMAL");
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

/** What lies beside a database while it is in use. */
export const COMPANIONS = ["", "-wal", "-shm", "-journal"] as const;

/** Removes a database with all that SQLite keeps beside it, itself first: nobody opens it without its log. Who has it open goes on with it. */
export function removeDatabase(path: string): void {
  for (const suffix of COMPANIONS) rmSync(path + suffix, { force: true });
}

export const DRAFT_SUFFIX = ".new";

/** Makes a complete file under another name first: nobody ever sees half a schema, and its header is in the file itself, not in a log. */
export function createDatabase(path: string, schema: string): void {
  const draft = path + DRAFT_SUFFIX;
  removeDatabase(draft);
  const connection = openConnection(draft, { cacheKb: 512, check: false });
  try {
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`);
    connection.exec(`BEGIN; ${schema} COMMIT; PRAGMA journal_mode = WAL;`);
  } finally {
    connection.close();
  }
  renameSync(draft, path);
}

/**
 * To be asked of every connection before anything else. Throws AO_STORE_SCHEMA where the file is of a newer version, AO_STORE_CORRUPT where it is
 * none of ours. Asks SQLite: opening the file beside it and closing it again would drop the locks that this process has on it (POSIX).
 */
export function checkSchema(connection: Connection): void {
  const { path } = connection;
  const pragma = (name: string): number => Number(connection.prepareOnce(`PRAGMA ${name}`).get()?.[0]);
  if (pragma("application_id") !== APPLICATION_ID)
    throw new ObservatoryError("AO_STORE_CORRUPT", {
      expected: `a file of the store at ${path}`,
      received: "a database of another program",
    });
  const version = pragma("user_version");
  if (version > SCHEMA_VERSION)
    throw new ObservatoryError("AO_STORE_SCHEMA", {
      expected: `schema version ${SCHEMA_VERSION} or older`,
      received: `version ${version} in ${path}`,
    });
}
