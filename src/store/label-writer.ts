import type { LabelSet, Labels } from "../signals/index.ts";
import type { Connection } from "./connection.ts";
import { hashOf } from "./hash.ts";
import { labelCountOf } from "./integrity.ts";
import { createRecentMap } from "./recent-map.ts";

/** Gives label sets their numbers within one file. */
export type LabelWriter = {
  /** The number of a label set, new or known; undefined where the file has as many as it may. */
  readonly idOf: (set: LabelSet) => number | undefined;
  /** Forgets all numbers, because some of them may have been rolled back. */
  readonly reset: () => void;
};

// Chosen so that the caches of a busy file stay within some 20 MB: keys of label sets are some 300 bytes.
const RECENT_SETS = 30_000;
const RECENT_LABELS = 20_000;

/** One text for one set of labels: a JSON object, sorted by name. */
export function labelsTextOf(labels: Labels): string {
  const names = Object.keys(labels).sort();
  const sorted: Record<string, string> = {};
  for (const name of names) {
    if (!keepsItsPlace(name)) return joinedText(names, labels);
    sorted[name] = labels[name] as string;
  }
  return JSON.stringify(sorted);
}

/** Objects put numbers before other names, and one name is no name of theirs. */
const keepsItsPlace = (name: string): boolean => name.charCodeAt(0) >= UPPER_A && name !== "__proto__";
const UPPER_A = 65;

const SEPARATOR = "\u{10ffff}";

/** The text whose hash is in the file: it must stay what it is, or series of files that are there would be written a second time. */
function hashedTextOf(labels: Labels): string {
  let text = "";
  for (const name of Object.keys(labels).sort()) text += `${name}${SEPARATOR}${labels[name]}${SEPARATOR}`;
  return text;
}

const joinedText = (names: readonly string[], labels: Labels): string =>
  `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(labels[name])}`).join(",")}}`;

export function createLabelWriter(connection: Connection, table: "series" | "streams", most: number): LabelWriter {
  const recent = createRecentMap<string, number>(RECENT_SETS);
  const recentLabels = createRecentMap<string, number>(RECENT_LABELS);
  const find = connection.prepare(`SELECT id, labels FROM ${table} WHERE hash = ?`);
  const insert = connection.prepare(`INSERT INTO ${table} VALUES (?, ?, ?)`);
  const findLabel = connection.prepare(`SELECT id FROM ${table}_labels WHERE name = ? AND value = ?`);
  const insertLabel = connection.prepare(`INSERT INTO ${table}_labels (name, value) VALUES (?, ?)`);
  const insertPosting = connection.prepare(`INSERT INTO ${table}_postings VALUES (?, ?)`);
  const readLast = (): number =>
    labelCountOf(connection.path, connection.prepare(`SELECT max(id) FROM ${table}`).get()?.[0]);
  let last = readLast();

  const labelIdOf = (name: string, value: string): number => {
    const key = `${name.length} ${name}${value}`;
    let id = recentLabels.get(key);
    if (id === undefined) {
      id = Number(findLabel.get(name, value)?.[0] ?? insertLabel.run(name, value).lastInsertRowid);
      recentLabels.set(key, id);
    }
    return id;
  };

  return {
    idOf: ({ labels, key }) => {
      const known = recent.get(key);
      if (known !== undefined) return known;
      const hash = hashOf(hashedTextOf(labels));
      const text = labelsTextOf(labels);
      const found = find.all(hash).find((row) => row[1] === text);
      if (found !== undefined) {
        recent.set(key, Number(found[0]));
        return Number(found[0]);
      }
      if (last >= most) return undefined;
      insert.run(last + 1, hash, text);
      last += 1;
      for (const name of Object.keys(labels)) insertPosting.run(labelIdOf(name, labels[name] as string), last);
      recent.set(key, last);
      return last;
    },
    reset: () => {
      recent.clear();
      recentLabels.clear();
      last = readLast();
    },
  };
}
