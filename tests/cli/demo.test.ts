import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { BARE_ENV } from "./run-command.ts";

const ROOT = join(import.meta.dirname, "../..");

async function runDemo(...args: string[]) {
  const child = spawn(process.execPath, ["scripts/demo.ts", ...args], { cwd: ROOT, env: BARE_ENV, timeout: 90_000 });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: code as number | null, stderr, lines: stdout.trimEnd().split("\n") };
}

describe("the demo, once", () => {
  it("shows the run as a tree and ends with its numbers, the same as the double served", async () => {
    const { code, stderr, lines } = await runDemo("--once");
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(lines[0] ?? "", /^trace [0-9a-f]{32} \(51 spans\)$/);
    assert.equal(
      lines.at(-1),
      '{"traces":1,"spans":51,"llmCalls":18,"toolCalls":8,"inputTokens":7761,"outputTokens":1507,"costUsd":0.01488294,"errors":3}',
    );
  });

  it("drills an outage", async () => {
    const { code, stderr, lines } = await runDemo("--once", "--fail");
    assert.deepEqual([code, stderr], [0, ""]);
    const { llmCalls, errors } = JSON.parse(lines.at(-1) ?? "") as Record<string, number>;
    assert.deepEqual([llmCalls, errors], [1, 1]);
  });
});
