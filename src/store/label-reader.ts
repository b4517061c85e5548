import { createLabels, type Labels, type Matcher, matchesAll } from "../signals/index.ts";
import type { Connection, Row } from "./connection.ts";
import { decoded, labelCountOf } from "./integrity.ts";

export type StoredLabels = {
  readonly labels: Labels;
  /** Equal for equal labels, in every file. */
  readonly text: string;
};

/** Finds label sets of one file. Must be asked within a transaction. */
export type LabelReader = {
  /** Numbers of the label sets that match, in ascending order. */
  readonly match: (matchers: readonly Matcher[]) => Uint32Array;
  readonly load: (ids: Uint32Array) => StoredLabels[];
  readonly count: () => number;
  readonly names: () => string[];
  readonly values: (name: string) => string[];
  /** Gives up what it remembers; it is not used any more. */
  readonly forget: () => void;
};

/** How many parsed label sets one reader keeps, in all files together: each is about 2 kB. */
export type LabelBudget = { left: number; readonly total: number; readonly caches: Set<Map<number, StoredLabels>> };

export const createLabelBudget = (total: number): LabelBudget => ({ left: total, total, caches: new Set() });

const REMEMBERED_SELECTORS = 128;
const MOST_REMEMBERED_IDS = 20_000;

/** A condition asked once for each distinct value. */
function once(matcher: Matcher): Matcher {
  if (matcher.operator === "=" || matcher.operator === "!=") return matcher;
  const known = new Map<string, boolean>();
  return {
    ...matcher,
    matches: (value) => {
      let answer = known.get(value);
      if (answer === undefined) {
        answer = matcher.matches(value);
        known.set(value, answer);
      }
      return answer;
    },
  };
}

function intersect(left: Uint32Array, right: Uint32Array): Uint32Array {
  const both = new Uint32Array(Math.min(left.length, right.length));
  let [a, b, length] = [0, 0, 0];
  while (a < left.length && b < right.length) {
    const [one, other] = [left[a] as number, right[b] as number];
    if (one === other) both[length++] = one;
    if (one <= other) a += 1;
    if (other <= one) b += 1;
  }
  return both.subarray(0, length);
}

const idsOf = (rows: readonly Row[]): Uint32Array => Uint32Array.from(rows, (row) => Number(row[0]));

const selectorKeyOf = (matchers: readonly Matcher[]): string =>
  JSON.stringify(matchers.map(({ name, operator, value }) => [name, operator, value]));

