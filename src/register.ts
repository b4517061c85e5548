/**
 * The preload: `node --require agent-observatory/register app.js`. Starts telemetry from the environment and observatory.yaml. What is
 * wrong with them is said once on stderr, and the program runs in any case.
 */
import { createDiagnostics } from "./base/index.ts";
import { loadConfig, strictError } from "./config/index.ts";
import { startTelemetry } from "./program/index.ts";
import { isThread } from "./telemetry/index.ts";
import { VERSION } from "./version.ts";

const sayNotStarted = (error: unknown): void => {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`agent-observatory: could not start, the program runs without it: ${reason}\n`);
};

/** Returns what is wrong with the settings where that is to end the program. */
function register(): Error | undefined {
  const loaded = loadConfig({ env: process.env, cwd: process.cwd(), argv1: process.argv[1] });
  const { config, problems } = loaded;
  const refused = strictError(loaded);
  if (refused !== undefined) return refused;
  const diagnostics = createDiagnostics(config.logLevel);
  // The main thread has said it already.
  if (!isThread()) for (const { message } of problems) diagnostics.warnOnce(message, message);
  if (config.enabled) startTelemetry({ config, diagnostics, version: VERSION });
  return undefined;
}

let refused: Error | undefined;
try {
  refused = register();
} catch (error) {
  sayNotStarted(error);
}
// The one error that we throw into a program, because AGENT_OBSERVATORY_STRICT asks for it.
if (refused !== undefined) throw refused;
