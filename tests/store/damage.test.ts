import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it, type TestContext } from "node:test";
import { openStoreReader, openStoreWriter } from "../../src/store/index.ts";
import { numberedBatch, readNumbers, WHOLE } from "./numbered-batch.ts";
import { createRandom } from "./random.ts";
import {
  createTestClock,
  DAY_MS,
  MIDNIGHT_MS,
  NOON_MS,
  type TemporaryStore,
  temporaryStore,
} from "./temporary-store.ts";

const dataOf = (directory: string): string[] => readdirSync(join(directory, "data")).sort();
/** Numbers of `numberedBatch` that lie before midnight, so in the file of the day before. */
const isEarly = (number: number): boolean => number % 5 === 0;

/** A closed store with the given number of batches, nothing of it in a log. */
function filled(test: TestContext, batches: number): TemporaryStore {
  const store = temporaryStore(test);
  const writer = store.writer();
  for (let number = 0; number < batches; number += 1) writer.write(numberedBatch(number));
  writer.commit();
  while (writer.maintain());
  writer.close();
  return store;
}

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, "r+");
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}

describe("a damaged file", () => {
  it("that cannot be opened is set aside and told once; the other days and new data are there", (test) => {
    const { directory, faults, reader: read, writer: open } = filled(test, 20);
    const path = join(directory, "data", "2026-11-20.sqlite");
    overwrite(path, 0, Buffer.alloc(512, 7));
    const damaged = readFileSync(path);
    const reader = read();
    const late = [...Array(20).keys()].filter((number) => !isEarly(number));
    for (let round = 0; round < 2; round += 1) {
      const numbers = readNumbers(reader, 20);
      assert.deepEqual(
        [[...numbers.keys()].sort((a, b) => a - b), new Set(numbers.values())],
        [late, new Set([WHOLE])],
      );
    }
    assert.deepEqual(
      faults.map(({ path: one, error }) => [one, error.code]),
      [[path, "AO_STORE_CORRUPT"]],
    );

    const writer = open();
    assert.deepEqual(
      dataOf(directory).filter((name) => name.includes("2026-11-20")),
      ["2026-11-20.sqlite.damaged"],
    );
    assert.deepEqual(readFileSync(`${path}.damaged`), damaged);
    assert.deepEqual(
      faults.slice(1).map(({ path: one, error }) => [one, error.code]),
      [[`${path}.damaged`, "AO_STORE_CORRUPT"]],
    );
    for (let number = 0; number < 20; number += 5) writer.write(numberedBatch(number));
    writer.commit();
    while (writer.maintain());
    assert.ok(existsSync(join(directory, "data", "2026-11-20.2.sqlite")));
    assert.deepEqual([readNumbers(read(), 20).size, new Set(readNumbers(read(), 20).values())], [20, new Set([WHOLE])]);
    assert.ok(existsSync(`${path}.damaged`), "it is never deleted for its damage");
  });

  it("leaves readable what is readable, and takes no new data away, wherever it is damaged", (test) => {
    let [setAside, rescued] = [0, 0];
    for (let seed = 1; seed <= 25; seed += 1) {
      const random = createRandom(seed);
      const { directory, faults, reader: read, writer: open } = filled(test, 30);
      const path = join(directory, "data", "2026-11-21.sqlite");
      const { size } = statSync(path);
      if (seed % 5 === 0) truncateSync(path, 4096 * (1 + random.below(size / 4096 - 1)));
      else {
        for (let page = 0; page < 1 + random.below(6); page += 1) {
          const garbage = Uint8Array.from({ length: 4096 }, () => random.below(256));
          overwrite(path, 4096 * (1 + random.below(size / 4096 - 1)), garbage);
        }
      }
      const undamaged = (numbers: Map<number, string>): void => {
        for (let number = 0; number < 30; number += 5)
          assert.equal(numbers.get(number), WHOLE, `seed ${seed}: batch ${number} of the other day`);
      };
      undamaged(readNumbers(read(), 30));
      const writer = open();
      for (const fault of [...faults]) writer.distrust(fault);
      for (let number = 100; number < 140; number += 1) {
        writer.write(numberedBatch(number));
        writer.commit();
        while (writer.maintain());
      }
      const numbers = readNumbers(read(), 140);
      undamaged(numbers);
      for (let number = 100; number < 140; number += 1)
        assert.equal(numbers.get(number), WHOLE, `seed ${seed}: batch ${number}, written later`);
      if (dataOf(directory).some((name) => name.endsWith(".damaged"))) setAside += 1;
      rescued += [...numbers.keys()].filter((number) => number < 30 && !isEarly(number)).length;
      assert.ok(faults.every(({ error }) => error.code === "AO_STORE_CORRUPT"));
      for (const fault of faults) assert.ok(fault.path.includes("2026-11-21"), fault.path);
    }
    assert.ok(setAside > 10, `${setAside} of 25 were set aside`);
    assert.ok(rescued > 25, `${rescued} batches of damaged days were still there in part`);
  });

  it("of the state costs the state, not the data", (test) => {
    const { directory, faults, reader: read, writer: open } = filled(test, 6);
    writeFileSync(join(directory, "state.sqlite"), "this is no database".repeat(1000));
    assert.deepEqual(read().metadata(), []);
    const writer = open();
    writer.state.set("key", "value");
    writer.commit();
    assert.equal(writer.state.get("key"), "value");
    assert.deepEqual(
      faults.map(({ error }) => error.code),
      ["AO_STORE_CORRUPT", "AO_STORE_CORRUPT"],
    );
    assert.ok(existsSync(join(directory, "state.sqlite.damaged")));
    assert.equal(readNumbers(read(), 6).size, 6);
  });

  it("is one of another program, too", (test) => {
    const { directory, faults, writer: open } = filled(test, 2);
    const path = join(directory, "data", "2026-11-19.sqlite");
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
    other.close();
    const bytes = readFileSync(path);
    open();
    assert.deepEqual(readFileSync(`${path}.damaged`), bytes);
    assert.match(faults[0]?.error.message ?? "", /a database of another program/);
  });
});