export function createLabelReader(
  connection: Connection,
  table: "series" | "streams",
  budget: LabelBudget,
): LabelReader {
  const cache = new Map<number, StoredLabels>();
  budget.caches.add(cache);
  const remembered = new Map<string, { ids: Uint32Array; upTo: number }>();
  const statements = {
    last: connection.prepare(`SELECT max(id) FROM ${table}`),
    one: connection.prepare(`SELECT labels FROM ${table} WHERE id = ?`),
    from: connection.prepare(`SELECT id, labels FROM ${table} WHERE id >= ? ORDER BY id LIMIT ?`),
    postings: connection.prepare(
      `SELECT p.id FROM ${table}_labels l JOIN ${table}_postings p ON p.label = l.id WHERE l.name = ? AND l.value = ? ORDER BY 1`,
    ),
    postingsOf: connection.prepare(`SELECT id FROM ${table}_postings WHERE label = ?`),
    labels: connection.prepare(`SELECT id, value FROM ${table}_labels WHERE name = ?`),
    values: connection.prepare(`SELECT value FROM ${table}_labels WHERE name = ?`),
    // Jumps from name to name; DISTINCT would walk over every value.
    names: connection.prepare(`WITH RECURSIVE found(name) AS (
      SELECT min(name) FROM ${table}_labels
      UNION ALL SELECT (SELECT min(name) FROM ${table}_labels WHERE name > found.name) FROM found WHERE found.name IS NOT NULL
    ) SELECT name FROM found WHERE name IS NOT NULL`),
  };
  const count = (): number => labelCountOf(connection.path, statements.last.get()?.[0]);

  const keep = (id: number, text: string): StoredLabels => {
    const stored = {
      labels: decoded(connection.path, () => createLabels(Object.entries(JSON.parse(text) as Labels))),
      text,
    };
    if (budget.left <= 0) {
      for (const one of budget.caches) one.clear();
      budget.left = budget.total;
    }
    budget.left -= 1;
    cache.set(id, stored);
    return stored;
  };
  const loadOne = (id: number): StoredLabels => cache.get(id) ?? keep(id, String(statements.one.get(id)?.[0] ?? "{}"));

  const SCAN_ROWS = 1000;
  const allFrom = function* (first: number): Generator<readonly [id: number, stored: StoredLabels]> {
    for (let next = first; ; ) {
      const rows = statements.from.all(next, SCAN_ROWS);
      for (const [id, text] of rows) yield [Number(id), cache.get(Number(id)) ?? keep(Number(id), String(text))];
      if (rows.length < SCAN_ROWS) return;
      next = Number(rows.at(-1)?.[0]) + 1;
    }
  };

  /** Numbers of the sets whose label has a value that matches; the matcher must not match "". */
  const withValue = (matcher: Matcher, most: number): Uint32Array => {
    const marks = new Uint8Array(most + 1);
    for (const [label, value] of statements.labels.all(matcher.name)) {
      if (!matcher.matches(String(value))) continue;
      for (const [id] of statements.postingsOf.all(label as number)) marks[Number(id)] = 1;
    }
    const ids = new Uint32Array(most);
    let length = 0;
    for (let id = 1; id <= most; id += 1) if (marks[id] === 1) ids[length++] = id;
    return ids.subarray(0, length);
  };

  /** Narrows by index as far as that is cheap; the rest is asked of the labels themselves. */
  const search = (matchers: readonly Matcher[], most: number): Uint32Array => {
    const required = matchers.filter((matcher) => !matcher.matches(""));
    const equal = required.filter(({ operator }) => operator === "=");
    let ids: Uint32Array | undefined;
    for (const { name, value } of equal) {
      const having = idsOf(statements.postings.all(name, value));
      ids = ids === undefined ? having : intersect(ids, having);
      if (ids.length === 0) return ids;
    }
    const rest = matchers.filter((matcher) => !equal.includes(matcher)).map(once);
    if (ids === undefined) {
      const first = rest.find((matcher) =>
        required.some(({ name, value }) => name === matcher.name && value === matcher.value),
      );
      if (first !== undefined) {
        ids = withValue(first, most);
        rest.splice(rest.indexOf(first), 1);
      }
    }
    if (ids === undefined) {
      const all: number[] = [];
      for (const [id, { labels }] of allFrom(1)) if (matchesAll(rest, labels)) all.push(id);
      return Uint32Array.from(all);
    }
    return rest.length === 0 ? ids : ids.filter((id) => matchesAll(rest, loadOne(id).labels));
  };

  return {
    match: (matchers) => {
      const most = count();
      const key = selectorKeyOf(matchers);
      const known = remembered.get(key);
      remembered.delete(key);
      let ids: Uint32Array;
      if (known === undefined || known.upTo > most) ids = search(matchers, most);
      else {
        const more: number[] = [];
        if (known.upTo < most) {
          for (const [id, { labels }] of allFrom(known.upTo + 1)) if (matchesAll(matchers, labels)) more.push(id);
        }
        ids = more.length === 0 ? known.ids : Uint32Array.from([...known.ids, ...more]);
      }
      if (ids.length <= MOST_REMEMBERED_IDS) remembered.set(key, { ids, upTo: most });
      if (remembered.size > REMEMBERED_SELECTORS) remembered.delete(remembered.keys().next().value as string);
      return ids;
    },
    load: (ids) => {
      // One walk over the table is cheaper than many searches, where most of it is asked for.
      if (ids.length > SCAN_ROWS && ids.length * 4 > count()) {
        const wanted = new Map<number, StoredLabels | undefined>();
        for (const id of ids) wanted.set(id, undefined);
        for (const [id, stored] of allFrom(ids[0] as number)) if (wanted.has(id)) wanted.set(id, stored);
        return Array.from(ids, (id) => wanted.get(id) as StoredLabels);
      }
      return Array.from(ids, loadOne);
    },
    count,
    names: () => statements.names.all().map(([name]) => String(name)),
    values: (name) => statements.values.all(name).map(([value]) => String(value)),
    forget: () => {
      budget.left += cache.size;
      cache.clear();
      budget.caches.delete(cache);
    },
  };
}
