import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { format } from "node:util";
import type { LogTap } from "./log-tap.ts";

/** Levels of the methods of console, by the channels on which Node tells of their calls; nothing of console is replaced. */
const LEVELS = {
  "console.debug": "debug",
  "console.log": "info",
  "console.info": "info",
  "console.warn": "warn",
  "console.error": "error",
} as const;

/** Sends what the program writes by console.log and the like on as log lines. Returns what stops it. */
export function watchConsole(tap: LogTap, onFault: (error: unknown) => void): () => void {
  let inside = false;
  const listeners = Object.entries(LEVELS).map(([channel, level]) => {
    const listener = (args: unknown): void => {
      // What is printed while a value is looked at (a getter that logs) is not told of for ever.
      if (inside) return;
      inside = true;
      try {
        tap.emit({ level, message: format(...(args as unknown[])), fields: {}, logger: "console" });
      } catch (error) {
        onFault(error);
      } finally {
        inside = false;
      }
    };
    subscribe(channel, listener);
    return [channel, listener] as const;
  });
  return () => {
    for (const [channel, listener] of listeners) unsubscribe(channel, listener);
  };
}
