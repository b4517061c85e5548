import { readFileSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Coverage } from "./coverage.ts";

/**
 * A file of a library whose inner objects an adapter needs. The file is loaded as it is, with one line added at its end that hands
 * the named locals over: this works alike for CommonJS and ES modules, and exports keep their identity.
 */
export type AdoptedFile = {
  /** The installed package, as in `node_modules/<name>`. */
  readonly packageName: string;
  /** Path inside the package, without extension. A pattern where a bundler put hashes into names: an adapter then takes the file that has its locals. */
  readonly path: string | RegExp;
  /** Identifiers of that file's outermost scope. */
  readonly locals: readonly string[];
  /** The names are those under which an ES module exports: the identifiers behind them are a minifier's. */
  readonly exported?: boolean;
  readonly adopt: (adopted: Adopted) => void;
};

export type Adopted = {
  /** The value of one of the named locals; undefined where the file has no such identifier. */
  readonly get: (local: string) => unknown;
  /** Puts another value behind a local, which must be a `let`, `var` or function declaration. Says whether that worked. */
  readonly set: (local: string, value: unknown) => boolean;
  /** The file was loaded from a package of this version. */
  readonly version: string | undefined;
};

/** A package that an OpenTelemetry instrumentation knows. Called once, right before the package is first loaded. */
export type InstrumentedPackage = {
  readonly packageName: string;
  readonly prepare: () => void;
};

export type ModuleHooksOptions = {
  readonly adopted: readonly AdoptedFile[];
  readonly instrumented: readonly InstrumentedPackage[];
  readonly coverage: Pick<Coverage, "loaded" | "loadedBefore">;
  readonly onFault: (error: unknown) => void;
};

/** How a local is read and written from outside its file. */
type Locals = Readonly<Record<string, readonly [get: () => unknown, set: (value: unknown) => void]>>;

const ADOPT = Symbol.for("agent-observatory.adopt");
const MODULES = "/node_modules/";
const JS_ENDING = /\.[cm]?js$/;

type Place = {
  /** URL of the package's folder. */
  readonly root: string;
  readonly packageName: string;
  readonly path: string;
};

/** `…/node_modules/@scope/name/dist/file.js` → package and path inside; the innermost node_modules counts. */
function locate(url: string): Place | undefined {
  const at = url.lastIndexOf(MODULES);
  if (at === -1) return undefined;
  const parts = url.slice(at + MODULES.length).split("/");
  const length = parts[0]?.startsWith("@") ? 2 : 1;
  const packageName = parts.slice(0, length).join("/");
  return {
    root: url.slice(0, at + MODULES.length) + packageName,
    packageName,
    path: parts.slice(length).join("/").replace(JS_ENDING, ""),
  };
}

function versionIn(root: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(fileURLToPath(`${root}/package.json`), "utf8")) as {
      version?: unknown;
    };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}

const isAt = ({ path }: AdoptedFile, given: string): boolean =>
  typeof path === "string" ? path === given : path.test(given);

/** The identifier that a file exports under a name: `export { a as name }`, as minifiers write it. */
function exportedLocal(source: string, name: string): string {
  const list = source.lastIndexOf("export");
  return new RegExp(`([\\w$]+) as ${name}\\b`).exec(source.slice(list))?.[1] ?? name;
}

/** The identifiers that the files want, by the names that they know them by. */
function localsOf(files: readonly AdoptedFile[], source: string): Map<string, string> {
  const names = files.flatMap(({ locals, exported }) => locals.map((name) => [name, exported === true] as const));
  return new Map(names.map(([name, exported]) => [name, exported ? exportedLocal(source, name) : name]));
}

/** The line at the end of an adopted file. */
function handOver(at: number, names: ReadonlyMap<string, string>): string {
  const locals = [...names].map(
    ([name, local]) =>
      `${name}: [() => typeof ${local} === "undefined" ? undefined : ${local}, (value) => { ${local} = value; }]`,
  );
  return `\n;globalThis[Symbol.for("agent-observatory.adopt")]?.(${at}, { ${locals.join(", ")} });\n`;
}

function adoptedOf(locals: Locals, url: string): Adopted {
  return {
    get: (local) => locals[local]?.[0](),
    set: (local, value) => {
      const [read, write] = locals[local] ?? [];
      try {
        // In a file that is not strict, an assignment to what is not there would make a global.
        if (read?.() === undefined) return false;
        write?.(value);
        return read() === value;
      } catch {
        return false;
      }
    },
    version: versionIn(locate(url)?.root ?? ""),
  };
}

/**
 * Loads an instrumented package before its first importer gets it. Instrumentations patch what `require` returns; whoever asks by
 * `import`, or is already inside a `require`, is served from the cache, so the cache must hold the patched exports.
 */
function loadPatched(specifier: string, parentUrl: string | undefined): void {
  const require = createRequire(parentUrl?.startsWith("file:") ? parentUrl : import.meta.url);
  const filename = require.resolve(specifier);
  const exports: unknown = require(specifier);
  const cached = require.cache[filename];
  if (cached !== undefined && cached.exports !== exports) cached.exports = exports;
}

/** Hooks module loading, in this thread and synchronously, for the listed packages only. Returns what unhooks. */
export function installModuleHooks({ adopted, instrumented, coverage, onFault }: ModuleHooksOptions): () => void {
  const waiting = new Map(instrumented.map((one) => [one.packageName, one]));
  const packages = Map.groupBy(adopted, ({ packageName }) => packageName);
  /** What has been handed a line, by the number in that line. */
  const handed: { readonly files: readonly AdoptedFile[]; readonly url: string }[] = [];

  const guard = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      onFault(error);
    }
  };
  Object.defineProperty(globalThis, ADOPT, {
    configurable: true,
    value: (at: number, locals: Locals) => {
      const { files = [], url = "" } = handed[at] ?? {};
      for (const file of files) guard(() => file.adopt(adoptedOf(locals, url)));
    },
  });

  /** Packages by their folders: a program may hold one in several versions. */
  const seen = new Set<string>();
  const note = (place: Place, how: "loaded" | "loadedBefore"): void => {
    if (seen.has(place.root)) return;
    seen.add(place.root);
    guard(() => coverage[how](place.packageName, () => versionIn(place.root)));
  };
  for (const filename of Object.keys(createRequire(import.meta.url).cache)) {
    const place = locate(pathToFileURL(filename).href);
    if (place !== undefined) note(place, "loadedBefore");
  }

  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const pending = waiting.get(specifier);
      if (pending !== undefined) {
        waiting.delete(specifier);
        guard(() => {
          pending.prepare();
          loadPatched(specifier, context.parentURL);
        });
      }
      return next(specifier, context);
    },
    load: (url, context, next) => {
      const place = url.includes("/node_modules/") ? locate(url) : undefined;
      if (place !== undefined) note(place, "loaded");
      const files = (place && packages.get(place.packageName)?.filter((file) => isAt(file, place.path))) ?? [];
      const loaded = next(url, context);
      if (files.length === 0) return loaded;
      const source = loaded.source ?? readFileSync(fileURLToPath(url));
      const text = typeof source === "string" ? source : new TextDecoder().decode(source as Uint8Array);
      handed.push({ files, url });
      return { ...loaded, source: text + handOver(handed.length - 1, localsOf(files, text)) };
    },
  });
  return () => hooks.deregister();
}
