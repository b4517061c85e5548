/**
 * The preload: `node --require agent-observatory/register app.js`. Starts telemetry from the environment and observatory.yaml. What is
 * wrong with them is said once on stderr, and the program runs in any case.
 */
import { createDiagnostics } from "./base/index.ts";
import { loadConfig } from "./config/index.ts";
import { startTelemetry } from "./start.ts";
import { VERSION } from "./version.ts";

function register(): void {
  const { config, problems } = loadConfig({ env: process.env, cwd: process.cwd(), argv1: process.argv[1] });
  const diagnostics = createDiagnostics(config.logLevel);
  for (const problem of problems) diagnostics.warnOnce(problem.message, problem.message);
  if (!config.enabled) return;
  startTelemetry({ config, diagnostics, version: VERSION });
}

try {
  register();
} catch (error) {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`agent-observatory: could not start, the program runs without it: ${reason}\n`);
}
