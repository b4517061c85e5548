/**
 * The level of a log line as Loki finds it on ingestion (discover_log_levels): by labels, by severity, in JSON, in
 * logfmt, in words.
 */
import type { Labels } from "../signals/index.ts";
import { visitLogfmt } from "./logfmt-pairs.ts";

export const LEVEL_LABEL = "detected_level";

/** Names of labels and fields that hold a level, the first that is there counts. */
const LEVEL_FIELDS = [
  "level",
  "LEVEL",
  "Level",
  "log.level",
  "severity",
  "SEVERITY",
  "Severity",
  "SeverityText",
  "lvl",
  "LVL",
  "Lvl",
  "severity_text",
  "Severity_Text",
  "SEVERITY_TEXT",
] as const;
const LEVEL_RANKS: ReadonlyMap<string, number> = new Map(LEVEL_FIELDS.map((name, rank) => [name, rank]));

const UNKNOWN = "unknown";

const LEVELS: ReadonlyMap<string, string> = new Map([
  ["trace", "trace"],
  ["trc", "trace"],
  ["debug", "debug"],
  ["dbg", "debug"],
  ["info", "info"],
  ["inf", "info"],
  ["information", "info"],
  ["warn", "warn"],
  ["wrn", "warn"],
  ["warning", "warn"],
  ["error", "error"],
  ["err", "error"],
  ["critical", "critical"],
  ["fatal", "fatal"],
]);

/** By OpenTelemetry's severity numbers: four to a level. */
const SEVERITY_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

const knownLevel = (text: string): string | undefined => LEVELS.get(text.toLowerCase());

/** What is no known level stays as it is. */
export const normalizeLevel = (text: string): string => knownLevel(text) ?? text;

function levelOfSeverity(severity: string): string {
  // An attribute may be called so as well.
  if (!/^[+-]?\d+$/.test(severity)) return "info";
  const number = Number(severity);
  if (number === 0) return UNKNOWN;
  if (number < 0) return SEVERITY_LEVELS[0];
  return SEVERITY_LEVELS[Math.floor((number - 1) / 4)] ?? UNKNOWN;
}

/** How deep JSON is searched: its own members, and those of the objects in it. */
const JSON_DEPTH = 2;

function levelInObject(value: object, depth: number): string | undefined {
  if (depth >= JSON_DEPTH) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === "string") {
      if (LEVEL_RANKS.has(key)) return member;
    } else if (typeof member === "object" && member !== null && !Array.isArray(member)) {
      const inner = levelInObject(member, depth + 1);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}

function levelInJson(line: string): string | undefined {
  try {
    return levelInObject(JSON.parse(line) as object, 0);
  } catch {
    return undefined;
  }
}

// Compared without regard to case, so that of equal ones the first counts.
const LOGFMT_RANKS: ReadonlyMap<string, number> = new Map(
  LEVEL_FIELDS.map((name, rank) => [name.toLowerCase(), rank] as const).reverse(),
);

function levelInLogfmt(line: string): string | undefined {
  let found: string | undefined;
  let best: number = LEVEL_FIELDS.length;
  visitLogfmt(line, (key, value) => {
    const rank = LOGFMT_RANKS.get(key.toLowerCase()) ?? best;
    if (rank < best) [found, best] = [value, rank];
    return best > 0;
  });
  return found;
}

/** Longer ones first, where one begins with the other. */
const LEVEL_WORDS = ["trace", "debug", "fatal", "critical", "error", "err", "warning", "warn", "info"] as const;
const LEFT = ' \t\n[({"=';
const RIGHT = ' \t\n[](){}:,!"=';

function positionOfWord(text: string, word: string): number {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before, after] = [text[at - 1], text[at + word.length]];
    if ((before === undefined || LEFT.includes(before)) && (after === undefined || RIGHT.includes(after))) return at;
  }
  return -1;
}

/** The level that is named first. */
function levelInWords(line: string): string {
  const text = line.toLowerCase();
  let [first, level] = [text.length, UNKNOWN];
  for (const word of LEVEL_WORDS) {
    const at = positionOfWord(text, word);
    if (at >= 0 && at < first) [first, level] = [at, LEVELS.get(word) ?? UNKNOWN];
  }
  return level;
}

function levelOfLine(line: string): string {
  const trimmed = line.trim();
  const written =
    trimmed.startsWith("{") && trimmed.endsWith("}")
      ? levelInJson(trimmed)
      : line.includes("=")
        ? levelInLogfmt(line)
        : undefined;
  return (written === undefined ? undefined : knownLevel(written)) ?? levelInWords(line);
}

/** The level that labels or metadata name themselves. Of two with one name the first counts. */
function namedLevel(pairs: Iterable<readonly [name: string, value: string]>): string | undefined {
  let level: string | undefined;
  let best: number = LEVEL_FIELDS.length;
  for (const [name, value] of pairs) {
    const rank = LEVEL_RANKS.get(name) ?? best;
    if (rank < best && value !== "") [level, best] = [value, rank];
  }
  return level;
}

/** The level of a line that does not say `detected_level` itself. */
export function detectLevel(
  stream: Labels,
  metadata: readonly (readonly [name: string, value: string])[],
  line: string,
): string {
  const named = namedLevel(Object.entries(stream)) ?? namedLevel(metadata);
  if (named !== undefined) return normalizeLevel(named);
  const severity = metadata.find(([name, value]) => name === "severity_number" && value !== "")?.[1];
  return severity === undefined ? levelOfLine(line) : levelOfSeverity(severity);
}
