import assert from "node:assert/strict";
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { createFileOutput, type FileOutputOptions } from "../../src/logging/file-output.ts";

const made: string[] = [];
after(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

function setUp(options: Partial<FileOutputOptions> = {}) {
  const directory = mkdtempSync(join(tmpdir(), "observatory-logs-"));
  made.push(directory);
  const path = options.path ?? join(directory, "logs", "app.log");
  const clock = { timeMs: 1_000_000, nowMs: () => clock.timeMs };
  const faults: string[] = [];
  const output = createFileOutput({
    path,
    maxSizeBytes: 1000,
    maxFiles: 3,
    clock,
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  return { directory, path, clock, faults, output };
}
/** All lines of a log file and those that it became, oldest first. */
function linesOf(path: string): string[] {
  const folder = join(path, "..");
  const name = path.slice(folder.length + 1);
  const rank = (file: string): number => Number(file.slice(name.length + 1) || 0);
  return readdirSync(folder)
    .filter((file) => file.startsWith(name) && !file.endsWith(".lock"))
    .toSorted((a, b) => rank(b) - rank(a))
    .flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n"))
    .filter((line) => line !== "");
}
const line = (i: number): string => `${JSON.stringify({ i, text: "x".repeat(80) })}\n`;

describe("a log file", () => {
  it("is made with its folder, for its owner only", () => {
    const { path, output } = setUp();
    output.write(line(1));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(path, "..")).mode & 0o777, 0o700);
    assert.equal(readFileSync(path, "utf8"), line(1));
  });

  it("rotates by size and keeps as many files as it is told", () => {
    const { path, output, faults } = setUp();
    for (let i = 0; i < 100; i++) output.write(line(i));
    assert.deepEqual(readdirSync(join(path, "..")).toSorted(), ["app.log", "app.log.1", "app.log.2"]);
    for (const file of [path, `${path}.1`, `${path}.2`]) assert.ok(statSync(file).size <= 1000, file);
    const numbers = linesOf(path).map((one) => (JSON.parse(one) as { i: number }).i);
    assert.deepEqual(
      numbers,
      numbers.map((_, at) => 100 - numbers.length + at),
      "the newest lines, in order, none missing",
    );
    assert.deepEqual(faults, []);
  });

  it("is emptied where one file is all that is kept", () => {
    const { path, output } = setUp({ maxFiles: 1 });
    for (let i = 0; i < 30; i++) output.write(line(i));
    assert.deepEqual(readdirSync(join(path, "..")), ["app.log"]);
    assert.ok(statSync(path).size <= 1000);
  });

  it("takes a line that is larger than the limit whole", () => {
    const { path, output } = setUp();
    output.write(line(1));
    output.write(`${"y".repeat(5000)}\n`);
    output.write(line(2));
    assert.deepEqual(
      linesOf(path).map((one) => one.length),
      [line(1).length - 1, 5000, line(2).length - 1],
    );
  });

  it("goes on where the last process stopped, with the size that it has, after a line that was cut off", () => {
    const { path, output, clock } = setUp();
    for (let i = 0; i < 8; i++) output.write(line(i));
    output.close();
    appendFileSync(path, '{"cut');
    const next = createFileOutput({ path, maxSizeBytes: 1000, maxFiles: 3, clock, onFault: () => {} });
    for (let i = 8; i < 20; i++) next.write(line(i));
    const lines = linesOf(path);
    assert.equal(lines.filter((one) => one === '{"cut').length, 1);
    assert.equal(lines.length, 21);
    assert.ok(existsSync(`${path}.1`) && statSync(`${path}.1`).size <= 1000);
  });

  it("follows when others move it away or delete it", () => {
    const { path, output, clock } = setUp({ maxSizeBytes: 1_000_000 });
    output.write(line(1));
    renameSync(path, `${path}-moved`);
    clock.timeMs += 2000;
    output.write(line(2));
    assert.equal(readFileSync(path, "utf8"), line(2));
    rmSync(join(path, ".."), { recursive: true });
    clock.timeMs += 2000;
    output.write(line(3));
    assert.equal(readFileSync(path, "utf8"), line(3));
  });

  it("tells what is wrong with its path, does not throw, and works once that is repaired", () => {
    const directory = mkdtempSync(join(tmpdir(), "observatory-logs-"));
    made.push(directory);
    writeFileSync(join(directory, "file"), "");
    const { output, faults, clock, path } = setUp({ path: join(directory, "file", "app.log") });
    for (let i = 0; i < 10; i++) output.write(line(i));
    assert.equal(faults.length, 1, "tried again only after a while");
    assert.match(faults[0] ?? "", /^cannot be written \((?:ENOTDIR|EEXIST)\)$/);
    rmSync(join(directory, "file"));
    clock.timeMs += 2000;
    output.write(line(11));
    assert.equal(readFileSync(path, "utf8"), line(11));
  });

  it("grows on where it cannot be rotated", () => {
    const { path, output, faults } = setUp();
    mkdirSync(`${path}.2/inside`, { recursive: true });
    for (let i = 0; i < 20; i++) output.write(line(i));
    assert.equal(readFileSync(path, "utf8").split("\n").length, 21);
    assert.match(faults[0] ?? "", /^cannot be rotated \(\w+\) and grows on$/);
  });

  it("waits for the lock of another process, but not for one that a dead process left", () => {
    const { path, output, clock } = setUp();
    output.write(line(0));
    writeFileSync(`${path}.lock`, "");
    clock.timeMs = Date.now();
    for (let i = 1; i < 20; i++) output.write(line(i));
    assert.ok(!existsSync(`${path}.1`));
    utimesSync(`${path}.lock`, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    for (let i = 20; i < 23; i++) output.write(line(i));
    assert.ok(existsSync(`${path}.1`));
    assert.ok(!existsSync(`${path}.lock`));
    assert.equal(linesOf(path).length, 23);
  });

  it("may be a device, which is never rotated, and a pipe that nobody reads holds nothing up", () => {
    const { output, faults } = setUp({ path: "/dev/null", maxSizeBytes: 10 });
    for (let i = 0; i < 10; i++) output.write(line(i));
    assert.deepEqual(faults, []);
    const unread = join(mkdtempSync(join(tmpdir(), "observatory-logs-")), "pipe");
    made.push(join(unread, ".."));
    execFileSync("mkfifo", [unread]);
    const piped = setUp({ path: unread });
    piped.output.write(line(1));
    assert.deepEqual(piped.faults, ["cannot be written (ENXIO)"]);
  });

  it("loses and tears no line where several processes write and rotate it", { timeout: 60_000 }, async () => {
    const { path, directory } = setUp();
    const program = join(directory, "writer.mjs");
    const module = new URL("../../src/logging/file-output.ts", import.meta.url).href;
    writeFileSync(
      program,
      `import { createFileOutput } from ${JSON.stringify(module)};
       const output = createFileOutput({ path: ${JSON.stringify(path)}, maxSizeBytes: 20000, maxFiles: 1000,
         clock: { nowMs: () => Date.now() }, onFault: (fault) => { console.error(fault); process.exitCode = 1; } });
       for (let i = 0; i < 2000; i++) output.write(JSON.stringify({ who: process.argv[2], i, text: "x".repeat(i % 200) }) + "\\n");`,
    );
    const writers = ["a", "b", "c"].map((who) => fork(program, [who], { stdio: "inherit" }));
    const codes = await Promise.all(writers.map(async (writer) => (await once(writer, "exit"))[0] as number));
    assert.deepEqual(codes, [0, 0, 0]);
    const seen = new Set(
      linesOf(path).map((one) => {
        const { who, i } = JSON.parse(one) as { who: string; i: number };
        return `${who}${i}`;
      }),
    );
    assert.equal(seen.size, 6000);
    assert.equal(linesOf(path).length, 6000);
    assert.ok(existsSync(`${path}.5`), "it was rotated");
  });
});
