import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { ObservatoryError } from "../base/index.ts";
import type { Problem } from "./config.ts";
import { EMBEDDED_SETTINGS } from "./embedded-settings.ts";
import { findMisspelled } from "./misspelled.ts";
import { createProblemList } from "./problems.ts";
import { createReader } from "./reader.ts";
import { SETTINGS } from "./settings.ts";
import { type FileValues, readConfigFile } from "./yaml-file.ts";

/** What the embedded process runs by. Every member has a value: what was not set has its default. */
export type EmbeddedConfig = {
  readonly host: string;
  /** 0: any that is free. So for the ports below. */
  readonly port: number;
  readonly otlpHttpPort: number;
  readonly otlpGrpcPort: number;
  readonly dataDirectory: string;
  readonly retention: { readonly maxAgeMs: number; readonly maxSizeBytes: number };
  /** Log streams likewise. */
  readonly maxSeriesPerDay: number;
  readonly maxRequestSizeBytes: number;
  readonly query: { readonly timeoutMs: number; readonly threads: number; readonly memoryBytes: number };
  readonly rules: {
    /** Paths, in which `*` stands for any name. Undefined: the rules of this package. */
    readonly files?: readonly string[];
    readonly alertmanagers: readonly string[];
    /** Secret. */
    readonly webhooks: readonly string[];
    /** Secret. */
    readonly watchdogs?: readonly string[];
    /** A path. Undefined: the routing of this package. */
    readonly routing?: string;
    /** A pattern; "" where every environment pages. Undefined: `NO_PAGE_ENVIRONMENTS`. */
    readonly noPageEnvironments?: string;
  };
  /** Without a slash at its end. Undefined: what it listens on. */
  readonly externalUrl?: string;
  /** Secret. */
  readonly token?: string;
  readonly allowedHosts: readonly string[];
  readonly corsOrigins: readonly string[];
};

export type EmbeddedInput = {
  /** By the names of the table's `flag`, without dashes; lists separated by commas. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
  readonly env: NodeJS.ProcessEnv;
  /** Where observatory.yaml is looked for, and what relative paths start from. */
  readonly cwd: string;
};

export type LoadedEmbeddedConfig = { readonly config: EmbeddedConfig; readonly problems: readonly Problem[] };

const MB = 1024 * 1024;
const DAY_MS = 86_400_000;

/** As the stack has it in `alertmanager/start.sh`. */
export const NO_PAGE_ENVIRONMENTS = "dev.*|test|local";

function standardDirectory(env: NodeJS.ProcessEnv): string {
  const base = env["XDG_DATA_HOME"];
  // The XDG specification: a relative path there is no path.
  return join(base?.startsWith("/") ? base : join(homedir(), ".local", "share"), "agent-observatory");
}

/**
 * Reads the settings of the embedded process from the command line, the environment and observatory.yaml, in this order of precedence. Never
 * throws: what is wrong becomes a problem, and the next source or the default is used. `embeddedError` says whether to go on.
 */
export function loadEmbeddedConfig({ flags = {}, env, cwd }: EmbeddedInput): LoadedEmbeddedConfig {
  const problems = createProblemList();
  let values: FileValues | undefined;
  const { configFile } = EMBEDDED_SETTINGS;
  const fileValues = (): FileValues => {
    const named = (flags[configFile.flag] ?? env[configFile.env[0]])?.trim() || undefined;
    values ??= readConfigFile({ name: "embedded", table: EMBEDDED_SETTINGS }, named, cwd, env, problems);
    return values;
  };
  const { resolve: read } = createReader(EMBEDDED_SETTINGS, { flags, env, fileValues }, problems);
  const ruleFiles = read("rules.files", undefined);
  const routing = read("rules.routing", undefined);
  const watchdogs = read("rules.watchdogs", undefined);
  const noPageEnvironments = read("rules.noPageEnvironments", NO_PAGE_ENVIRONMENTS);
  const externalUrl = read("externalUrl", undefined)?.replace(/\/+$/, "");
  const token = read("token", undefined);
  const config: EmbeddedConfig = {
    host: read("host", "127.0.0.1"),
    port: read("port", 4319),
    otlpHttpPort: read("otlpHttpPort", 4318),
    otlpGrpcPort: read("otlpGrpcPort", 4317),
    // What a shell does with `~` is expected of a file as well.
    dataDirectory: resolve(cwd, read("dataDirectory", standardDirectory(env)).replace(/^~(?=\/|$)/, homedir())),
    retention: {
      maxAgeMs: read("retention.maxAge", 15 * DAY_MS),
      maxSizeBytes: read("retention.maxSize", 5 * 1024 * MB),
    },
    maxSeriesPerDay: read("maxSeriesPerDay", 200_000),
    maxRequestSizeBytes: read("maxRequestSize", 32 * MB),
    query: {
      timeoutMs: read("query.timeout", 30_000),
      threads: read("query.threads", 2),
      memoryBytes: read("query.memory", 256 * MB),
    },
    rules: {
      ...(ruleFiles !== undefined && { files: ruleFiles.map((file) => resolve(cwd, file)) }),
      alertmanagers: read("rules.alertmanagers", []),
      webhooks: read("rules.webhooks", []),
      ...(watchdogs !== undefined && { watchdogs }),
      ...(routing !== undefined && { routing: resolve(cwd, routing) }),
      noPageEnvironments: noPageEnvironments === "none" ? "" : noPageEnvironments,
    },
    ...(externalUrl !== undefined && { externalUrl }),
    ...(token !== undefined && { token }),
    allowedHosts: read("allowedHosts", []),
    corsOrigins: read("corsOrigins", []),
  };
  // Variables of the observed program are known as well: both are often started from one shell.
  findMisspelled(env, [...Object.values(EMBEDDED_SETTINGS), ...Object.values(SETTINGS)], problems);
  return { config, problems: problems.all() };
}

/** The error to throw where settings have mistakes: a server that was asked for is not started by halves. Undefined without mistakes. */
export function embeddedError({ problems }: LoadedEmbeddedConfig): ObservatoryError | undefined {
  const errors = problems.filter((problem) => problem.severity === "error");
  if (errors.length === 0) return undefined;
  return new ObservatoryError("AO_CONFIG_INVALID", {
    expected: "settings without mistakes",
    received: `${errors.length}: ${errors.map((problem) => problem.message).join(" ")}`.replace(/\.$/, ""),
    remedy: "Repair them; docs/configuration.md lists all settings.",
  });
}
