import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

export type PackageIdentity = { readonly name?: string; readonly version?: string };

/** Deeper programs than this are in no project. */
const MAX_FOLDERS = 40;

function read(folder: string): PackageIdentity | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
    // Folders of built code hold a package.json with nothing but a `type`: the project's own is further up.
    if (typeof name !== "string" || name === "") return undefined;
    return { name, ...(typeof version === "string" && version !== "" && { version }) };
  } catch {
    return undefined;
  }
}

/** Name and version of the package that a script belongs to, by the nearest package.json with a name. */
export function packageOf(script: string): PackageIdentity {
  let folder = dirname(script);
  try {
    // Commands in node_modules/.bin are links into their packages.
    folder = dirname(realpathSync(script));
  } catch {
    // The script may be given without its ending; its folder is right all the same.
  }
  for (let i = 0; i < MAX_FOLDERS; i++) {
    const found = read(folder);
    if (found !== undefined) return found;
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  return {};
}
