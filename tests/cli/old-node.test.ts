import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";

/** Runs a file as a Node of another version would see it: both guards ask `process.versions` before anything else. */
function runAsNode(
  version: string,
  file: string,
  args: readonly string[] = [],
): { code: number | null; stderr: string; stdout: string } {
  const pretend = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`;
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ["-e", `${pretend} require(${JSON.stringify(file)}); process.stdout.write("went on");`, "--", ...args],
    { encoding: "utf8", cwd: import.meta.dirname, env: { ...process.env, TRACING_EXPORTER: "none" } },
  );
  return { code: status, stderr, stdout };
}

const PRELOAD = "../../register.cjs";
const COMMAND = "../../bin/agent-observatory.cjs";

describe("a Node that is too old", () => {
  for (const version of ["18.20.0", "20.20.2", "22.15.0", "24.11.1"]) {
    it(`gets one sentence from the preload, and its program runs (${version})`, () => {
      const { code, stderr, stdout } = runAsNode(version, PRELOAD);
      assert.equal(
        stderr,
        `agent-observatory: Node 24.12 or newer is needed, this is ${version}; the program runs without it.\n`,
      );
      assert.equal(code, 0);
      assert.equal(stdout, "went on");
    });

    it(`gets one sentence and exit code 1 from the command (${version})`, () => {
      const { code, stderr } = runAsNode(version, COMMAND);
      assert.equal(stderr, `agent-observatory needs Node 24.12 or newer; this is Node ${version}.\n`);
      assert.equal(code, 1);
    });
  }
});

describe("the command", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [COMMAND, ...args], { encoding: "utf8", cwd: import.meta.dirname });

  it("says its version and its help, and names a command that it does not know", () => {
    assert.match(run("--version").stdout, /^\d+\.\d+\.\d+\n$/);
    assert.match(run("--help").stdout, /--require agent-observatory\/register/);
    const unknown = run("frobnicate");
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /there is no command "frobnicate"/i);
  });
});
