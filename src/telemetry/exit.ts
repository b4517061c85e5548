import { fileURLToPath } from "node:url";
import { builtin, type Diagnostics } from "../base/index.ts";
import { frame } from "./delivery/exit-protocol.ts";
import type { Payload } from "./delivery/post.ts";
import { shownUrl, unreachableKey } from "./delivery/sender.ts";

/**
 * The one owner of how the program's end is met. Three ways lead out: the event loop runs dry (`beforeExit`: there is time to send),
 * `process.exit()` or an uncaught error (`exit`: only what is synchronous still works, so a child sends), and a signal, which would
 * end the process without either.
 */
export type ExitOptions = {
  /** Called once the end is in sight, before the last flush or drain. */
  readonly onEnd: () => void;
  /** Ends what is under way and will not come to an end of its own. `failed`: a signal or an exit code other than 0 ends the process. */
  readonly endOpen: (failed: boolean) => void;
  /** Sends what is queued, waiting at most until `signal` aborts. */
  readonly flush: (signal: AbortSignal) => Promise<void>;
  /** Whether there is anything that has not been sent. */
  readonly pending: () => boolean;
  /** What could not be sent, encoded. */
  readonly drain: () => Payload[];
  readonly timeoutMs: number;
  readonly diagnostics: Diagnostics;
};

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
/** Time for the child itself to start, on a busy machine. */
const CHILD_START_MS = 1000;

function sendBySubprocess(payloads: readonly Payload[], timeoutMs: number, options: ExitOptions): void {
  if (payloads.length === 0) return;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = builtin("node:child_process").spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.resolve("#exit-sender")), String(timeoutMs)],
    {
      input: frame(payloads),
      timeout: timeoutMs + CHILD_START_MS,
      env,
      stdio: ["pipe", "ignore", "pipe"],
      windowsHide: true,
    },
  );
  if (child.status === 0) return;
  const reason = child.stderr?.toString().slice(0, 200) || (child.error?.message ?? "no answer in time");
  const [first] = payloads;
  const target = shownUrl(first?.url ?? "");
  options.diagnostics.warnOnce(
    unreachableKey(first?.url ?? ""),
    `the last telemetry of this process could not be sent to ${target} (${reason}). Is a collector listening there? Set OTEL_EXPORTER_OTLP_ENDPOINT to change the address.`,
  );
}

/** Watches for the end. Returns what stops watching. */
export function guardExit(options: ExitOptions): () => void {
  let flushing = false;
  /** Time spent waiting so far: all ways out share one budget. */
  let waitedMs = 0;
  // Whole: spawnSync and AbortSignal.timeout throw at a fraction.
  const leftMs = (): number => Math.max(0, Math.ceil(options.timeoutMs - waitedMs));

  const flushInTime = async (): Promise<void> => {
    flushing = true;
    const startedMs = performance.now();
    await options.flush(AbortSignal.timeout(leftMs())).catch(() => {});
    waitedMs += performance.now() - startedMs;
    flushing = false;
  };
  let asked = false;
  const onBeforeExit = (): void => {
    // Node asks again after every piece of work, ours too: one round is enough, `exit` takes what it left.
    if (asked || flushing || !options.pending()) return;
    asked = true;
    options.onEnd();
    void flushInTime();
  };
  const onExit = (code: number): void => {
    try {
      options.endOpen(code !== 0);
      options.onEnd();
      sendBySubprocess(options.drain(), leftMs(), options);
    } catch {
      // The process is ending: there is nobody left to tell.
    }
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // Where the program listens itself it decides how to end; where it does not, the signal must still end it.
    if (process.listenerCount(signal) > 1) return;
    options.endOpen(true);
    options.onEnd();
    void flushInTime().finally(() => {
      process.off(signal, onSignal);
      onExit(1);
      process.kill(process.pid, signal);
    });
  };

  process.on("beforeExit", onBeforeExit);
  process.on("exit", onExit);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    process.off("beforeExit", onBeforeExit);
    process.off("exit", onExit);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
