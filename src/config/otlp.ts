import type { Config } from "./config.ts";
import type { ProblemList } from "./problems.ts";
import type { Reader, Setting } from "./reader.ts";

const SIGNALS = ["traces", "metrics", "logs"] as const;

/** A base endpoint that already has a signal's path: what whole URLs for other exporters look like. */
const SIGNAL_PATH = /\/v1\/(?:traces|metrics|logs)\/?$/;

/** The OTLP exporter specification: a base URL gets the signal's path appended, whatever its own path. */
function signalUrl(base: string, signal: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${signal}`;
  return url.href;
}

/** One protocol, timeout and compression serve all signals; where the variables disagree the first one holds. */
function single<T>(settings: readonly Setting<T>[], problems: ProblemList): T | undefined {
  const [first, ...others] = settings;
  for (const { value, origin } of others) {
    if (value === first?.value) continue;
    problems.add(
      "AO_CONFIG_UNSUPPORTED",
      origin,
      `expected the same as ${first?.origin.key}, as one value serves all signals, got ${problems.show(value)}; using ${problems.show(first?.value)}.`,
    );
  }
  return first?.value;
}

/** Reads where and how OTLP is sent. `jaegerUrl` is the base URL for traces where they have no URL of their own: Jaeger takes nothing else. */
export function readOtlp(reader: Reader, problems: ProblemList, jaegerUrl: string | undefined): Config["otlp"] {
  const one = <N extends "otlp.protocol" | "otlp.timeoutMs" | "otlp.compression", D>(name: N, fallback: D) => {
    const value = single(reader.envAll(name), problems);
    const inFile = reader.file(name)?.value;
    const used = value ?? inFile ?? fallback;
    reader.settle(name, used);
    return used;
  };
  const protocol = one("otlp.protocol", "http/protobuf" as const);
  const timeoutMs = one("otlp.timeoutMs", 10_000);
  const compression = one("otlp.compression", "none" as const);

  const standard = protocol === "grpc" ? "http://127.0.0.1:4317" : "http://127.0.0.1:4318";
  const endpointSetting = reader.env("otlp.endpoint") ?? reader.file("otlp.endpoint");
  let endpoint = reader.resolve("otlp.endpoint", standard);
  if (SIGNAL_PATH.test(endpoint) && endpointSetting !== undefined) {
    const base = endpoint.replace(SIGNAL_PATH, "");
    problems.add(
      "AO_CONFIG_ADJUSTED",
      endpointSetting.origin,
      `expected the base URL, to which the path of each signal is appended, got ${problems.show(endpoint)}; using ${problems.show(base).slice(1, -1)}.`,
    );
    endpoint = base;
  }

  const urls = SIGNALS.map((signal) => {
    const name = `otlp.${signal}Endpoint` as const;
    const base = signal === "traces" ? (jaegerUrl ?? endpoint) : endpoint;
    const fromBase = protocol === "grpc" ? base : signalUrl(base, signal);
    return reader.resolve(name, fromBase);
  });
  const [tracesUrl = "", metricsUrl = "", logsUrl = ""] = urls;
  const headers = reader.resolve("otlp.headers", {});
  return {
    tracesUrl,
    metricsUrl,
    logsUrl,
    headers,
    signalHeaders: {
      traces: { ...headers, ...reader.resolve("otlp.tracesHeaders", {}) },
      metrics: { ...headers, ...reader.resolve("otlp.metricsHeaders", {}) },
      logs: { ...headers, ...reader.resolve("otlp.logsHeaders", {}) },
    },
    protocol,
    timeoutMs,
    compression,
  };
}
