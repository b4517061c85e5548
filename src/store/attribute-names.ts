import type { Attributes, Span } from "../signals/index.ts";
import type { Connection } from "./connection.ts";

/**
 * The names that attributes of spans and of their events have in a file. A search for a name that is not among them, `error` mostly, need not look
 * into each span.
 */
export const NAMES_SCHEMA = "CREATE TABLE span_attribute_names (name TEXT PRIMARY KEY) WITHOUT ROWID;";

/** Stands for every name: where there are too many, and where a file was begun by a version that kept none. */
const ANY = "";
/** Names that are made up by programs, of ids say, are not worth their room. */
const MAX_NAMES = 10_000;

const hasNames = (connection: Connection): boolean =>
  connection.prepareOnce("SELECT 1 FROM sqlite_master WHERE name = 'span_attribute_names'").get() !== undefined;

/** To be asked before spans are written to a file of schema version 1. */
export function addNames(connection: Connection): void {
  if (hasNames(connection)) return;
  connection.exec(
    `BEGIN IMMEDIATE; ${NAMES_SCHEMA} INSERT INTO span_attribute_names VALUES ('${ANY}'); PRAGMA user_version = 2; COMMIT`,
  );
}

export type NameWriter = {
  readonly add: (span: Span) => void;
  readonly reset: () => void;
};

export function createNameWriter(connection: Connection): NameWriter {
  const insert = connection.prepare("INSERT INTO span_attribute_names VALUES (?) ON CONFLICT DO NOTHING");
  const read = (): Set<string> =>
    new Set(
      connection
        .prepareOnce("SELECT name FROM span_attribute_names")
        .all()
        .map(([name]) => String(name)),
    );
  let known = read();
  const addName = (name: string): void => {
    if (known.has(name) || known.has(ANY)) return;
    const kept = known.size < MAX_NAMES ? name : ANY;
    insert.run(kept);
    known.add(kept);
  };
  const addAll = (attributes: Attributes): void => {
    for (const name in attributes) addName(name);
  };
  return {
    add: ({ attributes, events }) => {
      addAll(attributes);
      for (const event of events) addAll(event.attributes);
      // Jaeger shows the name of an event as a tag.
      if (events.length > 0) addName("event");
    },
    reset: () => {
      known = read();
    },
  };
}

/** Whether a span of the file can have an attribute of the name, or an event of its. */
export const canHave = (connection: Connection, name: string): boolean =>
  !hasNames(connection) ||
  connection.prepareOnce("SELECT 1 FROM span_attribute_names WHERE name IN (?, ?)").get(name, ANY) !== undefined;
