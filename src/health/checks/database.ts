import type { HealthCheck } from "../check.ts";

type Method = (...args: unknown[]) => unknown;
type Client = { readonly [member in "query" | "promise" | "ping" | "db" | "command" | "prepare"]?: unknown };

const QUESTION = "SELECT 1";
const call = (client: Client, name: keyof Client, ...args: unknown[]): unknown =>
  (client[name] as Method).call(client, ...args);

/** What kinds of client there are, by a method that they have; the first that fits is asked in its way. */
const SHAPES: readonly (readonly [method: keyof Client, ask: (client: Client) => unknown])[] = [
  // mysql2 with callbacks, which has its promises under this name
  ["promise", (client) => call(call(client, "promise") as Client, "query", QUESTION)],
  // pg, mysql2/promise
  ["query", (client) => call(client, "query", QUESTION)],
  // redis, ioredis; these have a method for every command, and so one that is called command
  ["ping", (client) => call(client, "ping")],
  // mongodb: a database, or a client
  ["command", (db) => call(db, "command", { ping: 1 })],
  ["db", (client) => call(call(client, "db") as Client, "command", { ping: 1 })],
  // node:sqlite, better-sqlite3
  ["prepare", (client) => (call(client, "prepare", QUESTION) as { readonly get: () => unknown }).get()],
];

/**
 * Whether a database answers, asked through the program's own pool or client, which is told by its shape: pg, mysql2, redis, ioredis, mongodb,
 * node:sqlite. A pool without a free connection makes it wait, until the check's timeout.
 */
export function databaseCheck(client: object): HealthCheck {
  return async () => {
    const given = client as Client;
    const shape = SHAPES.find(([method]) => typeof given[method] === "function");
    if (shape === undefined) return { status: "unhealthy", message: "the check does not know this kind of client" };
    await shape[1](given);
    return { status: "healthy", message: "ok" };
  };
}
