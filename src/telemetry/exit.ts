import { fileURLToPath } from "node:url";
import { builtin, type Diagnostics } from "../base/index.ts";
import { frame, socketsOf, unframeResults } from "./delivery/exit-protocol.ts";
import type { Remainder } from "./delivery/remainder.ts";
import { shownUrl } from "./delivery/sender.ts";
import { watchFatalSignals } from "./exit-signals.ts";

/**
 * The one owner of how the program's end is met. Three ways lead out: the event loop runs dry (`beforeExit`: there is time to send),
 * `process.exit()` or an uncaught error (`exit`: only what is synchronous still works, so a child sends), and a signal, which would
 * end the process without either. docs/exit.md says what is promised.
 */
export type ExitOptions = {
  /** Called once the end is in sight, before the last flush or drain. */
  readonly onEnd: () => void;
  /** Ends what is under way and will not come to an end of its own. `failed`: a signal or an exit code other than 0 ends the process. */
  readonly endOpen: (failed: boolean) => void;
  /** Takes what other threads still hold, waiting at most so long. Called where the process ends and they with it. */
  readonly collect: (failed: boolean, timeoutMs: number) => void;
  /** Sends what is queued, waiting at most until `signal` aborts. */
  readonly flush: (signal: AbortSignal) => Promise<void>;
  /** Whether there is anything that has not been sent. */
  readonly pending: () => boolean;
  /** What could not be sent, encoded. */
  readonly drain: () => Remainder[];
  /** Whether a receiver is known to be there, so that it is worth waiting for while it is away. */
  readonly answered: () => boolean;
  /** No signals arrive in a thread. */
  readonly thread: boolean;
  /** Where the process can end without this thread seeing it: `finish` is then to be called. */
  readonly onAsked?: (finish: (failed: boolean) => void) => void;
  readonly timeoutMs: number;
  readonly diagnostics: Diagnostics;
};

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
/** Time for the child itself to start, on a busy machine. */
const CHILD_START_MS = 1000;
/** A thread in the middle of a computation cannot answer: so much of the budget is for sending what is there. */
const THREADS_SHARE = 0.5;
const THREADS_MOST_MS = 2000;

/** Of a container, where no init was asked for. */
const FIRST_PROCESS = 1;
/** Ours on one event, which are not to bring the program nearer to a warning about its own. */
const LISTENERS = 2;

/** Names what is in payloads that did not arrive. */
function lossOf(lost: readonly Remainder[]): string {
  const count = (signal: string): number =>
    lost.reduce((sum, { payload, count }) => sum + (payload.signal === signal ? count : 0), 0);
  const parts = [
    [count("traces"), "spans"],
    [count("logs"), "log lines"],
  ] as const;
  const named = parts.filter(([number]) => number > 0).map(([number, name]) => `${number} ${name}`);
  return `${named.length === 0 ? "the last metrics" : named.join(" and ")} of this process`;
}

function sendBySubprocess(remainders: readonly Remainder[], timeoutMs: number, options: ExitOptions): void {
  if (remainders.length === 0) return;
  const orders = { timeoutMs, patient: options.answered() };
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child =
    timeoutMs > 0
      ? builtin("node:child_process").spawnSync(
          process.execPath,
          [fileURLToPath(import.meta.resolve("#exit-sender"))],
          {
            input: frame(remainders, orders),
            timeout: timeoutMs + CHILD_START_MS,
            env,
            stdio: ["pipe", "pipe", "pipe", ...socketsOf(remainders)],
            windowsHide: true,
          },
        )
      : undefined;
  const results = unframeResults(child?.stdout?.toString() ?? "");
  const lost = remainders.filter((_remainder, at) => results[at]?.kind !== "delivered");
  const [first] = lost;
  if (first === undefined) return;
  const result = results[remainders.indexOf(first)];
  const failure = child?.stderr?.toString().slice(0, 200) || child?.error?.message;
  const reason = result !== undefined && "reason" in result ? result.reason : failure || "no answer in time";
  options.diagnostics.warnOnce(
    "lost-at-exit",
    `${lossOf(lost)} could not be sent to ${shownUrl(first.payload.url)} and are lost (${reason}). Is a collector listening there? Set OTEL_EXPORTER_OTLP_ENDPOINT to change the address.`,
  );
}

