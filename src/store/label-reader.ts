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
  readonly get: (id: number) => StoredLabels;
  readonly load: (ids: Uint32Array) => StoredLabels[];
  /** Shows label sets one by one without keeping them. */
  readonly visit: (ids: Uint32Array, see: (labels: Labels) => void) => void;
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
const SCAN_ROWS = 1000;

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

/** Rows are taken one by one: of a million, each an array, the list alone would be 100 MB. */
function idsOf(rows: Iterable<Row>): Uint32Array {
  let ids = new Uint32Array(64);
  let length = 0;
  for (const row of rows) {
    if (length === ids.length) {
      const larger = new Uint32Array(length * 2);
      larger.set(ids);
      ids = larger;
    }
    ids[length++] = Number(row[0]);
  }
  return ids.slice(0, length);
}

const idsUpTo = (most: number): Uint32Array => Uint32Array.from({ length: most }, (_, index) => index + 1);

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

  const parse = (text: string): Labels =>
    decoded(connection.path, () => createLabels(Object.entries(JSON.parse(text) as Labels)));
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

  const get = (id: number): StoredLabels => cache.get(id) ?? keep(id, String(statements.one.get(id)?.[0] ?? "{}"));

  /** Walks over the sets from a number on; in pages, because others are asked meanwhile. */
  const textsFrom = function* (first: number): Generator<readonly [id: number, text: string]> {
    for (let next = first; ; ) {
      const rows = statements.from.all(next, SCAN_ROWS);
      for (const [id, text] of rows) yield [Number(id), String(text)];
      if (rows.length < SCAN_ROWS) return;
      next = Number(rows.at(-1)?.[0]) + 1;
    }
  };
  const visit: LabelReader["visit"] = (ids, see) => {
    // One walk over the table is cheaper than many searches, where much of it is asked for.
    if (ids.length <= SCAN_ROWS || ids.length * 4 <= count()) {
      for (const id of ids) see(cache.get(id)?.labels ?? parse(String(statements.one.get(id)?.[0] ?? "{}")));
      return;
    }
    let at = 0;
    for (const [id, text] of textsFrom(ids[0] as number)) {
      if (ids[at] !== id) continue;
      at += 1;
      see(cache.get(id)?.labels ?? parse(text));
      if (at === ids.length) return;
    }
  };
  const matching = (ids: Uint32Array, matchers: readonly Matcher[]): Uint32Array => {
    const found = new Uint32Array(ids.length);
    let [at, length] = [0, 0];
    visit(ids, (labels) => {
      if (matchesAll(matchers, labels)) found[length++] = ids[at] as number;
      at += 1;
    });
    return found.slice(0, length);
  };

  /** Numbers of the sets whose label has a value that matches; the matcher must not match "". */
  const withValue = (matcher: Matcher, most: number): Uint32Array => {
    const marks = new Uint8Array(most + 1);
    for (const [label, value] of statements.labels.iterate(matcher.name)) {
      if (!matcher.matches(String(value))) continue;
      for (const [id] of statements.postingsOf.iterate(label as number)) marks[Number(id)] = 1;
    }
    return idsUpTo(most).filter((id) => marks[id] === 1);
  };

  /** Narrows by index as far as that is cheap; the rest is asked of the labels themselves. */
  const search = (matchers: readonly Matcher[], most: number): Uint32Array => {
    const required = matchers.filter((matcher) => !matcher.matches(""));
    const equal = required.filter(({ operator }) => operator === "=");
    let ids: Uint32Array | undefined;
    for (const { name, value } of equal) {
      const having = idsOf(statements.postings.iterate(name, value));
      ids = ids === undefined ? having : intersect(ids, having);
      if (ids.length === 0) return ids;
    }
    const rest = matchers.filter((matcher) => !equal.includes(matcher));
    if (ids === undefined) {
      const first = rest.find((matcher) => required.includes(matcher));
      if (first !== undefined) {
        ids = withValue(first, most);
        rest.splice(rest.indexOf(first), 1);
      }
    }
    ids ??= idsUpTo(most);
    return rest.length === 0 ? ids : matching(ids, rest.map(once));
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
          for (const [id, text] of textsFrom(known.upTo + 1)) if (matchesAll(matchers, parse(text))) more.push(id);
        }
        ids = more.length === 0 ? known.ids : Uint32Array.from([...known.ids, ...more]);
      }
      if (ids.length <= MOST_REMEMBERED_IDS) remembered.set(key, { ids, upTo: most });
      if (remembered.size > REMEMBERED_SELECTORS) remembered.delete(remembered.keys().next().value as string);
      return ids;
    },
    visit,
    get,
    load: (ids) => Array.from(ids, get),
    count,
    names: () => statements.names.all().map(([name]) => String(name)),
    values: (name) => Array.from(statements.values.iterate(name), ([value]) => String(value)),
    forget: () => {
      budget.left += cache.size;
      cache.clear();
      budget.caches.delete(cache);
    },
  };
}
