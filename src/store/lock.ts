import { ObservatoryError } from "../base/index.ts";
import { type Connection, openConnection } from "./connection.ts";
import { isBusy } from "./faults.ts";

export type WriterLock = { readonly release: () => void };

const TAKE = "BEGIN IMMEDIATE";

function ownerOf(connection: Connection): string {
  try {
    return String(connection.prepareOnce("SELECT pid FROM owner").get()?.[0] ?? "unknown");
  } catch {
    return "unknown";
  }
}

/**
 * Takes the directory for this writer. The lock is one that SQLite has on the file: it ends with the process however that ends, works between
 * threads as well, and others can still read who holds it. Throws AO_STORE_LOCKED.
 */
export function takeWriterLock(path: string, pid: number): WriterLock {
  const connection = openConnection(path, { cacheKb: 64, busyTimeoutMs: 0, check: false });
  try {
    connection.exec(TAKE);
    connection.exec(`CREATE TABLE IF NOT EXISTS owner (pid INTEGER NOT NULL);
      DELETE FROM owner; INSERT INTO owner VALUES (${pid}); COMMIT`);
    // Between these two another may come first; then it is the owner.
    connection.exec(TAKE);
  } catch (error) {
    const owner = ownerOf(connection);
    connection.close();
    if (!isBusy(error)) throw error;
    throw new ObservatoryError("AO_STORE_LOCKED", {
      expected: "to be the only writer of the store",
      received: `one that process ${owner} writes (${path})`,
    });
  }
  return {
    release: () => {
      connection.exec("ROLLBACK");
      connection.close();
    },
  };
}
