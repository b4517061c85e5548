import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageFolder } from "./thread-file.ts";

const PATH = /^\/user\/runbooks\/([A-Za-z0-9_-]+)\.md$/;

/** The runbook of an alert of this package, under the path that `runbook_url` has in the rules; undefined where the path leads to none. */
export async function readRunbook(path: string): Promise<string | undefined> {
  const [, alert] = PATH.exec(path) ?? [];
  if (alert === undefined) return undefined;
  return readFile(join(packageFolder(), "alerts", "runbooks", `${alert}.md`), "utf8").catch(() => undefined);
}