/** process.exit() calls this once the listeners are through. They were listed before, so that none can be added any more. */
function beforeReallyExit(step: (code: number | undefined) => void): void {
  const exiting = process as unknown as { reallyExit: (code?: number) => never };
  const { reallyExit } = exiting;
  exiting.reallyExit = (code) => {
    step(code);
    return reallyExit.call(process, code);
  };
}

function allowListeners(more: number): void {
  const most = process.getMaxListeners();
  // 0 is no limit.
  if (most > 0) process.setMaxListeners(Math.max(1, most + more));
}

/** Watches for the end. Returns what stops watching. */
export function guardExit(options: ExitOptions): () => void {
  let flushing = false;
  /** Time spent waiting so far: all ways out share one budget. */
  let waitedMs = 0;
  // Whole: spawnSync and AbortSignal.timeout throw at a fraction.
  const leftMs = (): number => Math.max(0, Math.ceil(options.timeoutMs - waitedMs));

  const timed = (step: () => void): void => {
    const startedMs = performance.now();
    step();
    waitedMs += performance.now() - startedMs;
  };
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
  const sendRest = (failed: boolean): void => {
    try {
      options.endOpen(failed);
      timed(() => options.collect(failed, Math.min(Math.ceil(leftMs() * THREADS_SHARE), THREADS_MOST_MS)));
      options.onEnd();
      const remainders = options.drain();
      timed(() => sendBySubprocess(remainders, leftMs(), options));
    } catch {
      // The process is ending: there is nobody left to tell.
    }
  };
  // Last of all listeners, for what the others recorded.
  const onExitLast = (code = 0): void => {
    if (options.pending()) sendRest(code !== 0);
  };
  // And first of all, because any of them may end the process at once by process.exit().
  const onExit = (code: number): void => {
    sendRest(code !== 0);
    if (process.listeners("exit").at(-1) !== onExitLast) beforeReallyExit(onExitLast);
  };
  let moving = false;
  let stopped = false;
  /** To its place at the end, once whoever is adding or removing listeners is through with it. */
  const putInPlace = (): void => {
    if (moving || stopped) return;
    moving = true;
    queueMicrotask(() => {
      if (!stopped) {
        process.off("exit", onExitLast).on("exit", onExitLast);
        if (!process.listeners("exit").includes(onExit)) process.prependListener("exit", onExit);
        if (!process.listeners("beforeExit").includes(onBeforeExit)) process.on("beforeExit", onBeforeExit);
      }
      moving = false;
    });
  };
  const onNewListener = (event: unknown): void => {
    if (event === "exit") putInPlace();
  };
  // A program that removes all listeners means its own.
  const onRemoveListener = (event: unknown): void => {
    if (event === "exit" || event === "beforeExit") putInPlace();
  };

  allowListeners(LISTENERS);
  options.onAsked?.(sendRest);
  process.on("beforeExit", onBeforeExit);
  process.on("exit", onExit);
  process.on("newListener", onNewListener);
  process.on("removeListener", onRemoveListener);
  const signals = options.thread
    ? undefined
    : watchFatalSignals(SIGNALS, (signal) => {
        if (process.pid === FIRST_PROCESS) {
          // The kernel keeps from it what it does not listen for: it lives on, if only until somebody loses patience and kills it.
          void options.flush(AbortSignal.timeout(options.timeoutMs)).catch(() => {});
          return;
        }
        // At once, as the signal itself would end it: nothing of the program runs while this is sent.
        sendRest(true);
        stop();
        process.kill(process.pid, signal);
      });
  const stop = (): void => {
    stopped = true;
    process.off("beforeExit", onBeforeExit);
    process.off("exit", onExit);
    process.off("exit", onExitLast);
    process.off("newListener", onNewListener);
    process.off("removeListener", onRemoveListener);
    signals?.stop();
    allowListeners(-LISTENERS);
  };
  return stop;
}
