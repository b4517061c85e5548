const PAUSE_MS = 500;

/**
 * Runs `check` until it no longer throws and resolves with what it returns. Telemetry arrives when it arrives, so every look at a back
 * end goes through here. Throws after `timeoutMs`, saying what was waited for and how the last attempt failed.
 */
export async function waitUntil<T>(description: string, check: () => T | Promise<T>, timeoutMs = 60_000): Promise<T> {
  const startedMs = performance.now();
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() - startedMs > timeoutMs) {
        const seconds = Math.round((performance.now() - startedMs) / 1000);
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`Waited ${seconds} s until ${description}. The last attempt: ${reason}`, { cause: error });
      }
    }
    await pause(PAUSE_MS);
  }
}

export const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));
