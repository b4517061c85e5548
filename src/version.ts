import { createRequire } from "node:module";

/** The version in package.json, found by the package's own name wherever its code was built to. */
export const VERSION: string = (
  createRequire(import.meta.url)("agent-observatory/package.json") as { readonly version: string }
).version;
