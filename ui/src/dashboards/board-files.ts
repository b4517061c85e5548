import { access } from "../app/backends.ts";
import { type Dashboard, readDashboard } from "./model/dashboard.ts";
import { listOf, membersOf, textOf } from "./model/json.ts";
import { openedBoard } from "./opened.ts";

/** The dashboards that come with the page. */
export type BoardSummary = { readonly uid: string; readonly title: string; readonly description: string };

async function fetchJson(path: string, signal: AbortSignal): Promise<unknown> {
  const response = await access.fetch(path, { signal });
  if (response.status === 404) throw new Error(`There is no ${path} here.`);
  if (!response.ok) throw new Error(`Expected ${path}, got status ${response.status}.`);
  return response.json();
}

/** Overview first, the stack's own health last, as the boards name each other. */
const ORDER = [
  "overview",
  "llm-cost",
  "orchestration",
  "tools",
  "cache",
  "api",
  "system",
  "logs",
  "quality",
  "slo",
  "stack-health",
];
const place = (uid: string): number => {
  const at = ORDER.indexOf(uid.replace(/^ao-/, ""));
  return at === -1 ? ORDER.length : at;
};

export async function listBoards(signal: AbortSignal): Promise<readonly BoardSummary[]> {
  return listOf(await fetchJson("/dashboards/index.json", signal))
    .flatMap((one) => {
      const { uid, title, description } = membersOf(one);
      const id = textOf(uid);
      return id === undefined ? [] : [{ uid: id, title: textOf(title) ?? id, description: textOf(description) ?? "" }];
    })
    .sort((a, b) => place(a.uid) - place(b.uid));
}

export async function loadBoard(uid: string, signal: AbortSignal): Promise<Dashboard> {
  const opened = openedBoard(uid);
  if (opened !== undefined) return opened;
  return readDashboard(await fetchJson(`/dashboards/${encodeURIComponent(uid)}.json`, signal));
}
