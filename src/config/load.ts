import { ObservatoryError } from "../base/index.ts";
import type { Config, Problem } from "./config.ts";
import { findMisspelled } from "./misspelled.ts";
import { readOtlp } from "./otlp.ts";
import { packageOf } from "./package-identity.ts";
import { createProblemList, type ProblemList } from "./problems.ts";
import { createReader, type Reader } from "./reader.ts";
import { SETTINGS } from "./settings.ts";
import { type FileValues, readConfigFile } from "./yaml-file.ts";

export type ConfigInput = {
  readonly env: NodeJS.ProcessEnv;
  /** Where observatory.yaml is looked for. */
  readonly cwd: string;
  /** The program's script (`process.argv[1]`); its package gives name and version. */
  readonly argv1?: string | undefined;
};

export type LoadedConfig = { readonly config: Config; readonly problems: readonly Problem[] };

/** Ports of protocols that Jaeger spoke before OTLP, and of OTLP over gRPC. */
const JAEGER_OTHER_PORTS: Readonly<Record<number, string>> = {
  4317: "OTLP over gRPC",
  5778: "sampling strategies",
  6831: "the removed agent",
  6832: "the removed agent",
  14250: "Jaeger's own gRPC",
  14268: "Jaeger's own HTTP",
  16686: "the query page",
};

type Exporter = { readonly exporter: Config["exporter"]; readonly jaegerUrl?: string; readonly zipkinUrl?: string };

