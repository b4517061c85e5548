import { createRequire } from "node:module";
import { context, trace } from "@opentelemetry/api";
import type { Logger } from "winston";
import { markOwn, systemClock } from "../base/index.ts";
import { carriedBy, logAttributes, runningTelemetry, severityOf } from "../telemetry/index.ts";
import { callerOf } from "./caller.ts";
import { type Entry, entryOf, LEVEL, TEMPLATE, WANTED } from "./entry.ts";
import { jsonLine, type Line, PLACED } from "./line.ts";
import { type LoggingState, loggingState } from "./state.ts";
import { textLine } from "./text-line.ts";

type Winston = typeof import("winston");

export type LoggerOptions = {
  /** The name on each line, for instance the module. */
  readonly name: string;
  /** Lines below it are left out. Default: LOG_LEVEL, else `info`; setLogLevel changes it while the program runs. */
  readonly level?: string;
  /** `json` for machines, `text` for people. Default: LOG_FORMAT, else `json`. */
  readonly format?: "json" | "text";
  /** Which lines tell the code that wrote them. Default: LOG_CALLER, else `error`. */
  readonly caller?: "never" | "error" | "always";
};

/** winston's key for the line as it is written (its triple-beam package). */
const MESSAGE = Symbol.for("message");
const LEVELS = { error: 0, warn: 1, info: 2, http: 3, verbose: 4, debug: 5, silly: 6 } as const;
const LEFT_OUT = "left_out";

const rankOf = (level: string): number | undefined =>
  Object.hasOwn(LEVELS, level) ? LEVELS[level as keyof typeof LEVELS] : undefined;

const levelOf = (entry: Entry): string => String(entry[LEVEL] ?? entry.level ?? "info");

/** Fields of an error have names of their own in OpenTelemetry. */
function attributesOf({ logger, caller, fields }: Line): ReturnType<typeof logAttributes> {
  const attributes = logAttributes(fields);
  attributes["logger"] = logger;
  const { error } = fields;
  if (typeof error === "object" && error !== null) {
    const { name, message, stack } = error as Record<string, unknown>;
    if (typeof name === "string" && typeof stack === "string") {
      delete attributes["error"];
      attributes["exception.type"] = name;
      attributes["exception.message"] = String(message);
      attributes["exception.stacktrace"] = stack;
    }
  }
  if (caller !== undefined) {
    attributes["code.file.path"] = caller.module;
    attributes["code.line.number"] = caller.line;
    if (caller.function !== undefined) attributes["code.function.name"] = caller.function;
  }
  return attributes;
}

/** ISO 8601. Most of it is the same for all lines of a second. */
function createTimestamps(): (timeMs: number) => string {
  let second = Number.NaN;
  let prefix = "";
  return (timeMs) => {
    const whole = Math.floor(timeMs);
    const ms = whole % 1000;
    if (whole - ms !== second) {
      second = whole - ms;
      prefix = new Date(second).toISOString().slice(0, -4);
    }
    return `${prefix}${ms < 10 ? "00" : ms < 100 ? "0" : ""}${ms}Z`;
  };
}
const timestampOf = createTimestamps();

type Recipe = {
  readonly name: string;
  readonly json: boolean;
  readonly caller: "never" | "error" | "always";
  readonly state: LoggingState;
};

type Wanted = {
  /** By our outputs: the logger's level lets it pass. */
  readonly here: boolean;
  /** By transports that the program added. */
  readonly elsewhere: boolean;
  /** By the back end: the request is recorded in full, whatever the level. */
  readonly debugged: boolean;
};

/** `isWritten`: sampling lets it pass. */
type Made = { readonly line: Line; readonly isWritten: boolean };

