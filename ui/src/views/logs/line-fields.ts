import type { LogEntry } from "../../../../src/backends/index.ts";
import { onSeveralLines } from "../../format/exact-json.ts";
import { LEVEL_FIELD } from "./field-names.ts";

/** What a line says besides its text. */

export type Level = "critical" | "error" | "warn" | "info" | "debug" | "unknown";

export function levelOf(label: string | undefined): Level {
  if (label === "fatal" || label === "critical") return "critical";
  if (label === "error" || label === "warn" || label === "info") return label;
  return label === "debug" || label === "trace" ? "debug" : "unknown";
}
export const levelOfEntry = ({ labels }: LogEntry): Level => levelOf(labels[LEVEL_FIELD] ?? labels["level"]);

/** The color of a level, as a variable of the page. */
export const LEVEL_COLOR: Readonly<Record<Level, string>> = {
  critical: "var(--series-5)",
  error: "var(--bad)",
  warn: "var(--series-4)",
  info: "var(--series-6)",
  debug: "var(--text-3)",
  unknown: "var(--line-strong)",
};
/** The worst first. */
export const LEVEL_ORDER: readonly Level[] = ["critical", "error", "warn", "info", "debug", "unknown"];

/** What people look for comes first, in this order. */
const FIRST = [
  "detected_level",
  "service_name",
  "gen_ai_agent_name",
  "gen_ai_tool_name",
  "gen_ai_request_model",
  "session_id",
  "user_id",
  "trace_id",
  "span_id",
];
/** How the line came here: of use to nobody who reads it. */
const TECHNICAL =
  /^(?:telemetry_|process_|scope_(?:version|name)$|observed_timestamp$|severity_|flags$|service_instance_id$|dropped_attributes|__)/;

export type Field = { readonly name: string; readonly value: string };

export function fieldsOf({ labels }: LogEntry): {
  readonly own: readonly Field[];
  readonly technical: readonly Field[];
} {
  const all = Object.entries(labels).map(([name, value]) => ({ name, value }));
  const rank = ({ name }: Field): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  all.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  return {
    own: all.filter(({ name }) => !TECHNICAL.test(name)),
    technical: all.filter(({ name }) => TECHNICAL.test(name)),
  };
}

/** Beside the text: what this line says of itself, in short. What every line of a service has is left to those who open it. */
const COMMON =
  /^(?:logger$|service_|deployment_|agent_observatory_run_|exception_stacktrace$|host_|os_|k8s_|container_|cloud_|trace_|span_|session_|user_|detected_level$)/;
const MAX_INLINE = 6;
const INLINE_CHARS = 80;
export function inlineFields(entry: LogEntry): readonly Field[] {
  const kept: Field[] = [];
  for (const name in entry.labels) {
    if (kept.length === MAX_INLINE) break;
    const value = entry.labels[name] ?? "";
    if (value === "" || COMMON.test(name) || TECHNICAL.test(name) || entry.line.includes(value)) continue;
    kept.push({ name, value: value.length > INLINE_CHARS ? `${value.slice(0, INLINE_CHARS)}…` : value });
  }
  return kept;
}

/** A line with a name that stays the same when others come. */
export type KeyedEntry = { readonly key: string; readonly entry: LogEntry };

const identity = ({ timeNs, line, labels }: LogEntry): string =>
  `${timeNs}/${labels["service_instance_id"] ?? labels["service_name"] ?? ""}/${labels["span_id"] ?? ""}/${line.slice(0, 80)}`;

/** Lines that are the same in all are told apart by their place. */
export function withKeys(entries: readonly LogEntry[]): KeyedEntry[] {
  const seen = new Map<string, number>();
  return entries.map((entry) => {
    const own = identity(entry);
    const count = seen.get(own) ?? 0;
    seen.set(own, count + 1);
    return { key: count === 0 ? own : `${own}#${count}`, entry };
  });
}

/** JSON on several lines; undefined for what is none, or is too long to be read. */
export function prettyJson(line: string): string | undefined {
  if (line.length > 100_000 || !/^\s*[[{]/.test(line)) return undefined;
  try {
    return onSeveralLines(line);
  } catch {
    return undefined;
  }
}

/** The line as JSON, with everything that is known of it. */
export const asJson = ({ timeNs, line, labels }: LogEntry): string =>
  JSON.stringify({ time: new Date(Number(timeNs / 1_000_000n)).toISOString(), timeNs: String(timeNs), line, labels });

export const asText = ({ timeMs, line, labels }: LogEntry): string =>
  `${new Date(timeMs).toISOString()} ${labels[LEVEL_FIELD] ?? "-"} ${labels["service_name"] ?? "-"} ${line}`;
