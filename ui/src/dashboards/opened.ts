import { type Dashboard, readDashboard } from "./model/dashboard.ts";

/** Dashboards that somebody opened from a file: kept as long as the tab, so that a reload shows them again. */

const KEY = "agent-observatory.dashboard.";
const opened = new Map<string, Dashboard>();

const MAX_FILE_BYTES = 5_000_000;

/** Throws an error that says what is wrong with the file. */
export async function openFile(file: File): Promise<Dashboard> {
  if (file.size > MAX_FILE_BYTES)
    throw new Error(`Expected a dashboard, got a file of ${Math.round(file.size / 1e6)} MB.`);
  const text = await file.text();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error(`Expected JSON, got ${file.name}, which is none.`);
  }
  const board = readDashboard(parsed);
  // Its uid may be that of a board that is here already.
  const uid = `file-${board.uid}`;
  const own = { ...board, uid };
  opened.set(uid, own);
  try {
    sessionStorage.setItem(KEY + uid, text);
  } catch {
    // Where nothing may be kept, it lasts until the page is loaded anew.
  }
  return own;
}

export function openedBoard(uid: string): Dashboard | undefined {
  if (!uid.startsWith("file-")) return undefined;
  const there = opened.get(uid);
  if (there !== undefined) return there;
  try {
    const text = sessionStorage.getItem(KEY + uid);
    if (text === null) return undefined;
    const board = { ...readDashboard(JSON.parse(text)), uid };
    opened.set(uid, board);
    return board;
  } catch {
    return undefined;
  }
}

export const openedBoards = (): readonly Dashboard[] => [...opened.values()];