/** Makes one line of an entry; undefined where sampling leaves it out and nobody asks for it all the same. */
function lineOf(entry: Entry, recipe: Recipe, { here, elsewhere, debugged }: Wanted): Made | undefined {
  const { cleaner, sampling } = recipe.state;
  const level = levelOf(entry);
  const current = context.active();
  const span = trace.getSpanContext(current);
  const template = entry[TEMPLATE] ?? entry.message;
  const leftOut =
    here || elsewhere ? sampling.decide(level, typeof template === "string" ? template : "", span?.traceId) : undefined;
  if (leftOut === undefined && !debugged) return undefined;

  const { message, logger = recipe.name, trace_id: traceId, span_id: spanId } = entry;
  const fields = cleaner.members(entry, PLACED);
  if (leftOut !== undefined && leftOut > 0) fields[LEFT_OUT] = leftOut;
  const carried = carriedBy(current)?.line;
  const ids: Record<string, unknown> = carried === undefined ? {} : cleaner.members(carried);
  if (span !== undefined) {
    ids["trace_id"] = span.traceId;
    ids["span_id"] = span.spanId;
  }
  if (traceId !== undefined) Object.assign(ids, cleaner.members({ trace_id: traceId }));
  if (spanId !== undefined && (span ?? traceId) !== undefined) Object.assign(ids, cleaner.members({ span_id: spanId }));
  const wantsCaller = recipe.caller === "always" || (recipe.caller === "error" && level === "error");
  const line: Line = {
    timestamp: timestampOf(systemClock.nowMs()),
    level,
    logger: cleaner.text(String(logger)),
    message: cleaner.text(typeof message === "string" ? message : String(message)),
    ids,
    caller: wantsCaller ? callerOf() : undefined,
    fields,
  };
  return { line, isWritten: leftOut !== undefined };
}

function emit(line: Line, eventName: unknown): void {
  runningTelemetry()?.emitLine({
    severityNumber: severityOf(line.level),
    severityText: line.level.toUpperCase(),
    body: line.message,
    attributes: attributesOf(line),
    scope: line.logger,
    ...(typeof eventName === "string" && { eventName }),
  });
}

const isDebugged = (): boolean => runningTelemetry()?.debug.isOn(context.active()) === true;
const takesLine = (): boolean => runningTelemetry()?.debug.takesLine(context.active()) === true;

/** Writes an entry where it is wanted. Returns what goes elsewhere. Never throws. */
function write(entry: Entry, recipe: Recipe, wanted: Wanted): Entry | undefined {
  try {
    const made = lineOf(entry, recipe, wanted);
    if (made === undefined) return undefined;
    const { line, isWritten } = made;
    const { outputs } = recipe.state;
    const { timestamp, level, logger, message, ids, fields } = line;
    const text = recipe.json ? jsonLine(line) : textLine(line, false);
    if (wanted.here && isWritten) {
      const colored = !recipe.json && outputs.hasColors() ? textLine(line, true) : undefined;
      outputs.write({ timestamp, level, logger, text, colored });
    }
    if ((wanted.here && isWritten) || wanted.debugged) emit(line, entry["event.name"]);
    if (!wanted.elsewhere || !isWritten) return undefined;
    return { ...fields, ...ids, timestamp, logger, level, message, [LEVEL]: level, [MESSAGE]: text };
  } catch {
    // What cannot be read or written is not worth an error in the program.
    return undefined;
  }
}

/** The level of a logger: what it was given or set to, else what was set for it or for all while the program runs, else the settings'. */
function followLevel(
  logger: Logger,
  name: string,
  given: string | undefined,
  { levels, settings }: LoggingState,
): void {
  let own = given;
  Object.defineProperty(logger, "level", {
    configurable: true,
    enumerable: true,
    get: () => levels.byLogger.get(name) ?? own ?? levels.all ?? settings.level,
    set(this: Logger, level: string) {
      // A child logger has the level of its parent until it gets one of its own.
      if (this !== logger) {
        Object.defineProperty(this, "level", { value: level, writable: true, configurable: true, enumerable: true });
        return;
      }
      own = level;
      levels.byLogger.delete(name);
    },
  });
}

