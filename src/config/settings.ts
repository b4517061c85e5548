import { errorPatterns } from "./error-patterns.ts";
import {
  boolean,
  capture,
  choice,
  count,
  dollars,
  headers,
  type Kind,
  list,
  levelRates,
  milliseconds,
  pairs,
  port,
  ratio,
  samplerArgument,
  text,
  size,
  syslogUrl,
  url,
} from "./kinds.ts";

/** One thing that can be set. `env` in order of precedence; `file` tells whether observatory.yaml has it, under the row's name. */
export type SettingRow = {
  readonly env: readonly string[];
  readonly file: boolean;
  readonly kind: Kind<unknown>;
  /** As the documentation writes it. */
  readonly default: string;
  readonly doc: string;
  /** Option of the command line, without dashes. */
  readonly flag?: string;
};
export type Table = Readonly<Record<string, SettingRow>>;

const PROTOCOL = choice(["http/protobuf", "grpc"], { "http/json": "http/protobuf" }, (given) =>
  given.trim().toLowerCase() === "http/json" ? "http/protobuf, which every OTLP receiver takes as well" : undefined,
);
const LOG_LEVELS = { verbose: "debug", all: "debug", warning: "warn", off: "none" } as const;
/** LOG_LEVEL is often the program's own: the words of pino and syslog are no mistakes. */
const LOGGER_LEVELS = ["error", "warn", "info", "http", "verbose", "debug", "silly"] as const;
const SYSLOG_FACILITIES = [
  "kern",
  "user",
  "mail",
  "daemon",
  "auth",
  "syslog",
  "lpr",
  "news",
  "uucp",
  "cron",
  "authpriv",
  "ftp",
  "local0",
  "local1",
  "local2",
  "local3",
  "local4",
  "local5",
  "local6",
  "local7",
] as const;
const PROGRAM_LEVELS = {
  trace: "silly",
  fatal: "error",
  critical: "error",
  warning: "warn",
  notice: "info",
  off: "error",
  none: "error",
  silent: "error",
} as const;

/**
 * Every variable and key there is. docs/configuration.md is compared with this table by a test. Names are keys of observatory.yaml
 * below `telemetry`, where `file` is true.
 */
