import { request } from "node:http";
import { setFlagsFromString } from "node:v8";
import { createDiagnostics, ObservatoryError } from "../base/index.ts";
import { type EmbeddedConfig, embeddedError, loadEmbeddedConfig } from "../config/index.ts";
import type { Terminal } from "./command.ts";
import { remark } from "./output.ts";

export type EmbeddedUrls = { readonly web: string; readonly otlpHttp: string; readonly otlpGrpc: string };
export type Embedded = {
  readonly urls: EmbeddedUrls;
  /** Whether it ran already: then it is not ours to end. */
  readonly joined: boolean;
  readonly close: () => Promise<void>;
};
export type OwnEmbedded = Embedded & {
  /** Reads the rule files again. Rejects with what is wrong with them. */
  readonly reload: () => Promise<void>;
};

/** What ours says of itself in every answer. */
const SERVER_NAME = "agent-observatory";
const PROBE_TIMEOUT_MS = 1000;

/** The settings of the embedded process. Says on stderr what is odd about them; throws where they are wrong. */
export function readEmbeddedSettings(
  flags: Readonly<Record<string, string | undefined>>,
  terminal: Terminal,
): EmbeddedConfig {
  const loaded = loadEmbeddedConfig({ flags, env: terminal.env, cwd: terminal.cwd });
  const refused = embeddedError(loaded);
  if (refused !== undefined) throw refused;
  for (const { message } of loaded.problems) remark(terminal, `agent-observatory: ${message}`);
  return loaded.config;
}

/** An address under which what listens on `host` is reached from here. */
export function reachableUrl(host: string, port: number): string {
  const reached = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
}

/** Whether an embedded process answers there. Asked by what it says: a taken port alone tells nothing. */
export function isOurs(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request(`${url}/-/healthy`, { timeout: PROBE_TIMEOUT_MS, agent: false }, (response) => {
      resolve(response.headers.server === SERVER_NAME);
      response.destroy();
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => resolve(false));
    sent.end();
  });
}

async function join(settings: EmbeddedConfig): Promise<Embedded | undefined> {
  const { host, port, otlpHttpPort, otlpGrpcPort } = settings;
  const web = reachableUrl(host, port);
  if (port === 0 || !(await isOurs(web))) return undefined;
  const urls = { web, otlpHttp: reachableUrl(host, otlpHttpPort), otlpGrpc: reachableUrl(host, otlpGrpcPort) };
  if (!(await isOurs(urls.otlpHttp)))
    throw new ObservatoryError("AO_BACKEND_ANSWER", {
      expected: `the embedded process that runs at ${web} to take OTLP at ${urls.otlpHttp}`,
      received: "somebody else there, or nobody",
      remedy:
        "Say where it does: --otlp-http-port. Or start another one beside it: --port 0 and another --data-directory.",
    });
  return { urls, joined: true, close: async () => undefined };
}

/**
 * How V8 keeps house in all threads, for this process is ours alone: a young generation that does not grow (in the main thread as in the others,
 * where it is limited when they start), garbage of a fifth of what lives, not several times as much, and pages given back after a second of rest.
 * With 10,000 series under the rules that is some 100 MB less.
 */
const V8_FLAGS = [
  "--semi-space-growth-factor=1",
  "--heap-growing-percent=20",
  "--gc-memory-reducer-start-delay-ms=1000",
] as const;

export async function startEmbedded(settings: EmbeddedConfig): Promise<OwnEmbedded> {
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
  const { startObservatory } = await import("../observatory/index.ts");
  const { urls, close, reload } = await startObservatory(settings, { diagnostics: createDiagnostics("warn") });
  return { urls, joined: false, close, reload };
}

/** The embedded process that runs already, or one of our own. */
export async function startOrJoin(settings: EmbeddedConfig): Promise<Embedded> {
  const running = await join(settings);
  if (running !== undefined) return running;
  try {
    return await startEmbedded(settings);
  } catch (error) {
    // Two that start at the same time: the one that comes second joins the first.
    const taken =
      error instanceof ObservatoryError && (error.code === "AO_PORT_TAKEN" || error.code === "AO_STORE_LOCKED");
    const other = taken ? await join(settings) : undefined;
    if (other === undefined) throw error;
    return other;
  }
}