/**
 * Creates a logger: winston's, whose lines carry timestamp, level, logger, message, the ids of the current span and context, and no secrets
 * and no personal data. Lines go where the settings say, at once, so that none is lost however the process ends.
 */
export function createLogger(options: string | LoggerOptions): Logger {
  const given: LoggerOptions = typeof options === "string" ? { name: options } : options;
  const winston = createRequire(import.meta.url)("winston") as Winston;
  const state = loggingState();
  const name = String(given.name);
  const recipe: Recipe = {
    name,
    json: (given.format ?? state.settings.format) !== "text",
    caller: given.caller ?? state.settings.caller,
    state,
  };
  const logger = winston.createLogger({
    levels: LEVELS,
    // Lines arrive finished at what the program adds.
    format: winston.format((info) => info)(),
    transports: [],
  });
  followLevel(logger, name, given.level, state);
  markOwn(logger);

  const passOn = logger.write.bind(logger) as (info: object) => boolean;
  // After `end()` they take nothing more.
  const hasTransports = (): boolean => logger.transports.length > 0 && logger.writable;
  const isWanted = (self: Logger, level: string): boolean =>
    (rankOf(self.level) ?? LEVELS.info) >= (rankOf(level) ?? LEVELS.info);
  const log = (self: Logger, level: string, args: readonly unknown[]): void => {
    const wanted = isWanted(self, level);
    // What the program added may want more than we write.
    if (!wanted && !hasTransports() && !isDebugged()) return;
    let entry: Entry;
    try {
      entry = entryOf(level, self.defaultMeta, args);
    } catch {
      entry = entryOf(level, undefined, ["[unreadable]"]);
    }
    entry[WANTED] = wanted;
    (self.write as (entry: object) => unknown)(entry);
  };
  const methods: Record<string, unknown> = {
    write: (info: unknown, ...rest: unknown[]): boolean => {
      const isEntry = typeof info === "object" && info !== null && !(info instanceof Error);
      const entry = isEntry ? (info as Entry) : entryOf("info", undefined, [info]);
      if (!logger.silent) {
        const here = (entry[WANTED] ?? isWanted(logger, levelOf(entry))) === true;
        const elsewhere = hasTransports();
        const debugged = isDebugged() && (here || takesLine());
        const done = here || elsewhere || debugged ? write(entry, recipe, { here, elsewhere, debugged }) : undefined;
        if (done !== undefined) passOn(done);
      }
      for (const one of rest) if (typeof one === "function") one();
      return true;
    },
    log(this: Logger | undefined, level: unknown, ...args: unknown[]): Logger {
      const self = this ?? logger;
      if (typeof level === "string") log(self, level, args);
      else log(self, String((level as Entry | undefined)?.level ?? "info"), [withoutLevel(level)]);
      return self;
    },
  };
  for (const level of Object.keys(LEVELS)) {
    methods[level] = function (this: Logger | undefined, ...args: unknown[]): Logger {
      const self = this ?? logger;
      log(self, level, args);
      return self;
    };
  }
  for (const [method, value] of Object.entries(methods)) {
    Object.defineProperty(logger, method, { value, writable: true, configurable: true });
  }
  return logger;
}

/** The one argument of `log({ level, message, … })`. */
function withoutLevel(info: unknown): unknown {
  if (typeof info !== "object" || info === null || info instanceof Error) return info;
  const { level: _, ...rest } = info as Record<string, unknown>;
  return rest;
}

/**
 * Sets the level of the logger of this name, or of all that were given none when they were created. Works at once, on loggers there are and
 * will be; `undefined` undoes it. A level that does not exist is ignored.
 */
export function setLogLevel(level: string | undefined, logger?: string): void {
  if (level !== undefined && rankOf(level) === undefined) return;
  const { levels } = loggingState();
  if (logger === undefined) levels.all = level;
  else if (level === undefined) levels.byLogger.delete(logger);
  else levels.byLogger.set(logger, level);
}
