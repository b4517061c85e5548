import { isatty } from "node:tty";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Resolves with the first signal that asks this process to end. A second one ends it at once. */
export function interruption(signals: readonly NodeJS.Signals[] = SIGNALS): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const listen = (signal: NodeJS.Signals): void => {
      if (asked) {
        for (const one of signals) process.removeAllListeners(one);
        process.kill(process.pid, signal);
      }
      asked = true;
      resolve(signal);
    };
    for (const signal of signals) process.on(signal, listen);
  });
}

const hasTerminal = (): boolean => [0, 1, 2].some((descriptor) => isatty(descriptor));

/**
 * Calls `reload` for SIGHUP, as servers do. The kernel sends the same signal when the terminal is closed that the process was started in: that
 * one still asks for the end, and resolves this.
 */
export function hangup(reload: () => void): Promise<NodeJS.Signals> {
  const hadTerminal = hasTerminal();
  return new Promise((resolve) => {
    process.on("SIGHUP", () => {
      if (hadTerminal && !hasTerminal()) resolve("SIGHUP");
      else reload();
    });
  });
}
