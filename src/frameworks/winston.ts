import { isOwn } from "../base/index.ts";
import type { LogTap } from "./log-tap.ts";
import type { AdoptedFile } from "./module-hooks.ts";

type Info = Record<string | symbol, unknown>;
type WinstonLogger = { readonly isLevelEnabled?: (level: string) => boolean };
type WinstonPrototype = {
  write: (this: WinstonLogger, info: unknown, ...rest: unknown[]) => unknown;
  push: (this: WinstonLogger, info: unknown, ...rest: unknown[]) => unknown;
};

/** winston's own key for the level without colours (its triple-beam package). */
const LEVEL = Symbol.for("level");
const isInfo = (value: unknown): value is Info => typeof value === "object" && value !== null;
const asText = (value: unknown): string =>
  typeof value === "string" ? value : value instanceof Error ? value.message : (JSON.stringify(value) ?? "");

/**
 * Gives every winston logger of the program trace ids on its lines (as they come in) and sends the lines on (as its format made
 * them, so that what the program itself removes stays removed).
 */
export function winstonAdapter(tap: LogTap): AdoptedFile {
  return {
    packageName: "winston",
    path: "lib/winston/logger",
    locals: ["Logger"],
    adopt: ({ get }) => {
      const { prototype } = get("Logger") as { readonly prototype: WinstonPrototype };
      const { write, push } = prototype;
      if (typeof write !== "function" || typeof push !== "function") return;
      prototype.write = function (info, ...rest) {
        const ids = isInfo(info) && !isOwn(this) && Object.isExtensible(info) ? tap.ids() : undefined;
        if (ids !== undefined && isInfo(info)) {
          for (const [name, value] of Object.entries(ids)) info[name] ??= value;
        }
        return write.call(this, info, ...rest);
      };
      prototype.push = function (info, ...rest) {
        try {
          // A logger of ours has told of its lines itself.
          if (isInfo(info) && !isOwn(this)) {
            const level = String(info[LEVEL] ?? info.level ?? "info");
            const { level: _level, message, trace_id: _trace, span_id: _span, timestamp: _time, ...fields } = info;
            if (this.isLevelEnabled?.(level) !== false || tap.takesLine()) {
              tap.emit({ level, message: asText(message), fields, logger: "winston" });
            }
          }
        } catch {
          // The program's line goes out whatever becomes of ours.
        }
        return push.call(this, info, ...rest);
      };
    },
  };
}
