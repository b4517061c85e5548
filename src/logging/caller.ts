import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { getCallSites } from "node:util";

/** The code that wrote a line. */
export type Caller = {
  /** File, from the working directory where it lies below it. */
  readonly module: string;
  /** Undefined at the top of a module, and in functions without a name. */
  readonly function: string | undefined;
  readonly line: number;
};

/** Frames between the program's call and this file: a helper, a child logger, winston's own profiler. */
const MAX_FRAMES = 12;
/** This package, whatever file of it this is bundled into. */
const OWN = fileURLToPath(new URL(".", import.meta.url));
const WINSTON = /[\\/]node_modules[\\/](?:winston|logform|readable-stream)[\\/]/;

const known = new Map<string, string>();
const MAX_KNOWN = 1000;

function moduleOf(script: string): string {
  let module = known.get(script);
  if (module === undefined) {
    const path = script.startsWith("file:") ? fileURLToPath(script) : script;
    const below = relative(process.cwd(), path);
    module = below.startsWith("..") || below === "" ? path : below;
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(script, module);
  }
  return module;
}

const isOwn = (script: string): boolean => {
  const path = script.startsWith("file:") ? fileURLToPath(script) : script;
  return path.startsWith(OWN) || WINSTON.test(path);
};

/** Who called into this package; undefined where that is no file. Costs some microseconds. */
export function callerOf(): Caller | undefined {
  for (const { scriptName, functionName, lineNumber } of getCallSites(MAX_FRAMES)) {
    if (scriptName === "" || scriptName.startsWith("node:") || scriptName.startsWith("evalmachine")) continue;
    if (isOwn(scriptName)) continue;
    return { module: moduleOf(scriptName), function: functionName || undefined, line: lineNumber };
  }
  return undefined;
}