export const SETTINGS = {
  enabled: {
    env: ["TRACING_ENABLED"],
    file: true,
    kind: boolean,
    default: "true",
    doc: "Whether anything is recorded at all.",
  },
  disabled: {
    env: ["OTEL_SDK_DISABLED"],
    file: false,
    kind: boolean,
    default: "false",
    doc: "The standard's way to switch everything off.",
  },
  serviceName: {
    env: ["TRACING_SERVICE_NAME", "OTEL_SERVICE_NAME"],
    file: true,
    kind: text,
    default:
      "`service.name` of the resource attributes, else `name` of the nearest package.json, else `unknown_service:node`",
    doc: "What the program is called everywhere.",
  },
  serviceVersion: {
    env: [],
    file: true,
    kind: text,
    default: "`service.version` of the resource attributes, else `version` of the nearest package.json",
    doc: "Version of the program.",
  },
  environment: {
    env: [],
    file: true,
    kind: text,
    default: "`deployment.environment.name` of the resource attributes",
    doc: "Where it runs, such as `production`.",
  },
  resourceAttributes: {
    env: ["OTEL_RESOURCE_ATTRIBUTES"],
    file: true,
    kind: pairs,
    default: "none",
    doc: "More about the program, on everything that it sends. Variable and file are merged.",
  },
  exporter: {
    env: ["TRACING_EXPORTER", "OTEL_TRACES_EXPORTER"],
    file: true,
    kind: choice(["otlp", "console", "none", "jaeger", "zipkin"], { logging: "console" }),
    default: "otlp",
    doc: "Where traces go: `otlp`, `console` or `none`. `jaeger` sends OTLP to JAEGER_HOST, `zipkin` Zipkin's JSON to ZIPKIN_ENDPOINT (traces only: other signals go to otlp.endpoint).",
  },
  jaegerHost: {
    env: ["JAEGER_HOST"],
    file: false,
    kind: text,
    default: "127.0.0.1",
    doc: "Jaeger, with exporter `jaeger`.",
  },
  jaegerPort: {
    env: ["JAEGER_PORT"],
    file: false,
    kind: port,
    default: "4318, with grpc 4317",
    doc: "Jaeger's port for OTLP.",
  },
  zipkinEndpoint: {
    env: ["ZIPKIN_ENDPOINT", "OTEL_EXPORTER_ZIPKIN_ENDPOINT"],
    file: false,
    kind: url,
    default: "http://127.0.0.1:9411/api/v2/spans",
    doc: "Zipkin, with exporter `zipkin`. An address without a path gets `/api/v2/spans`.",
  },
  "otlp.endpoint": {
    env: ["OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"],
    file: true,
    kind: url,
    default: "http://127.0.0.1:4318, with grpc http://127.0.0.1:4317",
    doc: "Base URL of an OTLP receiver; `/v1/traces`, `/v1/metrics`, `/v1/logs` are appended.",
  },
  "otlp.tracesEndpoint": {
    env: ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"],
    file: true,
    kind: url,
    default: "from otlp.endpoint",
    doc: "Whole URL for traces.",
  },
  "otlp.metricsEndpoint": {
    env: ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"],
    file: true,
    kind: url,
    default: "from otlp.endpoint",
    doc: "Whole URL for metrics.",
  },
  "otlp.logsEndpoint": {
    env: ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"],
    file: true,
    kind: url,
    default: "from otlp.endpoint",
    doc: "Whole URL for logs.",
  },
  "otlp.headers": {
    env: ["OTEL_EXPORTER_OTLP_HEADERS"],
    file: true,
    kind: headers,
    default: "none",
    doc: "Headers for every signal, such as an API key.",
  },
  "otlp.tracesHeaders": {
    env: ["OTEL_EXPORTER_OTLP_TRACES_HEADERS"],
    file: true,
    kind: headers,
    default: "none",
    doc: "More headers, for traces.",
  },
  "otlp.metricsHeaders": {
    env: ["OTEL_EXPORTER_OTLP_METRICS_HEADERS"],
    file: true,
    kind: headers,
    default: "none",
    doc: "More headers, for metrics.",
  },
  "otlp.logsHeaders": {
    env: ["OTEL_EXPORTER_OTLP_LOGS_HEADERS"],
    file: true,
    kind: headers,
    default: "none",
    doc: "More headers, for logs.",
  },
  "otlp.protocol": {
    env: [
      "OTEL_EXPORTER_OTLP_PROTOCOL",
      "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
      "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
      "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL",
    ],
    file: true,
    kind: PROTOCOL,
    default: "http/protobuf",
    doc: "`http/protobuf` or `grpc`, one for all signals. For `http/json` protobuf is sent.",
  },
  "otlp.timeoutMs": {
    env: [
      "OTEL_EXPORTER_OTLP_TIMEOUT",
      "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
      "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT",
      "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT",
    ],
    file: true,
    kind: milliseconds,
    default: "10000",
    doc: "How long a batch may take, one for all signals.",
  },
  "otlp.compression": {
    env: [
      "OTEL_EXPORTER_OTLP_COMPRESSION",
      "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
      "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION",
      "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION",
    ],
    file: true,
    kind: choice(["gzip", "none"]),
    default: "none",
    doc: "`gzip` or `none`, one for all signals.",
  },
  "signals.traces": { env: [], file: true, kind: boolean, default: "true", doc: "Whether traces are sent." },
  "signals.metrics": { env: [], file: true, kind: boolean, default: "true", doc: "Whether metrics are sent." },
  "signals.logs": { env: [], file: true, kind: boolean, default: "true", doc: "Whether logs are sent." },
  metricsExporter: {
    env: ["OTEL_METRICS_EXPORTER"],
    file: false,
    kind: choice(["otlp", "none", "prometheus", "console"], { logging: "console" }),
    default: "otlp",
    doc: "`otlp` sends metrics, `none` does not, `prometheus` lets them be pulled instead.",
  },
  logsExporter: {
    env: ["OTEL_LOGS_EXPORTER"],
    file: false,
    kind: choice(["otlp", "none", "console"], { logging: "console" }),
    default: "otlp",
    doc: "`otlp` sends logs, `none` does not.",
  },
  sampleRatio: {
    env: ["TRACING_SAMPLE_RATE"],
    file: true,
    kind: ratio,
    default: "1",
    doc: "Share of traces that are sent, from 0 to 1. Metrics count all.",
  },
  sampler: {
    env: ["OTEL_TRACES_SAMPLER"],
    file: false,
    kind: choice([
      "always_on",
      "always_off",
      "traceidratio",
      "parentbased_always_on",
      "parentbased_always_off",
      "parentbased_traceidratio",
    ]),
    default: "parentbased_always_on",
    doc: "The standard's way to say the share. Where a caller has decided, its decision holds, but not with `always_on`, `always_off` and `traceidratio`.",
  },
  samplerArgument: {
    env: ["OTEL_TRACES_SAMPLER_ARG"],
    file: false,
    kind: samplerArgument,
    default: "1",
    doc: "The ratio of `traceidratio`.",
  },
  "sampling.keepErrors": {
    env: ["AGENT_OBSERVATORY_KEEP_ERRORS"],
    file: true,
    kind: boolean,
    default: "true; with a share of 0 false",
    doc: "Whether traces in which something failed are sent though the share leaves them out.",
  },
  "sampling.keepSlowerThanMs": {
    env: ["AGENT_OBSERVATORY_KEEP_SLOWER_THAN_MS"],
    file: true,
    kind: milliseconds,
    default: "60000; with a share of 0 none",
    doc: "Traces that take longer in this process are sent though the share leaves them out.",
  },
  "sampling.keepCostlierThanUsd": {
    env: ["AGENT_OBSERVATORY_KEEP_COSTLIER_THAN_USD"],
    file: true,
    kind: dollars,
    default: "1; with a share of 0 none",
    doc: "Traces whose model calls cost more in this process are sent though the share leaves them out.",
  },
  captureContent: {
    env: ["AGENT_OBSERVATORY_CAPTURE_CONTENT", "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"],
    file: true,
    kind: capture,
    default: "false",
    doc: "Whether what people and models say is recorded (redacted).",
  },
  contentMaxLength: {
    env: ["AGENT_OBSERVATORY_CONTENT_MAX_LENGTH"],
    file: true,
    kind: count,
    default: "32768",
    doc: "Longest captured text, in characters; half of what Loki takes by default, as a character may take two bytes.",
  },
  "metrics.exportIntervalMs": {
    env: ["OTEL_METRIC_EXPORT_INTERVAL"],
    file: true,
    kind: milliseconds,
    default: "15000",
    doc: "How often metrics are sent.",
  },
  "metrics.pullPort": {
    env: ["AGENT_OBSERVATORY_METRICS_PORT"],
    file: true,
    kind: port,
    default: "none",
    doc: "Port that serves `/metrics`; without it nothing listens.",
  },
  "metrics.pullHost": {
    env: ["AGENT_OBSERVATORY_METRICS_HOST"],
    file: true,
    kind: text,
    default: "127.0.0.1",
    doc: "Address that serves `/metrics`.",
  },
  prometheusPort: {
    env: ["OTEL_EXPORTER_PROMETHEUS_PORT"],
    file: false,
    kind: port,
    default: "9464",
    doc: "The port, with OTEL_METRICS_EXPORTER `prometheus`.",
  },
  prometheusHost: {
    env: ["OTEL_EXPORTER_PROMETHEUS_HOST"],
    file: false,
    kind: text,
    default: "127.0.0.1",
    doc: "The address, with OTEL_METRICS_EXPORTER `prometheus`.",
  },
  "metrics.labelValueLimit": {
    env: ["AGENT_OBSERVATORY_LABEL_VALUE_LIMIT"],
    file: true,
    kind: count,
    default: "200",
    doc: "Values that a label may have; further ones become `other`.",
  },
  "export.batchIntervalMs": {
    env: ["OTEL_BSP_SCHEDULE_DELAY"],
    file: true,
    kind: milliseconds,
    default: "1000",
    doc: "How often traces and logs are sent.",
  },
  "export.queueSize": {
    env: ["OTEL_BSP_MAX_QUEUE_SIZE"],
    file: true,
    kind: count,
    default: "20000",
    doc: "Items that wait at most; more are dropped and counted.",
  },
  "export.batchSize": {
    env: ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"],
    file: true,
    kind: count,
    default: "512",
    doc: "Items in one request; at most `export.queueSize`.",
  },
  "export.exitTimeoutMs": {
    env: ["AGENT_OBSERVATORY_EXIT_TIMEOUT_MS"],
    file: true,
    kind: milliseconds,
    default: "2000",
    doc: "How long the program's end may be held up to send what is left.",
  },
  "propagation.childProcesses": {
    env: ["AGENT_OBSERVATORY_CHILD_PROCESS_CONTEXT"],
    file: true,
    kind: boolean,
    default: "true",
    doc: "Whether child processes get the trace context in their environment (`TRACEPARENT`, `TRACESTATE`, `BAGGAGE`), and this process continues the trace of its own.",
  },
  "instrumentations.disabled": {
    env: ["AGENT_OBSERVATORY_DISABLED_INSTRUMENTATIONS", "OTEL_NODE_DISABLED_INSTRUMENTATIONS"],
    file: true,
    kind: list,
    default: "none",
    doc: "Instrumentations that are left out. Both variables and the file are merged.",
  },
  "errors.tracking": {
    env: ["AGENT_OBSERVATORY_TRACK_ERRORS"],
    file: true,
    kind: boolean,
    default: "true",
    doc: "Whether errors are tracked that the program does not tell of itself: failed runs and calls, error logs, uncaught exceptions.",
  },
  "errors.patterns": {
    env: [],
    file: true,
    kind: errorPatterns,
    default: "none",
    doc: "Patterns of errors, and who is told of them (docs/errors.md). Secret.",
  },
  reportFile: {
    env: ["AGENT_OBSERVATORY_REPORT_FILE"],
    file: true,
    kind: text,
    default: "none",
    doc: "File to which each process, as it ends, adds a line of JSON: which libraries were observed, how many calls (docs/coverage.md).",
  },
  strict: {
    env: ["AGENT_OBSERVATORY_STRICT"],
    file: true,
    kind: boolean,
    default: "false",
    doc: "Whether a mistake in the configuration keeps the program from starting.",
  },
  logLevel: {
    env: ["AGENT_OBSERVATORY_LOG_LEVEL", "OTEL_LOG_LEVEL"],
    file: true,
    kind: choice(["none", "error", "warn", "info", "debug"], LOG_LEVELS),
    default: "warn",
    doc: "What is said on stderr about the observation itself.",
  },
  "logging.level": {
    env: ["LOG_LEVEL"],
    file: true,
    kind: choice(LOGGER_LEVELS, PROGRAM_LEVELS),
    default: "info",
    doc: "Level of the logger that this package gives to the program.",
  },
  "logging.format": {
    env: ["LOG_FORMAT"],
    file: true,
    kind: choice(["json", "text"]),
    default: "json",
    doc: "`json` for machines, `text` for people.",
  },
  configFile: {
    env: ["AGENT_OBSERVATORY_CONFIG"],
    file: false,
    kind: text,
    default: "observatory.yaml in the working directory, if there is one",
    doc: "Path of the file.",
  },
} as const satisfies Table;

