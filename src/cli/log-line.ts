import type { Labels, LogEntry } from "../backends/index.ts";
import type { Paint } from "./paint.ts";
import { manyLines, oneLine } from "./text-width.ts";
import { formatTime, type TimeStyle } from "./times.ts";

/** From bad to worse; Loki's own words in `detected_level`. */
export const LEVELS = ["trace", "debug", "info", "warn", "error", "critical", "fatal"] as const;

/** What OTLP says of every line, or of every line of a process: not worth repeating behind each. */
const USUAL = new Set([
  "detected_level",
  "severity_text",
  "severity_number",
  "service_name",
  "service_version",
  "service_instance_id",
  "service_namespace",
  "deployment_environment_name",
  "observed_timestamp",
  "flags",
  "scope_name",
  "scope_version",
  "span_id",
  "trace_id",
]);
const USUAL_BEGINNING = /^(?:telemetry_|process_|agent_observatory_run_|os_|host_)/;
const SHORT_ID_CHARS = 12;

export const levelOf = (labels: Labels): string =>
  oneLine((labels["detected_level"] ?? labels["severity_text"] ?? labels["level"] ?? "").toLowerCase());

export function paintLevel(level: string, paint: Paint): (text: string) => string {
  if (level === "error" || level === "fatal" || level === "critical") return paint.red;
  return level === "warn" ? paint.yellow : paint.dim;
}

const quoted = (value: string): string => (/^[\w./:@%+-]+$/.test(value) ? value : JSON.stringify(value));

/** A line for people: time, level, service, text, what else is known of it. Further lines of the text are set in. */
export function renderLogEntry({ timeMs, line, labels }: LogEntry, style: TimeStyle, paint: Paint): string[] {
  const level = levelOf(labels);
  const [first = "", ...rest] = manyLines(line);
  const service = labels["service_name"];
  const more = Object.entries(labels)
    .filter(([name]) => !USUAL.has(name) && !USUAL_BEGINNING.test(name))
    .map(([name, value]) => `${name}=${quoted(value)}`);
  const trace = labels["trace_id"];
  const known = [...more, ...(trace === undefined ? [] : [`trace=${trace.slice(0, SHORT_ID_CHARS)}`])].map(oneLine);
  const parts = [
    paint.dim(formatTime(timeMs, style)),
    paintLevel(level, paint)(level.padEnd(5)),
    ...(service === undefined ? [] : [paint.cyan(oneLine(service))]),
    first,
    ...(known.length === 0 ? [] : [paint.dim(known.join(" "))]),
  ];
  return [parts.join("  "), ...rest.map((one) => `    ${one}`)];
}
