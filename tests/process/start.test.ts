import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runProgram } from "./run-program.ts";

const LIST = "console.log(JSON.stringify(process.moduleLoadList));";

/** Those of Node's modules that it loaded for us, by name. */
async function loadedForUs(env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const namesOf = (text: string): string[] =>
    (JSON.parse(text) as string[]).map((entry) => entry.replace(/^(?:NativeModule|Internal Binding) /, ""));
  const [bare, observed] = await Promise.all([runProgram(LIST, { mode: "none" }), runProgram(LIST, { env })]);
  const known = new Set(namesOf(bare.stdout));
  return namesOf(observed.stdout).filter((name) => !known.has(name));
}

describe("the start of a program", () => {
  // Each costs milliseconds and megabytes, and is loaded by reading one member too many of a module that we do need.
  it("loads none of Node's large modules", async () => {
    const loaded = await loadedForUs({ OTEL_SERVICE_NAME: "shop", LOG_LEVEL: "warn" });
    assert.ok(loaded.includes("perf_hooks"), "what we need is seen");
    const costly =
      /^(?:http|https|http2|tls|crypto|zlib|worker_threads|child_process|internal\/deps\/undici.*|internal\/util\/(?:diff|parse_args.*))$/;
    assert.deepEqual(
      loaded.filter((name) => costly.test(name)),
      [],
    );
  });
});