export type SettingName = keyof typeof SETTINGS;

/** Names of the settings of a table that observatory.yaml may have. */
export const fileSettings = <N extends string>(table: Readonly<Record<N, SettingRow>>): readonly N[] =>
  (Object.keys(table) as N[]).filter((name) => table[name].file);

/** Names of the settings that observatory.yaml may have below `telemetry`. */
export const FILE_SETTINGS = fileSettings(SETTINGS);
  "logging.caller": {
    env: ["LOG_CALLER"],
    file: true,
    kind: choice(["never", "error", "always"]),
    default: "error",
    doc: "Which lines tell module, function and line of the code that wrote them: none, those of level `error`, all.",
  },
  "logging.console": {
    env: ["LOG_CONSOLE"],
    file: true,
    kind: choice(["stdout", "stderr", "none"]),
    default: "stdout",
    doc: "Where lines are printed: `stdout`, `stderr` or `none`.",
  },
  "logging.file": {
    env: ["LOG_FILE"],
    file: true,
    kind: text,
    default: "none",
    doc: "File that lines are written to as well. It is made with its folder, readable for its owner only, and rotated.",
  },
  "logging.errorFile": {
    env: ["LOG_ERROR_FILE"],
    file: true,
    kind: text,
    default: "none",
    doc: "File that lines of level `error` are written to as well, likewise.",
  },
  "logging.maxFileSizeBytes": {
    env: ["LOG_MAX_FILE_SIZE"],
    file: true,
    kind: size,
    default: "10485760",
    doc: "Size at which a log file is rotated, such as `10MB`.",
  },
  "logging.maxFiles": {
    env: ["LOG_MAX_FILES"],
    file: true,
    kind: count,
    default: "5",
    doc: "Files that are kept of each log file, the one that is written included.",
  },
  "logging.syslog": {
    env: ["LOG_SYSLOG"],
    file: true,
    kind: syslogUrl,
    default: "none",
    doc: "Syslog server that lines are sent to as well (RFC 5424): `udp://host:514`, `tcp://host:601`, or `unix://` and the path of a stream socket.",
  },
  "logging.syslogFacility": {
    env: ["LOG_SYSLOG_FACILITY"],
    file: true,
    kind: choice(SYSLOG_FACILITIES),
    default: "user",
    doc: "Facility of the messages to the syslog server.",
  },
  "logging.sampleRates": {
    env: ["LOG_SAMPLE_RATES"],
    file: true,
    kind: levelRates(LOGGER_LEVELS.slice(1)),
    default: "none",
    doc: "Share of the lines of a level that are written, such as `debug=0.1,http=0.01`; lines of one trace are written or left out together. Lines of level `error` always are.",
  },
  "logging.sampleBurst": {
    env: ["LOG_SAMPLE_BURST"],
    file: true,
    kind: count,
    default: "none",
    doc: "Lines of one level with the same message (numbers in it do not count) that are written in a second; further ones are counted.",
  },
  "logging.captureConsole": {
    env: ["LOG_CAPTURE_CONSOLE"],
    file: true,
    kind: boolean,
    default: "false",
    doc: "Whether what the program writes by `console.log` and the like is sent as log lines too.",
  },
