const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Resolves with the first signal that asks this process to end. A second one ends it at once. */
export function interruption(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const listen = (signal: NodeJS.Signals): void => {
      if (asked) {
        for (const one of SIGNALS) process.removeAllListeners(one);
        process.kill(process.pid, signal);
      }
      asked = true;
      resolve(signal);
    };
    for (const signal of SIGNALS) process.on(signal, listen);
  });
}
