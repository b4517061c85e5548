import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { openStoreWriter } from "../../src/store/index.ts";
import { numberedBatch, readNumbers, WHOLE } from "./numbered-batch.ts";
import { DAY_MS, temporaryStore } from "./temporary-store.ts";

const RETENTION = { maxAgeMs: 30 * DAY_MS, maxBytes: 32e6 };

type Child = ChildProcessByStdio<null, Readable, null>;

function start(test: TestContext, program: string, ...parameters: readonly string[]): Child {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [path, ...parameters], { stdio: ["ignore", "pipe", "inherit"] });
  test.after(() => child.kill("SIGKILL"));
  return child;
}

describe("a store whose writer is killed", () => {
  it("has all that was acknowledged, twenty times in a row, and nothing by halves", {
    timeout: 180_000,
  }, async (test) => {
    const { directory, writer: open, reader: read } = temporaryStore(test);
    let acknowledged = -1;
    for (let round = 0; round < 20; round += 1) {
      const child = start(test, "writing-process.ts", directory, String(acknowledged + 1));
      const target = acknowledged + 3 + ((round * 7) % 25);
      for await (const line of createInterface({ input: child.stdout })) {
        if (line.startsWith("pid")) continue;
        acknowledged = Number(line);
        // Some ends fall into a write, some into a commit or maintenance: the child goes on meanwhile.
        if (acknowledged >= target) child.kill("SIGKILL");
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      assert.equal(child.signalCode, "SIGKILL");
      const reader = read();
      const numbers = readNumbers(reader, acknowledged);
      reader.close();
      for (let number = 0; number <= acknowledged; number += 1)
        assert.equal(numbers.get(number), WHOLE, `batch ${number}`);
      // One more may have been committed and not told; its days are committed one after the other, each whole.
      assert.ok(numbers.size <= acknowledged + 2, `${numbers.size} of ${acknowledged + 1}`);
    }
    const writer = open({ retention: RETENTION });
    while (writer.maintain());
    const again = numberedBatch(acknowledged);
    writer.write(again);
    writer.write(numberedBatch(acknowledged + 1));
    writer.commit();
    const numbers = readNumbers(read(), acknowledged + 1);
    assert.deepEqual([numbers.size, new Set(numbers.values())], [acknowledged + 2, new Set([WHOLE])]);
    test.diagnostic(`${acknowledged + 1} batches were acknowledged`);
  });
});

describe("a second process", () => {
  it("reads what one writes, while it is written, compacted and split into parts", {
    timeout: 60_000,
  }, async (test) => {
    const { directory, writer: open } = temporaryStore(test);
    const last = 250;
    const child = start(test, "reading-process.ts", directory, String(last));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const writer = open({ retention: RETENTION });
    for (let number = 0; number <= last; number += 1) {
      writer.write(numberedBatch(number));
      writer.commit();
      if (number % 10 === 0) writer.maintain();
      // The other side reads at least twice between these.
      if (number % 50 === 0) for (let reads = 0; reads < 2; reads += 1) await lines.next();
    }
    let output = "";
    for await (const line of lines) output = line;
    const { seen, broken, faults, whole } = JSON.parse(output) as Record<string, unknown>;
    assert.deepEqual({ broken, faults, whole }, { broken: [], faults: [], whole: last + 1 });
    const counts = seen as number[];
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    );
  });

  it("may not write what one writes, is told who does, and may as soon as that one is gone", {
    timeout: 60_000,
  }, async (test) => {
    const { directory, clock, writer: open } = temporaryStore(test);
    const child = start(test, "writing-process.ts", directory);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const pid = String((await lines.next()).value).split(" ")[1];
    assert.equal(pid, String(child.pid));
    assert.throws(
      () => openStoreWriter({ directory, clock, retention: RETENTION }),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, "AO_STORE_LOCKED");
        assert.ok(error.message.includes(`process ${pid}`) && error.message.includes(directory), error.message);
        return true;
      },
    );
    child.kill("SIGKILL");
    await once(child, "exit");
    const writer = open({ retention: RETENTION });
    // In the same process as well; and who is refused does not break the lock of who has it.
    for (let attempt = 0; attempt < 2; attempt += 1)
      assert.throws(() => open({ retention: RETENTION }), {
        code: "AO_STORE_LOCKED",
        message: new RegExp(`process ${process.pid} `),
      });
    const third = start(test, "writing-process.ts", directory);
    let output = "";
    for await (const text of third.stdout) output += String(text);
    assert.equal(output, "refused: AO_STORE_LOCKED\n");
    writer.close();
    open({ retention: RETENTION }).close();
  });
});
