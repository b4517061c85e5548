/**
 * Sees the errors that nobody caught, and unhandled rejections where Node makes them such errors, as it does by default. Node tells monitors
 * before it does whatever it will do: what becomes of the process does not change. Returns what stops watching.
 */
export function watchUncaught(onError: (error: unknown) => void): () => void {
  process.on("uncaughtExceptionMonitor", onError);
  return () => void process.off("uncaughtExceptionMonitor", onError);
}
