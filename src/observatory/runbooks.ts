import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sent } from "./send.ts";
import { packageFolder } from "./thread-file.ts";

const PATH = /^\/user\/runbooks\/([A-Za-z0-9_-]+)\.md$/;

export const isRunbookPath = (path: string): boolean => PATH.test(path);

/** The runbook of an alert of this package, under the path that `runbook_url` has in the rules; undefined where the path leads to none. */
export async function readRunbook(path: string): Promise<Sent | undefined> {
  const [, alert] = PATH.exec(path) ?? [];
  if (alert === undefined) return undefined;
  const file = join(packageFolder(), "alerts", "runbooks", `${alert}.md`);
  const body = await readFile(file, "utf8").catch(() => undefined);
  if (body === undefined) return undefined;
  return { status: 200, headers: { "content-type": "text/markdown; charset=utf-8" }, body };
}
