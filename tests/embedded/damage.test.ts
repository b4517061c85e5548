import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { bodyOf, isStored, post, SIGNALS, type Signal, storedNumbers } from "./numbered.ts";
import { type Served, startServed } from "./served.ts";

const DAY_MS = 86_400_000;
const PAGE_BYTES = 4096;
const NUMBERS = 40;

/** Each day's data are of a service of its own. */
type Day = { readonly service: string; readonly startMs: number; readonly file: string };

function dayBefore(days: number): Day {
  const midnightMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  // In the hours that any day has behind it when the next one begins.
  const startMs = days === 0 ? Date.now() - 5000 : midnightMs - days * DAY_MS + DAY_MS / 2;
  return { service: `day-${days}`, startMs, file: `${new Date(startMs).toISOString().slice(0, 10)}.sqlite` };
}

async function fill(
  served: Served,
  { service, startMs }: Day,
  from = 0,
  signals: readonly Signal[] = SIGNALS,
): Promise<void> {
  for (let number = from; number < from + NUMBERS; number++) {
    const body = (signal: Signal): string => bodyOf(signal, { service, number, startMs, fillerChars: 2000 });
    const answers = await Promise.all(signals.map((signal) => post(served, signal, body(signal))));
    assert.ok(answers.every(isStored), JSON.stringify(answers));
  }
}

async function assertWhole(served: Served, { service, startMs }: Day, count = NUMBERS): Promise<void> {
  const stored = await storedNumbers(served, service, startMs);
  for (const signal of SIGNALS)
    assert.deepEqual(
      [...stored[signal]].toSorted((a, b) => a - b),
      [...Array(count).keys()],
      `${service}, ${signal}`,
    );
}

function overwrite(path: string, page: number, bytes: Uint8Array): void {
  const file = openSync(path, "r+");
  writeSync(file, bytes, 0, bytes.length, page * PAGE_BYTES);
  closeSync(file);
}
const pagesOf = (path: string): number => Math.floor(statSync(path).size / PAGE_BYTES);

type Store = { readonly directory: string; readonly days: readonly [first: Day, second: Day, today: Day] };

/** Three days of data in a directory, and no process. */
async function createStore(): Promise<Store> {
  const directory = mkdtempSync(join(tmpdir(), "agent-observatory-damage-"));
  const days = [dayBefore(2), dayBefore(1), dayBefore(0)] as const;
  const served = await startServed({ dataDirectory: directory, stderr: "ignore" });
  for (const day of days) await fill(served, day);
  await served.close();
  return { directory, days };
}

function copyOf({ directory, days }: Store, test: TestContext): Store {
  const copy = mkdtempSync(join(tmpdir(), "agent-observatory-damage-"));
  test.after(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(directory, copy, { recursive: true });
  return { directory: copy, days };
}

async function serve(test: TestContext, dataDirectory: string): Promise<Served> {
  const served = await startServed({ dataDirectory, stderr: "keep" });
  test.after(served.kill);
  return served;
}

const times = (text: string, part: string): number => text.split(part).length - 1;

describe("the embedded process on a store that is damaged", () => {
  let store: Store;
  before(async () => {
    store = await createStore();
  });
  after(() => rmSync(store.directory, { recursive: true, force: true }));

  const damages: readonly (readonly [name: string, damage: (path: string) => void])[] = [
    ["whose header is destroyed", (path) => overwrite(path, 0, randomBytes(512))],
    ["that was cut off", (path) => truncateSync(path, Math.floor(pagesOf(path) / 2) * PAGE_BYTES)],
    [
      "with noise in the middle",
      (path) => {
        for (let page = 2; page < pagesOf(path); page += 2) overwrite(path, page, randomBytes(PAGE_BYTES));
      },
    ],
    ["that is empty", (path) => truncateSync(path, 0)],
  ];
  for (const [name, damage] of damages) {
    it(`sets the file of a day aside ${name}, says so once, and goes on with the others`, {
      timeout: 60_000,
    }, async (test) => {
      const { directory, days } = copyOf(store, test);
      const [first, damaged, today] = days;
      const path = join(directory, "data", damaged.file);
      damage(path);
      const served = await serve(test, directory);
      await assertWhole(served, first);
      await assertWhole(served, today);
      // What can still be read of it is part of the answer; no question about it fails.
      await storedNumbers(served, damaged.service, damaged.startMs);
      // Not metrics: a series goes on in order of time.
      await fill(served, damaged, NUMBERS, ["traces", "logs"]);
      await fill(served, today, NUMBERS);
      await assertWhole(served, today, NUMBERS * 2);
      const stored = await storedNumbers(served, damaged.service, damaged.startMs);
      for (let number = NUMBERS; number < NUMBERS * 2; number++)
        assert.ok(stored.traces.has(number) && stored.logs.has(number), `${number} of the damaged day, sent later`);
      await assertWhole(served, first);
      assert.ok(existsSync(`${path}.damaged`), readdirSync(join(directory, "data")).join());
      const said = served.said();
      assert.equal(times(said, "AO_STORE_CORRUPT"), 1, said);
      assert.ok(said.includes(`It was set aside as ${path}.damaged.`), said);
    });
  }

  it("begins a new state where that is destroyed, and keeps the data", { timeout: 60_000 }, async (test) => {
    const { directory, days } = copyOf(store, test);
    const path = join(directory, "state.sqlite");
    writeFileSync(path, randomBytes(50_000));
    const served = await serve(test, directory);
    for (const day of days) await assertWhole(served, day);
    await fill(served, days[2], NUMBERS);
    await assertWhole(served, days[2], NUMBERS * 2);
    assert.equal(times(served.said(), "AO_STORE_CORRUPT"), 1, served.said());
    assert.ok(served.said().includes(`It was set aside as ${path}.damaged.`), served.said());
  });

  it("notices a file that is damaged while it runs", { timeout: 60_000 }, async (test) => {
    const { directory, days } = copyOf(store, test);
    const [first, damaged, today] = days;
    const path = join(directory, "data", damaged.file);
    const served = await serve(test, directory);
    // What is in memory of it stays readable for a while; the rest is not.
    for (let page = 1; page < pagesOf(path); page++) overwrite(path, page, randomBytes(PAGE_BYTES));
    await fill(served, damaged, NUMBERS, ["traces", "logs"]);
    await storedNumbers(served, damaged.service, damaged.startMs);
    await fill(served, damaged, 2 * NUMBERS, ["traces", "logs"]);
    const stored = await storedNumbers(served, damaged.service, damaged.startMs);
    for (let number = 2 * NUMBERS; number < 3 * NUMBERS; number++)
      assert.ok(stored.traces.has(number) && stored.logs.has(number), `${number} of the damaged day, sent later`);
    await assertWhole(served, first);
    await assertWhole(served, today);
    assert.equal(times(served.said(), "AO_STORE_CORRUPT"), 1, served.said());
  });
});
