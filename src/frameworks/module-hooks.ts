import { readFileSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * A file of a library whose inner object an adapter needs. The file is loaded as it is, with one line added at its end that hands
 * the named local over: this works alike for CommonJS and ES modules, and exports keep their identity.
 */
export type AdoptedFile = {
  /** The installed package, as in `node_modules/<name>`. */
  readonly packageName: string;
  /** Path inside the package, without extension. */
  readonly path: string;
  /** The identifier in that file. */
  readonly local: string;
  readonly adopt: (value: unknown) => void;
};

/** A package that an OpenTelemetry instrumentation knows. Called once, right before the package is first loaded. */
export type InstrumentedPackage = {
  readonly packageName: string;
  readonly prepare: () => void;
};

export type ModuleHooksOptions = {
  readonly adopted: readonly AdoptedFile[];
  readonly instrumented: readonly InstrumentedPackage[];
  readonly onFault: (error: unknown) => void;
};

const ADOPT = Symbol.for("agent-observatory.adopt");
const JS_ENDING = /\.[cm]?js$/;

/** `node_modules/@scope/name/dist/file.js` → package and path inside; the innermost node_modules counts. */
function locate(url: string): { packageName: string; path: string } | undefined {
  const at = url.lastIndexOf("/node_modules/");
  if (at === -1) return undefined;
  const parts = url.slice(at + "/node_modules/".length).split("/");
  const length = parts[0]?.startsWith("@") ? 2 : 1;
  return { packageName: parts.slice(0, length).join("/"), path: parts.slice(length).join("/").replace(JS_ENDING, "") };
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
export function installModuleHooks({ adopted, instrumented, onFault }: ModuleHooksOptions): () => void {
  const waiting = new Map(instrumented.map((one) => [one.packageName, one]));
  const files = new Map(adopted.map((file) => [`${file.packageName}/${file.path}`, file]));
  const packages = new Set(adopted.map((file) => file.packageName));

  const guard = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      onFault(error);
    }
  };
  Object.defineProperty(globalThis, ADOPT, {
    configurable: true,
    value: (key: string, value: unknown) => guard(() => files.get(key)?.adopt(value)),
  });

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
      const file =
        place !== undefined && packages.has(place.packageName)
          ? files.get(`${place.packageName}/${place.path}`)
          : undefined;
      const loaded = next(url, context);
      if (file === undefined) return loaded;
      const source = loaded.source ?? readFileSync(fileURLToPath(url));
      const text = typeof source === "string" ? source : new TextDecoder().decode(source as Uint8Array);
      const key = JSON.stringify(`${file.packageName}/${file.path}`);
      const line = `\n;globalThis[Symbol.for("agent-observatory.adopt")]?.(${key}, typeof ${file.local} === "undefined" ? undefined : ${file.local});\n`;
      return { ...loaded, source: text + line };
    },
  });
  return () => hooks.deregister();
}
