import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Config, Problem } from "../../config/index.ts";
import { isSupported, LIBRARIES } from "../../frameworks/index.ts";
import { type Payload, post, shownUrl } from "../../telemetry/index.ts";
import type { Check } from "./check.ts";

/** Node that the preload runs on; package.json says the same. */
const NODE_FROM = [24, 12] as const;
const PROBE_TIMEOUT_MS = 5000;
const SIGNALS = ["traces", "metrics", "logs"] as const;

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const fits = major > NODE_FROM[0] || (major === NODE_FROM[0] && minor >= NODE_FROM[1]);
  return fits
    ? { level: "ok", about: "Node", found: version }
    : { level: "fail", about: "Node", found: version, todo: `Use Node ${NODE_FROM.join(".")} or later.` };
}

export function checkSettings(config: Config, problems: readonly Problem[]): Check[] {
  if (!config.enabled)
    return [
      {
        level: "fail",
        about: "settings",
        found: "tracing is switched off",
        todo: "Set TRACING_ENABLED=true, or remove it.",
      },
    ];
  const { serviceName, exporter, sampleRatio, captureContent } = config;
  const unnamed = serviceName.startsWith("unknown_service");
  const said: Check[] = problems.map(({ severity, message }) => ({
    level: severity === "error" ? "fail" : "warn",
    about: "settings",
    found: message,
  }));
  const facts = [
    `service ${serviceName}`,
    `exporter ${exporter}`,
    ...(exporter === "otlp" ? [config.otlp.protocol] : []),
    ...(sampleRatio < 1 ? [`${sampleRatio * 100} % of traces`] : []),
    `content ${captureContent ? "captured, redacted" : "not captured"}`,
  ];
  return [
    unnamed
      ? {
          level: "warn",
          about: "settings",
          found: facts.join(" · "),
          todo: "Give the service a name: OTEL_SERVICE_NAME.",
        }
      : { level: "ok", about: "settings", found: facts.join(" · ") },
    ...said,
  ];
}

/** An export of nothing, by which a collector tells that it is there and takes the signal. */
function probe({ otlp }: Config, signal: Payload["signal"]): Payload {
  const { protocol, signalHeaders } = otlp;
  return { signal, url: otlp[`${signal}Url`], protocol, headers: signalHeaders[signal], body: new Uint8Array() };
}

/** Asks the collector whether it takes each signal that is sent. */
export async function checkCollector(config: Config): Promise<Check[]> {
  if (config.exporter !== "otlp") return [];
  return Promise.all(
    SIGNALS.filter((signal) => config.signals[signal]).map(async (signal): Promise<Check> => {
      const payload = probe(config, signal);
      const result = await post(payload, { timeoutMs: Math.min(PROBE_TIMEOUT_MS, config.otlp.timeoutMs) });
      const about = `${signal} out`;
      const place = URL.canParse(payload.url) ? shownUrl(payload.url) : "an address that is none";
      if (result.kind === "delivered") return { level: "ok", about, found: `${place} takes them` };
      const todo = /^(?:EPROTO|ERR_SSL)/.test(result.reason)
        ? "It does not speak TLS as it was spoken to: is the address http:// and not https://?"
        : result.kind === "retry"
          ? "Start a collector there (agent-observatory serve, or the stack), or set OTEL_EXPORTER_OTLP_ENDPOINT."
          : "Something else listens there, or it wants credentials: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS.";
      return { level: "fail", about, found: `${place}: ${result.reason}`, todo };
    }),
  );
}

/** Whether `--require agent-observatory/register` finds the package from here. */
export function checkPreload(cwd: string): Check {
  try {
    const found = createRequire(join(cwd, "program.js")).resolve("agent-observatory/register");
    return { level: "ok", about: "preload", found: `agent-observatory/register is ${found}` };
  } catch {
    return {
      level: "warn",
      about: "preload",
      found: "agent-observatory/register is not found from this folder",
      todo: "npm install agent-observatory, or run programs by `agent-observatory dev -- PROGRAM`.",
    };
  }
}

/** The version of an installed package as a program in the folder would get it. */
function installedVersion(cwd: string, packageName: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, "node_modules", packageName, "package.json");
    if (existsSync(file)) {
      try {
        const { version } = JSON.parse(readFileSync(file, "utf8")) as { version?: unknown };
        return typeof version === "string" ? version : "";
      } catch {
        return "";
      }
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** Libraries of the folder that are known here. */
export function checkLibraries(cwd: string): Check[] {
  return LIBRARIES.flatMap((library): Check[] => {
    const version = installedVersion(cwd, library.packageName);
    if (version === undefined) return [];
    const about = "library";
    const named = `${library.packageName} ${version}`;
    if (isSupported(library, version)) return [{ level: "ok", about, found: named }];
    const [from, below] = library.versions ?? [];
    return [
      { level: "warn", about, found: `${named} is not observed`, todo: `Versions from ${from} below ${below} are.` },
    ];
  });
}
