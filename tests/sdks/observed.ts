/** Runs a program with a library from this folder, with and without us, and gives what was seen of it. */
import assert from "node:assert/strict";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { type ProgramRun, type RunOptions, runProgram } from "../process/run-program.ts";

/** Two runs of one program: what it prints, and its errors, are the same. Returns the observed one. */
export async function runObserved(source: string, options: RunOptions = {}): Promise<ProgramRun> {
  const given = { directory: import.meta.dirname, ...options };
  const [plain, observed] = await Promise.all([
    runProgram(source, { ...given, mode: "none" }),
    runProgram(source, given),
  ]);
  assert.equal(plain.code, 0, plain.stderr);
  assert.equal(observed.stdout, plain.stdout);
  assert.equal(observed.code, plain.code, observed.stderr);
  assert.equal(observed.stderr, plain.stderr);
  return observed;
}

/** What a test wants to see of a span: some of its attributes, and how it ended. */
export function seen(span: ReceivedSpan | undefined, names: readonly string[]): Record<string, unknown> {
  assert.ok(span !== undefined, "there is such a span");
  return Object.fromEntries(
    names.flatMap((name) => (span.attributes[name] === undefined ? [] : [[name, span.attributes[name]]])),
  );
}

export const operationOf = (span: ReceivedSpan): string => String(span.attributes[ATTR.operation] ?? "");
