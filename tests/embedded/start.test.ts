import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it, type TestContext } from "node:test";
import { bodyOf, isStored, post, storedNumbers } from "./numbered.ts";
import { NotServed, type Served, type ServedOptions, startServed } from "./served.ts";
import { mountSmallDisk, NO_SMALL_DISK } from "./small-disk.ts";

function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "agent-observatory-start-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function serve(test: TestContext, options: ServedOptions): Promise<Served> {
  const served = await startServed({ stderr: "keep", ...options });
  test.after(served.kill);
  return served;
}

/** The one line that a start ends with which does not come about; exit code 1. */
async function refusal(options: ServedOptions): Promise<string> {
  const error = await startServed({ stderr: "keep", ...options }).then(
    async (served) => {
      await served.kill();
      return assert.fail("it started");
    },
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof NotServed, String(error));
  assert.equal(error.code, 1, error.said);
  const lines = error.said.trim().split("\n");
  assert.equal(lines.length, 1, error.said);
  return lines[0] ?? "";
}

describe("the embedded process does not start", () => {
  it("twice on one directory: it names the process that has it", async (test) => {
    const dataDirectory = join(temporaryFolder(test), "data");
    const first = await serve(test, { dataDirectory });
    const message = await refusal({ dataDirectory });
    for (const part of [`process ${first.pid}`, dataDirectory, "(AO_STORE_LOCKED)"])
      assert.ok(message.includes(part), message);
    const body = bodyOf("traces", { service: "numbers", number: 0, startMs: Date.now() });
    assert.ok(isStored(await post(first, "traces", body)));
    await first.kill();
    await serve(test, { dataDirectory });
  });

  it("on what a newer version wrote: it names the file and both versions", async (test) => {
    const dataDirectory = join(temporaryFolder(test), "data");
    const startMs = Date.now();
    const served = await serve(test, { dataDirectory });
    assert.ok(isStored(await post(served, "traces", bodyOf("traces", { service: "numbers", number: 0, startMs }))));
    await served.close();
    const path = join(dataDirectory, "data", `${new Date(startMs).toISOString().slice(0, 10)}.sqlite`);
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 7");
    database.close();
    const bytes = readFileSync(path);
    const message = await refusal({ dataDirectory });
    for (const part of [path, "version 7", "schema version 2", "(AO_STORE_SCHEMA)"])
      assert.ok(message.includes(part), message);
    assert.deepEqual(readFileSync(path), bytes);
  });

  it("in a directory that is a file, or below one", async (test) => {
    const file = join(temporaryFolder(test), "file");
    writeFileSync(file, "");
    for (const dataDirectory of [file, join(file, "data")]) {
      const message = await refusal({ dataDirectory });
      assert.ok(message.includes(dataDirectory) && message.endsWith("(AO_STORE_DIRECTORY)"), message);
    }
  });

  it("in a directory that cannot be written", { skip: NO_SMALL_DISK }, async (test) => {
    const disk = mountSmallDisk(test, "size=16m");
    mkdirSync(join(disk, "used"));
    const served = await serve(test, { dataDirectory: join(disk, "used") });
    await served.close();
    execFileSync("mount", ["-o", "remount,ro", disk]);
    for (const dataDirectory of [join(disk, "used"), join(disk, "new")]) {
      const message = await refusal({ dataDirectory });
      assert.ok(message.includes(disk) && message.endsWith("(AO_STORE_DIRECTORY)"), message);
    }
    execFileSync("mount", ["-o", "remount,rw", disk]);
    await serve(test, { dataDirectory: join(disk, "used") });
  });
});

const rulesOf = (record: string): string =>
  `groups: [{ name: test, interval: 1s, rules: [{ record: "${record}", expr: "vector(1)" }] }]`;

async function groups(served: Served): Promise<string> {
  const response = await fetch(`${served.prometheus}/api/v1/rules`);
  return response.text();
}

async function until(look: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await look())) await new Promise(setImmediate);
}

describe("the embedded process that runs", () => {
  it("reads the rule files again on SIGHUP, and keeps the rules where they are wrong", {
    timeout: 60_000,
  }, async (test) => {
    const folder = temporaryFolder(test);
    const [rules, more] = [join(folder, "rules.yml"), join(folder, "more", "rules.yml")];
    writeFileSync(rules, rulesOf("one:of:two"));
    // A file of a folder that is not there yet is not watched.
    const served = await serve(test, {
      environment: { AGENT_OBSERVATORY_RULE_FILES: `${rules},${join(folder, "*", "rules.yml")}` },
    });
    assert.match(await groups(served), /one:of:two/);
    mkdirSync(join(folder, "more"));
    writeFileSync(more, rulesOf("two:of:two"));
    process.kill(served.pid, "SIGHUP");
    await until(async () => (await groups(served)).includes("two:of:two"));
    await until(() => served.said().includes("the rule files were read again"));
    writeFileSync(more, "groups: 5");
    process.kill(served.pid, "SIGHUP");
    await until(() => served.said().includes("AO_RULES_FILE"));
    assert.match(await groups(served), /two:of:two/);
  });

  it("does not run in its threads what NODE_OPTIONS preloads", async (test) => {
    const folder = temporaryFolder(test);
    const [preload, marks] = [join(folder, "preload.cjs"), join(folder, "marks")];
    writeFileSync(
      preload,
      `require("node:fs").appendFileSync(${JSON.stringify(marks)}, String(require("node:worker_threads").threadId));`,
    );
    appendFileSync(marks, "");
    const served = await serve(test, { environment: { NODE_OPTIONS: `--require ${preload}` } });
    // Both kinds of threads have done something then.
    const startMs = Date.now();
    assert.ok(isStored(await post(served, "traces", bodyOf("traces", { service: "numbers", number: 0, startMs }))));
    assert.deepEqual([...(await storedNumbers(served, "numbers", startMs)).traces], [0]);
    assert.equal(readFileSync(marks, "utf8"), "0");
  });

  it("keeps its data to its user", async (test) => {
    const dataDirectory = join(temporaryFolder(test), "new", "data");
    await serve(test, { dataDirectory });
    const mode = execFileSync("stat", ["-c", "%a", dataDirectory], { encoding: "utf8" }).trim();
    assert.equal(mode, "700");
  });
});
