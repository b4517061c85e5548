import type { LogTap } from "./log-tap.ts";
import type { AdoptedFile } from "./module-hooks.ts";

type BunyanRecord = Record<string, unknown>;
type BunyanPrototype = { _emit?: (this: unknown, record: unknown, ...rest: unknown[]) => unknown };

/** Members that bunyan puts on every line and that OpenTelemetry says in its own way. */
const OWN_MEMBERS = new Set(["level", "time", "pid", "hostname", "v", "msg", "trace_id", "span_id"]);
/** bunyan's levels are numbers, between which a program may have its own. */
const LEVELS = [
  [60, "fatal"],
  [50, "error"],
  [40, "warn"],
  [30, "info"],
  [20, "debug"],
] as const;

const isRecord = (value: unknown): value is BunyanRecord => typeof value === "object" && value !== null;
const levelOf = (level: unknown): string => LEVELS.find(([least]) => Number(level) >= least)?.[1] ?? "trace";

function emitRecord(tap: LogTap, record: BunyanRecord): void {
  const { msg, level } = record;
  const fields = Object.fromEntries(Object.entries(record).filter(([name]) => !OWN_MEMBERS.has(name)));
  tap.emit({ level: levelOf(level), message: typeof msg === "string" ? msg : "", fields, logger: "bunyan" });
}

/**
 * Gives every bunyan logger of the program trace ids on its lines and sends the lines on. Hooked where a record, which bunyan has just made
 * and put through the program's serializers, goes to the streams.
 */
export function bunyanAdapter(tap: LogTap): AdoptedFile {
  return {
    packageName: "bunyan",
    path: "lib/bunyan",
    locals: ["Logger"],
    adopt: ({ get }) => {
      const { prototype } = get("Logger") as { readonly prototype: BunyanPrototype };
      const emit = prototype._emit;
      if (typeof emit !== "function") return;
      prototype._emit = function (record, ...rest) {
        if (isRecord(record)) {
          // A record without an end of its own: bunyan asks what would be written, and writes nothing.
          const isAsked = rest[0] === true;
          try {
            for (const [name, value] of Object.entries(tap.ids() ?? {})) record[name] ??= value;
            if (!isAsked) emitRecord(tap, record);
          } catch {
            // The program's line goes out whatever becomes of ours.
          }
        }
        return emit.call(this, record, ...rest);
      };
    },
  };
}
