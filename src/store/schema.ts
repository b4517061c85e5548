import { NAMES_SCHEMA } from "./attribute-names.ts";

/** "AObs": what marks a SQLite file as ours. */
export const APPLICATION_ID = 0x414f6273;
/** Raised with every change that an older version could not read or would break by writing. */
export const SCHEMA_VERSION = 2;

/** The index of label sets, once for series and once for log streams. Ids count up from 1 without gaps. */
const labelIndex = (one: "series" | "streams"): string => `
CREATE TABLE ${one} (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, labels TEXT NOT NULL);
CREATE INDEX ${one}_by_hash ON ${one} (hash);
CREATE TABLE ${one}_labels (id INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (name, value));
CREATE TABLE ${one}_postings (label INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (label, id)) WITHOUT ROWID;
`;

/**
 * One file: a UTC day or a part of one. docs/store.md explains it to those who read it with other programs.
 * - chunks.id is series << 27 | milliseconds of the day at the first sample: clustered by series and time without a second index.
 * - lines.id is nanoseconds of the day << 16 | number among the lines of that nanosecond: order of time, then of arrival.
 */
export const DAY_SCHEMA = `
CREATE TABLE file (
  day_start_ms INTEGER NOT NULL,
  last_segment INTEGER NOT NULL,
  head_samples INTEGER NOT NULL,
  chunk_samples INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  spans INTEGER NOT NULL
);
${labelIndex("series")}
CREATE TABLE segments (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE chunks (id INTEGER PRIMARY KEY, samples INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE exemplars (
  id INTEGER PRIMARY KEY,
  series INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  value REAL,
  labels TEXT NOT NULL,
  UNIQUE (series, time_ms, labels)
);
${labelIndex("streams")}
CREATE TABLE lines (
  id INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  trace_id,
  metadata TEXT,
  line TEXT NOT NULL
);
CREATE INDEX lines_by_stream ON lines (stream, id, bytes);
CREATE INDEX lines_by_trace ON lines (trace_id, id) WHERE trace_id IS NOT NULL;

CREATE TABLE services (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE operations (
  id INTEGER PRIMARY KEY,
  service INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  UNIQUE (service, name, kind)
);
CREATE TABLE resources (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, service INTEGER NOT NULL, attributes TEXT NOT NULL);
CREATE INDEX resources_by_hash ON resources (hash);
CREATE TABLE scopes (
  id INTEGER PRIMARY KEY,
  hash INTEGER NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  attributes TEXT NOT NULL
);
CREATE INDEX scopes_by_hash ON scopes (hash);
CREATE TABLE spans (
  id INTEGER PRIMARY KEY,
  trace_id NOT NULL,
  span_id NOT NULL,
  parent_id,
  start_ns INTEGER NOT NULL,
  duration_ns INTEGER NOT NULL,
  service INTEGER NOT NULL,
  operation INTEGER NOT NULL,
  resource INTEGER NOT NULL,
  scope INTEGER NOT NULL,
  status INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  status_message TEXT,
  trace_state TEXT,
  attributes TEXT NOT NULL,
  events TEXT,
  links TEXT
);
CREATE UNIQUE INDEX spans_by_trace ON spans (trace_id, span_id, start_ns);
CREATE INDEX spans_by_service ON spans (service, start_ns, operation, duration_ns, status);
${NAMES_SCHEMA}

CREATE VIEW metric_series AS SELECT id, labels ->> '__name__' AS metric, labels FROM series;
CREATE VIEW log_lines AS
  SELECT strftime('%Y-%m-%dT%H:%M:%fZ', (file.day_start_ms + (lines.id >> 16) / 1e6) / 1000, 'unixepoch') AS time,
    file.day_start_ms * 1000000 + (lines.id >> 16) AS time_ns,
    streams.labels AS stream, lines.line, lines.metadata
  FROM lines JOIN streams ON streams.id = lines.stream, file;
CREATE VIEW span_details AS
  SELECT lower(hex(spans.trace_id)) AS trace_id, lower(hex(spans.span_id)) AS span_id,
    lower(hex(spans.parent_id)) AS parent_span_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', spans.start_ns / 1e9, 'unixepoch') AS start,
    spans.start_ns, spans.duration_ns / 1e6 AS duration_ms,
    services.name AS service, operations.name AS operation, operations.kind,
    CASE spans.status WHEN 2 THEN 'error' WHEN 1 THEN 'ok' ELSE 'unset' END AS status, spans.status_message,
    spans.attributes, spans.events, spans.links, resources.attributes AS resource, scopes.name AS scope
  FROM spans
    JOIN services ON services.id = spans.service JOIN operations ON operations.id = spans.operation
    JOIN resources ON resources.id = spans.resource JOIN scopes ON scopes.id = spans.scope;
`;

export const STATE_SCHEMA = `
CREATE TABLE entries (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE metrics (metric TEXT PRIMARY KEY, type TEXT NOT NULL, help TEXT NOT NULL, unit TEXT NOT NULL) WITHOUT ROWID;
`;