describe("a store of a newer version", () => {
  for (const name of ["data/2026-11-20.sqlite", "state.sqlite"]) {
    it(`is refused with path and versions, and left as it is: ${name}`, (test) => {
      const { directory, writer: open, reader: read } = filled(test, 6);
      const path = join(directory, name);
      const database = new DatabaseSync(path);
      database.exec("PRAGMA user_version = 99");
      database.close();
      const bytes = readFileSync(path);
      const refusal = (error: Error & { code?: string }): true => {
        assert.equal(error.code, "AO_STORE_SCHEMA");
        for (const part of [path, "99", "schema version 2 "]) assert.ok(error.message.includes(part), error.message);
        return true;
      };
      assert.throws(() => open(), refusal);
      assert.throws(() => read().select([], 0, NOON_MS), refusal);
      assert.deepEqual(readFileSync(path), bytes);
      // Who was refused holds no lock.
      assert.throws(() => open(), refusal);
    });
  }
});

describe("a directory that cannot be used", () => {
  it("is an error that names it", (test) => {
    const { directory, clock } = temporaryStore(test);
    const file = join(directory, "file");
    writeFileSync(file, "");
    const retention = { maxAgeMs: DAY_MS, maxBytes: 1e9 };
    for (const wrong of [join(file, "store"), "/proc/store"]) {
      assert.throws(
        () => openStoreWriter({ directory: wrong, clock, retention }),
        (error: Error & { code?: string }) => error.code === "AO_STORE_DIRECTORY" && error.message.includes(wrong),
      );
    }
  });
});

const canMount = process.platform === "linux" && process.getuid?.() === 0;

/** A disk of the given size, unmounted with the test; what the test opened on it must be closed then. */
function smallDisk(test: TestContext, size: string): string {
  const directory = mkdtempSync(join(tmpdir(), "store-test-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", directory]);
  test.after(() => {
    // Lazily: a test that failed may have left files open.
    execFileSync("umount", ["-l", directory]);
    rmdirSync(directory);
  });
  return directory;
}

describe("a full disk", {
  skip: canMount ? false : "DID NOT RUN: mounting a small file system needs root on Linux",
}, () => {
  it("is told, loses nothing that was acknowledged, and writing goes on when there is space", (test) => {
    const directory = smallDisk(test, "16m");
    const clock = createTestClock();
    const ballast = join(directory, "ballast");
    const openBoth = () => {
      const writer = openStoreWriter({ directory, clock, retention: { maxAgeMs: 9 * DAY_MS, maxBytes: 1e9 } });
      return { writer, reader: openStoreReader({ directory, clock }) };
    };
    let { writer, reader } = openBoth();
    const acknowledged = new Set<number>();
    let refusals = 0;
    let next = 0;
    for (let round = 0; round < 6; round += 1) {
      // What another program takes away at once; then the store fills up what is left.
      writeFileSync(ballast, Buffer.alloc(5e6 * 0.7 ** round));
      let isFull = false;
      for (let tries = 0; tries < 2000 && !isFull; tries += 1) {
        try {
          writer.write(numberedBatch(next));
          writer.commit();
          acknowledged.add(next);
          next += 1;
          if (next % 20 === 0) writer.maintain();
        } catch (error) {
          assert.equal((error as { code?: string }).code, "AO_STORE_FULL", String(error));
          refusals += 1;
          isFull = true;
        }
      }
      assert.ok(isFull, "the disk is full at last");
      assert.throws(
        () => {
          for (let count = 0; count < 50; count += 1) {
            writer.write(numberedBatch(next));
            writer.commit();
            acknowledged.add(next);
            next += 1;
          }
        },
        { code: "AO_STORE_FULL" },
      );
      const full = readNumbers(reader, next);
      for (const number of acknowledged) assert.equal(full.get(number), WHOLE, `batch ${number}, disk full`);
      rmSync(ballast);
      if (round === 3) {
        // Days go, as the retention says, and give their space back.
        writer.close();
        reader.close();
        ({ writer, reader } = openBoth());
      }
      writer.write(numberedBatch(next));
      writer.commit();
      acknowledged.add(next);
      next += 1;
    }
    assert.ok(refusals >= 6);
    const numbers = readNumbers(reader, next);
    for (const number of acknowledged) assert.equal(numbers.get(number), WHOLE, `batch ${number}`);
    clock.set(MIDNIGHT_MS + 12 * DAY_MS);
    writer.maintain();
    assert.deepEqual(dataOf(directory), []);
    writer.close();
    reader.close();
  });

  it("cannot take a store at all, and says so", (test) => {
    const directory = smallDisk(test, "16k");
    const clock = createTestClock();
    assert.throws(() => openStoreWriter({ directory, clock, retention: { maxAgeMs: DAY_MS, maxBytes: 1e9 } }), {
      code: "AO_STORE_FULL",
    });
  });
});