function readJaegerUrl(reader: Reader, problems: ProblemList): string {
  const grpc = (reader.env("otlp.protocol") ?? reader.file("otlp.protocol"))?.value === "grpc";
  const standardPort = grpc ? 4317 : 4318;
  const host = reader.resolve("jaegerHost", "127.0.0.1");
  const port = reader.resolve("jaegerPort", standardPort);
  const other = JAEGER_OTHER_PORTS[port];
  if (other !== undefined && port !== standardPort) {
    problems.add(
      "AO_CONFIG_ADJUSTED",
      { key: "JAEGER_PORT" },
      `expected Jaeger's port for OTLP, usually ${standardPort}, got ${port}, usually the port of ${other}; using ${port} as it is.`,
    );
  }
  const bare = host.replace(/^https?:\/\//i, "").replace(/\/+$/, "");
  const url = `http://${bare.includes(":") && !bare.startsWith("[") ? `[${bare}]` : bare}:${port}`;
  if (URL.canParse(url)) return url;
  problems.add(
    "AO_CONFIG_VALUE",
    { key: "JAEGER_HOST" },
    `expected the name of a host, got ${problems.show(host)}; using 127.0.0.1 instead.`,
  );
  return `http://127.0.0.1:${port}`;
}

function readExporter(reader: Reader, problems: ProblemList): Exporter {
  const setting = reader.env("exporter") ?? reader.file("exporter");
  const exporter = reader.resolve("exporter", "otlp" as const);
  const origin = setting?.origin ?? { key: "exporter" };
  if (exporter === "zipkin") {
    const url = new URL(reader.resolve("zipkinEndpoint", "http://127.0.0.1:9411/api/v2/spans"));
    if (url.pathname === "/") url.pathname = "/api/v2/spans";
    return { exporter: "otlp", zipkinUrl: url.href };
  }
  if (exporter !== "jaeger") return { exporter };
  const jaegerUrl = readJaegerUrl(reader, problems);
  problems.add(
    "AO_CONFIG_ADJUSTED",
    origin,
    `expected otlp, console or none, got jaeger; using otlp to ${jaegerUrl} for traces, as Jaeger takes OTLP.`,
  );
  return { exporter: "otlp", jaegerUrl };
}

function readSampleRatio(reader: Reader): number {
  const sampler = reader.env("sampler")?.value;
  const argument = reader.env("samplerArgument")?.value;
  const bySampler =
    sampler === undefined
      ? undefined
      : sampler.endsWith("always_off")
        ? 0
        : sampler.endsWith("traceidratio")
          ? (argument ?? 1)
          : 1;
  const given = reader.env("sampleRatio")?.value;
  const inFile = reader.file("sampleRatio")?.value;
  const used = given ?? bySampler ?? inFile ?? 1;
  reader.settle("sampleRatio", used);
  reader.settle("samplerArgument", used);
  reader.settle("sampler", used === 1 ? "parentbased_always_on" : `a share of ${used}`);
  return used;
}

/** The standard's names without `parentbased_` decide for themselves. */
function readSampling(reader: Reader, sampleRatio: number): Config["sampling"] {
  const bySampler = reader.env("sampleRatio") === undefined ? reader.env("sampler")?.value : undefined;
  // Who wants no traces wants none that went wrong either.
  const some = sampleRatio > 0;
  return {
    parentBased: bySampler?.startsWith("parentbased") ?? true,
    keep: {
      errors: reader.resolve("sampling.keepErrors", some),
      slowerThanMs: reader.resolve("sampling.keepSlowerThanMs", some ? 60_000 : undefined),
      costlierThanUsd: reader.resolve("sampling.keepCostlierThanUsd", some ? 1 : undefined),
    },
  };
}

function readSignals(reader: Reader, problems: ProblemList, exporter: Config["exporter"]): Config["signals"] {
  const sent = (name: "metricsExporter" | "logsExporter", signal: "metrics" | "logs"): boolean => {
    const setting = reader.env(name);
    if (setting?.value === "console") {
      problems.add(
        "AO_CONFIG_UNSUPPORTED",
        setting.origin,
        `expected otlp or none, got console, which is not supported for ${signal}; using otlp.`,
      );
    }
    const inFile = reader.resolve(`signals.${signal}`, true);
    const used = setting === undefined ? inFile : setting.value === "otlp" || setting.value === "console";
    reader.settle(name, used ? "otlp" : "none");
    return used;
  };
  const traces = reader.resolve("signals.traces", true);
  return {
    traces: traces && exporter !== "none",
    metrics: sent("metricsExporter", "metrics"),
    logs: sent("logsExporter", "logs"),
  };
}

function readMetrics(reader: Reader): Config["metrics"] {
  const prometheus = reader.env("metricsExporter")?.value === "prometheus";
  const standardPort = reader.resolve("prometheusPort", 9464);
  const standardHost = reader.resolve("prometheusHost", "127.0.0.1");
  const pullPort = reader.resolve("metrics.pullPort", prometheus ? standardPort : undefined);
  return {
    exportIntervalMs: reader.resolve("metrics.exportIntervalMs", 15_000),
    ...(pullPort !== undefined && { pullPort }),
    pullHost: reader.resolve("metrics.pullHost", prometheus ? standardHost : "127.0.0.1"),
    labelValueLimit: reader.resolve("metrics.labelValueLimit", 200),
    runtime: reader.resolve("metrics.runtime", true),
  };
}

function readHealth(reader: Reader): Config["health"] {
  const port = reader.resolve("health.port", undefined);
  return {
    ...(port !== undefined && { port }),
    host: reader.resolve("health.host", "127.0.0.1"),
    intervalMs: reader.resolve("health.intervalMs", 30_000),
  };
}

function readExport(reader: Reader, problems: ProblemList): Config["export"] {
  const queueSize = reader.resolve("export.queueSize", 20_000);
  const wanted = reader.resolve("export.batchSize", 512);
  const batch = reader.env("export.batchSize") ?? reader.file("export.batchSize");
  if (wanted > queueSize && batch !== undefined) {
    problems.add(
      "AO_CONFIG_ADJUSTED",
      batch.origin,
      `expected at most the size of the queue, ${queueSize}, got ${wanted}; using ${queueSize}.`,
    );
  }
  return {
    batchIntervalMs: reader.resolve("export.batchIntervalMs", 1000),
    queueSize,
    batchSize: Math.min(wanted, queueSize),
    exitTimeoutMs: reader.resolve("export.exitTimeoutMs", 2000),
  };
}

type Identity = Pick<Config, "serviceName" | "serviceVersion" | "environment" | "resourceAttributes">;

function readIdentity(reader: Reader, argv1: string | undefined): Identity {
  const inFile = reader.file("resourceAttributes")?.value;
  const attributes: Record<string, string> = { ...inFile, ...reader.env("resourceAttributes")?.value };
  reader.settle("resourceAttributes", inFile ?? "");
  const own = argv1 === undefined || argv1 === "" ? {} : packageOf(argv1);
  const {
    "service.name": name,
    "service.version": version,
    "deployment.environment.name": stage,
    // The name until conventions 1.27.
    "deployment.environment": oldStage,
    ...resourceAttributes
  } = attributes;
  const serviceVersion = reader.resolve("serviceVersion", version ?? own.version);
  const environment = reader.resolve("environment", stage ?? oldStage);
  return {
    serviceName: reader.resolve("serviceName", name ?? own.name ?? "unknown_service:node"),
    ...(serviceVersion !== undefined && { serviceVersion }),
    ...(environment !== undefined && { environment }),
    resourceAttributes,
  };
}

function readLogging(reader: Reader): Config["logging"] {
  const file = reader.resolve("logging.file", undefined);
  const errorFile = reader.resolve("logging.errorFile", undefined);
  const syslog = reader.resolve("logging.syslog", undefined);
  const sampleBurst = reader.resolve("logging.sampleBurst", undefined);
  return {
    level: reader.resolve("logging.level", "info" as const),
    format: reader.resolve("logging.format", "json" as const),
    caller: reader.resolve("logging.caller", "error" as const),
    console: reader.resolve("logging.console", "stdout" as const),
    ...(file !== undefined && { file }),
    ...(errorFile !== undefined && { errorFile }),
    maxFileSizeBytes: reader.resolve("logging.maxFileSizeBytes", 10_485_760),
    maxFiles: reader.resolve("logging.maxFiles", 5),
    ...(syslog !== undefined && { syslog }),
    syslogFacility: reader.resolve("logging.syslogFacility", "user" as const),
    sampleRates: reader.resolve("logging.sampleRates", {}),
    ...(sampleBurst !== undefined && { sampleBurst }),
    captureConsole: reader.resolve("logging.captureConsole", false),
  };
}

function readDisabledInstrumentations(reader: Reader): readonly string[] {
  const fromEnv = reader.envAll("instrumentations.disabled").flatMap(({ value }) => value);
  const names = [...new Set([...fromEnv, ...(reader.file("instrumentations.disabled")?.value ?? [])])];
  reader.settle("instrumentations.disabled", names.join(",") || "none");
  return names;
}

/**
 * Reads the configuration from the environment, observatory.yaml and the program's package.json, in this order of precedence. Never
 * throws: what is wrong becomes a problem, and the next source or the default is used.
 */
export function loadConfig({ env, cwd, argv1 }: ConfigInput): LoadedConfig {
  const problems = createProblemList();
  let values: FileValues | undefined;
  const reader: Reader = createReader(
    SETTINGS,
    {
      env,
      fileValues: () => {
        // The path of the file is itself a setting, so the file is read when it is first asked for.
        const named = env[SETTINGS.configFile.env[0]]?.trim() || undefined;
        values ??= readConfigFile({ name: "telemetry", table: SETTINGS }, named, cwd, env, problems);
        return values;
      },
    },
    problems,
  );
  const { exporter, jaegerUrl, zipkinUrl } = readExporter(reader, problems);
  const sampleRatio = readSampleRatio(reader);
  const enabled = reader.resolve("enabled", true);
  const disabled = reader.resolve("disabled", false);
  const reportFile = reader.resolve("reportFile", undefined);
  const config: Config = {
    enabled: enabled && !disabled,
    ...readIdentity(reader, argv1),
    exporter,
    otlp: readOtlp(reader, problems, jaegerUrl),
    signals: readSignals(reader, problems, exporter),
    ...(zipkinUrl !== undefined && { zipkinUrl }),
    sampleRatio,
    sampling: readSampling(reader, sampleRatio),
    captureContent: reader.resolve("captureContent", false),
    contentMaxLength: reader.resolve("contentMaxLength", 32_768),
    debug: {
      sessions: reader.resolve("debug.sessions", []),
      users: reader.resolve("debug.users", []),
      fromCallers: reader.resolve("debug.fromCallers", false),
    },
    metrics: readMetrics(reader),
    health: readHealth(reader),
    api: {
      rateLimit: reader.resolve("api.rateLimit", 100),
      rateWindowSeconds: reader.resolve("api.rateWindowSeconds", 60),
    },
    export: readExport(reader, problems),
    propagation: {
      childProcesses: reader.resolve("propagation.childProcesses", true),
      contextHosts: reader.resolve("propagation.contextHosts", []),
    },
    instrumentations: { disabled: readDisabledInstrumentations(reader) },
    budgets: {
      limits: reader.resolve("budgets.limits", []),
      onFault: reader.resolve("budgets.onFault", "open" as const),
      loops: reader.resolve("budgets.loops", "warn" as const),
      loopRepeats: reader.resolve("budgets.loopRepeats", 5),
    },
    prices: { models: reader.resolve("prices.models", {}) },
    errors: {
      tracking: reader.resolve("errors.tracking", true),
      patterns: reader.resolve("errors.patterns", []),
    },
    ...(reportFile !== undefined && { reportFile }),
    strict: reader.resolve("strict", false),
    logLevel: reader.resolve("logLevel", "warn" as const),
    logging: readLogging(reader),
  };
  findMisspelled(env, Object.values(SETTINGS), problems);
  return { config, problems: problems.all() };
}

/** The error to throw where the configuration has errors and is to be strict; undefined where there is nothing to throw. */
export function strictError({ config, problems }: LoadedConfig): ObservatoryError | undefined {
  const errors = problems.filter((problem) => problem.severity === "error");
  if (!config.strict || errors.length === 0) return undefined;
  return new ObservatoryError("AO_CONFIG_INVALID", {
    expected: "a configuration without mistakes",
    received: `${errors.length}: ${errors.map((problem) => problem.message).join(" ")}`.replace(/\.$/, ""),
  });
}
