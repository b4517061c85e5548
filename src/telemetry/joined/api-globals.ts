import { readFileSync } from "node:fs";
import { propagation } from "@opentelemetry/api";

/** Where every copy of `@opentelemetry/api` 1.x, of any version and bundled or not, keeps what is registered. */
const KEY = Symbol.for("opentelemetry.js.api.1");
const SLOTS = ["trace", "context", "propagation", "logs", "metrics", "diag"] as const;
type Slot = (typeof SLOTS)[number];

type Globals = { [KEY]?: Readonly<Record<string, unknown>> | undefined };

export type ApiGlobalsOptions = {
  /** What stands in a place for as long as the program registers nothing there. */
  readonly ours: Partial<Readonly<Record<Slot, object>>>;
  /** The program has registered something. Returns what is to stand there, where it is not that very thing. */
  readonly onForeign: (slot: Slot, foreign: object) => object | undefined;
};

export type ApiGlobals = {
  /** What the program has registered and not taken away again. */
  readonly foreign: (slot: Slot) => object | undefined;
  /** Leaves only what the program has registered. */
  readonly close: () => void;
};

/** The version of the copy of the API that is calling; its registration must find itself. */
function callingVersion(): string | undefined {
  const root = /(?:file:\/\/)?((?:\/|[A-Za-z]:)[^\n()]*?node_modules[\\/]@opentelemetry[\\/]api)[\\/]/.exec(
    String(new Error().stack),
  )?.[1];
  if (root === undefined) return undefined;
  try {
    const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}

/** The API tells its version to nobody, but writes it down with its first registration. */
function ownVersion(): string {
  const globals = globalThis as Globals;
  const before = Object.getOwnPropertyDescriptor(globals, KEY);
  delete globals[KEY];
  const nothing = { inject: () => {}, extract: <C>(context: C) => context, fields: () => [] };
  propagation.setGlobalPropagator(nothing);
  const version = globals[KEY]?.["version"];
  delete globals[KEY];
  if (before !== undefined) Object.defineProperty(globals, KEY, before);
  return typeof version === "string" ? version : "1.9.0";
}

const newest = (one: string, other: unknown): string =>
  typeof other === "string" && other.localeCompare(one, "en", { numeric: true }) > 0 ? other : one;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/**
 * Holds the places of the OpenTelemetry API so that ours are there, and yet the program can register its own as if they were free: the API
 * would refuse it, and the program's telemetry would be lost without a word. A registration begins by assigning the whole object to itself,
 * which nothing else does; what it then asks for is answered for it alone. What the program takes away again is ours again.
 */
export function holdApiGlobals({ ours, onForeign }: ApiGlobalsOptions): ApiGlobals {
  const globals = globalThis as Globals;
  const before = globals[KEY];
  let version = newest(ownVersion(), before?.["version"]);
  let registering = false;

  const base = {};
  const api: Record<string, unknown> = Object.create(base);
  const registered = new Map<Slot, object>();

  const place = (slot: Slot, given: unknown): void => {
    registering = false;
    if (!isObject(given) || given === ours[slot]) return;
    const standing = onForeign(slot, given) ?? given;
    registered.set(slot, given);
    // An accessor, as it must also tell that a registration has met something and is over. `delete` takes it away.
    Object.defineProperty(api, slot, {
      configurable: true,
      enumerable: true,
      get: () => {
        registering = false;
        return standing;
      },
      set: (next) => place(slot, next),
    });
  };

  Object.defineProperty(base, "version", {
    enumerable: true,
    get: () => {
      if (!registering) return version;
      registering = false;
      const theirs = callingVersion();
      // Newer copies read what older ones wrote, not the other way round: the newest version that was seen is the one to show.
      version = newest(version, theirs);
      return theirs ?? version;
    },
  });
  for (const slot of SLOTS) {
    Object.defineProperty(base, slot, {
      enumerable: false,
      get: () => (registering ? undefined : ours[slot]),
      set: (given) => place(slot, given),
    });
  }
  const takeAll = (given: Readonly<Record<string, unknown>>): void => {
    version = newest(version, given["version"]);
    for (const slot of SLOTS) place(slot, given[slot]);
  };
  Object.defineProperty(globals, KEY, {
    configurable: true,
    enumerable: false,
    get: () => api,
    set: (given: unknown) => {
      if (given === api) registering = true;
      else if (isObject(given)) takeAll(given as Readonly<Record<string, unknown>>);
      else for (const slot of SLOTS) delete api[slot];
    },
  });
  if (before !== undefined) takeAll(before);

  return {
    foreign: (slot) => (Object.hasOwn(api, slot) ? registered.get(slot) : undefined),
    close: () => {
      const left = SLOTS.filter((slot) => Object.hasOwn(api, slot));
      delete globals[KEY];
      if (left.length === 0) return;
      globals[KEY] = { version, ...Object.fromEntries(left.map((slot) => [slot, registered.get(slot)])) };
    },
  };
}
