import {
  BackendError,
  type BackendName,
  type Backends,
  createBackends,
  EMBEDDED_URL,
  isEmbedded,
} from "../backends/index.ts";
import { ObservatoryError } from "../base/index.ts";
import { loadEmbeddedConfig } from "../config/index.ts";
import type { FlagValues, Terminal } from "./command.ts";
import { reachableUrl } from "./embedded.ts";
import { type CONNECTION_FLAGS, CONNECTION_VARIABLES } from "./flags.ts";
import { parseDuration } from "./times.ts";

export type ConnectionFlags = FlagValues<typeof CONNECTION_FLAGS>;

/** `embedded` and `stack` were found, `given` was named; `nowhere` answers nobody, and the embedded process is assumed. */
export type Place = "embedded" | "stack" | "given" | "nowhere";
export type Connection = { readonly place: Place; readonly backends: Backends; readonly urls: BackendUrls };
export type BackendUrls = Readonly<Record<BackendName, string>>;

/** Where `npm run stack` publishes them. */
export const STACK_URLS: BackendUrls = {
  Prometheus: "http://127.0.0.1:9090",
  Loki: "http://127.0.0.1:3100",
  Jaeger: "http://127.0.0.1:16686",
};
/** They are on this machine: who does not answer by then is not there. */
const PROBE_TIMEOUT_MS = 2000;

const urlsOf = ({ prometheus, loki, jaeger }: Backends): BackendUrls => ({
  Prometheus: prometheus.url,
  Loki: loki.url,
  Jaeger: jaeger.url,
});

/** Base URL of the embedded process by the settings that `serve` has. */
function embeddedPlace({ env, cwd }: Terminal): { readonly url: string; readonly token: string | undefined } {
  const { host, port, token } = loadEmbeddedConfig({ env, cwd }).config;
  return { url: port === 0 ? EMBEDDED_URL : reachableUrl(host, port), token };
}

/** Whether a back end is there. One that refuses us is. */
async function isThere(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    return (await ask()) !== false;
  } catch (error) {
    if (error instanceof BackendError)
      return error.failure !== "unreachable" && error.failure !== "timeout" && error.failure !== "answer";
    throw error;
  }
}

export const probes = ({
  prometheus,
  loki,
  jaeger,
}: Backends): Readonly<Record<BackendName, () => Promise<unknown>>> => ({
  Prometheus: prometheus.buildInfo,
  Loki: loki.buildInfo,
  Jaeger: jaeger.services,
});

async function discover(terminal: Terminal, token: string | undefined, timeoutMs: number | undefined) {
  const embedded = embeddedPlace(terminal);
  const own = { url: embedded.url, token: token ?? embedded.token };
  const probed = createBackends({ ...own, timeoutMs: PROBE_TIMEOUT_MS });
  if (await isThere(() => isEmbedded(probed.prometheus)))
    return { place: "embedded" as const, backends: createBackends({ ...own, timeoutMs }) };
  const stack = { prometheusUrl: STACK_URLS.Prometheus, lokiUrl: STACK_URLS.Loki, jaegerUrl: STACK_URLS.Jaeger, token };
  const there = await Promise.all(
    Object.values(probes(createBackends({ ...stack, timeoutMs: PROBE_TIMEOUT_MS }))).map(isThere),
  );
  return there.includes(true)
    ? { place: "stack" as const, backends: createBackends({ ...stack, timeoutMs }) }
    : { place: "nowhere" as const, backends: createBackends({ ...own, timeoutMs }) };
}

/** The back ends that flags or environment name, else the embedded process if it runs, else the stack. Throws where there is none. */
export async function connect(flags: ConnectionFlags, terminal: Terminal): Promise<Connection> {
  const connection = await connectAnyhow(flags, terminal);
  if (connection.place !== "nowhere") return connection;
  throw new ObservatoryError("AO_BACKEND_UNREACHABLE", {
    expected: `the embedded process at ${connection.urls.Prometheus} or the stack at ${Object.values(STACK_URLS).join(", ")}`,
    received: "no answer from either",
    remedy:
      "Start one of them (agent-observatory serve), or name another: --url, --prometheus-url, --loki-url, --jaeger-url.",
  });
}

/** As `connect`, but whoever asks sees for himself that nobody answers. */
export async function connectAnyhow(flags: ConnectionFlags, terminal: Terminal): Promise<Connection> {
  const setting = (name: keyof typeof CONNECTION_VARIABLES): string | undefined =>
    flags[name] ?? (terminal.env[CONNECTION_VARIABLES[name]]?.trim() || undefined);
  const token = setting("token");
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration("timeout", flags.timeout);
  const given = {
    url: setting("url"),
    prometheusUrl: setting("prometheus-url"),
    lokiUrl: setting("loki-url"),
    jaegerUrl: setting("jaeger-url"),
  };
  const found = Object.values(given).some((url) => url !== undefined)
    ? { place: "given" as const, backends: createBackends({ ...given, token, timeoutMs }) }
    : await discover(terminal, token, timeoutMs);
  const urls = urlsOf(found.backends);
  if (flags.verbose) {
    const all = new Set(Object.values(urls));
    const said =
      all.size === 1
        ? [...all][0]
        : Object.entries(urls)
            .map(([name, url]) => `${name} at ${url}`)
            .join(", ");
    const who = { embedded: "the embedded process, ", stack: "the stack, ", given: "", nowhere: "nobody, " }[
      found.place
    ];
    terminal.errors.write(`asking ${who}${said}\n`);
  }
  return { ...found, urls };
}
