/**
 * Runs the tests: `--unit` those that need no container, `--stack` those that need the stack, neither flag both. Ends with one line
 * `N passed, N failed, N skipped`. Without a container runtime the stack suite is skipped, loudly; with
 * AGENT_OBSERVATORY_REQUIRE_STACK=1 that is a failure.
 */
import { globSync } from "node:fs";
import { text } from "node:stream/consumers";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { unit: { type: "boolean", default: false }, stack: { type: "boolean", default: false } },
});

/** For one file: what hangs is to fail, not to stand until somebody stops the run. */
const UNIT_TIMEOUT_MS = 5 * 60_000;
const STACK_TIMEOUT_MS = 25 * 60_000;

/** Of each failure, in the list at the end. */
const REASON_LINES = 20;

type Counts = { passed: number; failed: number; skipped: number };
type TestEvent = {
  readonly skip?: string | boolean;
  readonly details: { readonly type?: string; readonly error?: Error };
};

/** The report of one file, without the totals that stand below each. */
const TOTALS = /^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;

async function runFile(file: string, timeoutMs: number, counts: Counts): Promise<void> {
  // A signal and not the runner's own timeout: that one waits for a file whose tests are through and whose process does not end.
  const stream = run({ files: [file], signal: AbortSignal.timeout(timeoutMs) });
  const count = (key: "passed" | "failed") => (event: TestEvent) => {
    if (event.details.type === "suite") return;
    counts[event.skip === undefined ? key : "skipped"] += 1;
  };
  stream.on("test:pass", count("passed") as never);
  stream.on("test:fail", count("failed") as never);
  stream.on("test:fail", ({ name, details }) => {
    const { type, error } = details as TestEvent["details"];
    if (type === "suite") return;
    // What the runner throws only says that a test failed; its cause says why.
    const { stack } = (error?.cause ?? error ?? {}) as { stack?: string };
    failures.push([`${file}: ${name}`, ...(stack ?? "").split("\n").slice(0, REASON_LINES)].join("\n  "));
  });
  const report = await text(stream.compose(spec()));
  const lines = report.split("\n").filter((line) => !TOTALS.test(line));
  process.stdout.write(`${lines.join("\n").trimEnd()}\n`);
}

async function runFiles(
  files: readonly string[],
  concurrency: number,
  timeoutMs: number,
  counts: Counts,
): Promise<void> {
  const waiting = [...files];
  const lane = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      await runFile(file, timeoutMs, counts);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

const failures: string[] = [];
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
const all =
  positionals.length > 0 ? positionals : globSync("tests/**/*.test.ts", { exclude: ["**/node_modules"] }).toSorted();
const isStack = (file: string): boolean => file.startsWith("tests/stack/");
if (!flags.stack)
  await runFiles(
    all.filter((file) => !isStack(file)),
    2,
    UNIT_TIMEOUT_MS,
    counts,
  );
if (!flags.unit) {
  // Each has a project and ports of its own; the one with the whole stack, which looks at how soon things happen, has the machine to itself.
  const isWhole = (file: string): boolean => file === "tests/stack/stack.test.ts";
  const files = all.filter(isStack);
  for (const some of [files.filter((file) => !isWhole(file)), files.filter(isWhole)]) {
    await runFiles(some, 2, STACK_TIMEOUT_MS, counts);
  }
}

// All in one place, where a long report ends.
for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
// No test at all is a broken run; all skipped is a machine without containers.
process.exitCode = counts.failed > 0 || counts.passed + counts.skipped === 0 ? 1 : 0;
