import type { LogTap } from "./log-tap.ts";
import type { AdoptedFile } from "./module-hooks.ts";

type PinoLogger = {
  readonly levels?: { readonly labels?: Readonly<Record<number, string>> };
  readonly [key: symbol]: unknown;
};
type AsJson = (this: PinoLogger, object: unknown, message: unknown, level: number, time: unknown) => string;

/** Members that pino puts on every line and that OpenTelemetry says in its own way. */
const OWN_MEMBERS = ["level", "time", "pid", "hostname", "trace_id", "span_id"];

function symbolOf(prototype: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(prototype).find((symbol) => symbol.description === description);
}

function emitLine(tap: LogTap, logger: PinoLogger, level: number, line: string): void {
  const fields = JSON.parse(line) as Record<string, unknown>;
  const key = Object.getOwnPropertySymbols(logger).find((symbol) => symbol.description === "pino.messageKey");
  const messageKey = key === undefined ? "msg" : String(logger[key]);
  const message = fields[messageKey];
  for (const member of [...OWN_MEMBERS, messageKey]) delete fields[member];
  tap.emit({
    level: logger.levels?.labels?.[level] ?? "info",
    message: typeof message === "string" ? message : "",
    fields,
    logger: "pino",
  });
}

/**
 * Gives every pino logger of the program trace ids on its lines and sends the lines on. Hooked where pino makes JSON of a line:
 * its own redaction and serializers have then been applied.
 */
export function pinoAdapter(tap: LogTap): AdoptedFile {
  return {
    packageName: "pino",
    path: "lib/proto",
    locals: ["prototype"],
    adopt: ({ get }) => {
      const prototype = get("prototype") as Record<symbol, AsJson>;
      const key = symbolOf(prototype, "pino.asJson");
      const asJson = key === undefined ? undefined : prototype[key];
      if (key === undefined || typeof asJson !== "function") return;
      prototype[key] = function (object, message, level, time) {
        const ids = tap.ids();
        const enriched =
          ids !== undefined && typeof object === "object" && object !== null ? { ...ids, ...object } : object;
        const line = asJson.call(this, enriched, message, level, time);
        try {
          emitLine(tap, this, level, line);
        } catch {
          // The program's line goes out whatever becomes of ours.
        }
        return line;
      };
    },
  };
}
