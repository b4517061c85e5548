import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** The folder of this package, wherever its code was built to. */
export const packageFolder = (): string =>
  dirname(createRequire(import.meta.url).resolve("agent-observatory/package.json"));

/** The file that a thread runs: beside this one, or where scripts/build.ts puts it. */
export function threadFile(name: "ingest-thread" | "query-thread"): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL(`./${name}.ts`, import.meta.url)
    : pathToFileURL(join(packageFolder(), "dist", "observatory", `${name}.js`));
}
