import { createDiagnostics, type Diagnostics, systemClock } from "../base/index.ts";
import { createRedactor, type Redactor } from "../redaction/index.ts";
import { type Check, type CheckOptions, createCheck, type HealthCheck } from "./check.ts";
import { type LoopDelay, watchLoopDelay } from "./loop-delay.ts";
import { type HealthReport, type HealthStatus, reportOf } from "./report.ts";
import { tellResult } from "./telling.ts";

export type Health = {
  readonly add: (name: string, check: HealthCheck, options: CheckOptions) => () => void;
  readonly run: (hold: boolean) => Promise<HealthReport>;
  readonly loopDelay: () => LoopDelay;
  readonly diagnostics: () => Diagnostics;
  readonly setDiagnostics: (diagnostics: Diagnostics) => void;
};

function createHealth(): Health {
  const clock = systemClock;
  const checks = new Map<string, Check>();
  let redactor: Redactor | undefined;
  let loopDelay: LoopDelay | undefined;
  let diagnostics: Diagnostics | undefined;
  const clean = (text: string): string => {
    // The address of a server is what a message is about.
    redactor ??= createRedactor({ except: ["ip_address"] });
    return redactor.text(text);
  };
  return {
    add: (name, check, options) => {
      let before: HealthStatus | undefined;
      const added = createCheck({
        name,
        check,
        options,
        clock,
        clean,
        onResult: (result) => {
          // What was removed or replaced meanwhile is not told of any more.
          if (checks.get(name) !== added) return;
          const previous = before;
          before = result.status;
          try {
            tellResult(result, previous);
          } catch {
            // What cannot be told does not change the result.
          }
        },
      });
      checks.set(name, added);
      return () => {
        if (checks.get(name) === added) checks.delete(name);
      };
    },
    run: async (hold) => reportOf(await Promise.all([...checks.values()].map((check) => check.run(hold)))),
    loopDelay: () => {
      // A clock that is set is no loop that is late.
      loopDelay ??= watchLoopDelay({ nowMs: () => performance.now() });
      return loopDelay;
    },
    diagnostics: () => {
      diagnostics ??= createDiagnostics("warn");
      return diagnostics;
    },
    setDiagnostics: (given) => {
      diagnostics = given;
    },
  };
}

const HEALTH = Symbol.for("agent-observatory.health");

/** The checks of this process: one set, though the program may hold the package twice. */
export function healthOfProcess(): Health {
  const holder = globalThis as { [HEALTH]?: Health };
  holder[HEALTH] ??= createHealth();
  return holder[HEALTH];
}

/**
 * Registers a check under a name; one of the same name before it is replaced. It runs when somebody asks (`checkHealth`, `/readyz`), and with
 * telemetry every `health.intervalMs`. Returns what removes it.
 */
export function healthCheck(name: string, check: HealthCheck, options: CheckOptions = {}): () => void {
  const health = healthOfProcess();
  if (typeof name !== "string" || name === "" || typeof check !== "function") {
    health
      .diagnostics()
      .warnOnce(
        `health-check-${String(name)}`,
        `healthCheck expects a name and a function, got ${typeof name} and ${typeof check}; nothing is checked.`,
      );
    return () => {};
  }
  return health.add(name, check, options ?? {});
}

/** Runs all checks at once and tells the whole. Never rejects; takes no longer than the longest timeout. */
export const checkHealth = (): Promise<HealthReport> => healthOfProcess().run(true);
