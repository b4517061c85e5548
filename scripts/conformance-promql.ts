/** Runs Prometheus' own PromQL test scripts through this engine: `conformance-promql.ts [DIR]`. docs/promql.md tells the score. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { downloadedScripts } from "./conformance-promql/module.ts";
import { runScript } from "./conformance-promql/run.ts";

const folder = process.argv[2] ?? downloadedScripts();
const files = readdirSync(folder)
  .filter((file) => file.endsWith(".test"))
  .sort();
if (files.length === 0) throw new Error(`expected .test files in ${folder}, found none`);

let [passed, failed] = [0, 0];
const apart = new Map<string, number>();
for (const file of files) {
  const outcome = runScript(readFileSync(join(folder, file), "utf8"));
  const beside = [...outcome.apart.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${file}: ${outcome.passed} passed, ${outcome.failures.length} failed, ${beside} apart`);
  for (const { line, query, problem } of outcome.failures) {
    console.log(`  ${file}:${line}: ${query}\n    ${problem}`);
  }
  passed += outcome.passed;
  failed += outcome.failures.length;
  for (const [reason, count] of outcome.apart) apart.set(reason, (apart.get(reason) ?? 0) + count);
}
console.log("\nApart, because this engine does not have what they need:");
for (const [reason, count] of [...apart].sort(([, one], [, other]) => other - one))
  console.log(`  ${count} × ${reason}`);
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
