import type { LogEntry } from "../../../../src/backends/index.ts";
import { stripAnsi } from "./ansi.ts";
import { LEVEL_ORDER, type Level, levelOfEntry } from "./line-fields.ts";

/** Shapes of lines: what differs from line to line is `<_>`, as Loki's pattern filter writes it. */

export type LinePattern = {
  readonly pattern: string;
  readonly count: number;
  readonly level: Level;
  readonly latestMs: number;
};

const MAX_READ = 240;
const VARIABLE: readonly RegExp[] = [
  // Loki would take it for the name of a part.
  /<\w+>/g,
  /\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s"'<>)\]]+/gi,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /"(?:\\.|[^"\\\n])*"/g,
  /\b(?=[\w-]*\d)[\w-]{8,}\b/g,
  /[-+]?\b\d+(?:[.,:]\d+)*(?:[a-zA-Zµ%]{1,2}\b)?/g,
  /\b[\w-]*\d[\w-]*\b/g,
];
/** Of the private use area: no line has it. */
const MARK = "\ue000";

export function patternOf(given: string): string {
  const cut = given.length > MAX_READ;
  let text = given.slice(0, MAX_READ);
  for (const one of VARIABLE) text = text.replace(one, MARK);
  // Neighbours are one: Loki refuses two captures without a text between them.
  text = text.replace(/\ue000[\ue000\s,;:/._=-]*(?=\ue000)/g, "").replaceAll(MARK, "<_>");
  // What is left of the line matches anything, as does a cut.
  return cut && !text.endsWith("<_>") ? `${text.replace(/\S*$/, "")}<_>` : text;
}

/** The most frequent first. */
export function patternsOf(entries: readonly LogEntry[]): LinePattern[] {
  const found = new Map<string, { count: number; level: Level; latestMs: number }>();
  for (const entry of entries) {
    const pattern = patternOf(entry.line);
    const level = levelOfEntry(entry);
    const known = found.get(pattern);
    if (known === undefined) {
      found.set(pattern, { count: 1, level, latestMs: entry.timeMs });
      continue;
    }
    known.count += 1;
    known.latestMs = Math.max(known.latestMs, entry.timeMs);
    if (LEVEL_ORDER.indexOf(level) < LEVEL_ORDER.indexOf(known.level)) known.level = level;
  }
  return [...found].map(([pattern, one]) => ({ pattern, ...one })).sort((a, b) => b.count - a.count);
}

/** For people: without what only terminals understand. */
export const readablePattern = (pattern: string): string => stripAnsi(pattern);
