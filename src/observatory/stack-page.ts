import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Clock, ObservatoryError, systemClock } from "../base/index.ts";
import { boundServer, closeServer, createByteBudget, listen, SERVER_NAME } from "../receive/index.ts";
import { createGuard, isLoopback } from "./access.ts";
import { createFeedbackDesk } from "./feedback.ts";
import { createOtlpSender } from "./otlp-sender.ts";
import { asksForOpenFile, readPage, wantsPage } from "./page.ts";
import { answerPageApi, PAGE_API } from "./page-requests.ts";
import { refuseWrite } from "./page-writes.ts";
import { readRunbook } from "./runbooks.ts";
import { plainText, type Sent, send } from "./send.ts";
import { createForwarder } from "./stack-forward.ts";
import { attachStackTail } from "./stack-tail.ts";
import { readUpstream, routeOf, type Upstreams } from "./stack-upstream.ts";

export type StackPageOptions = {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly token?: string;
  readonly allowedHosts: readonly string[];
  readonly prometheusUrl: string;
  readonly lokiUrl: string;
  readonly jaegerUrl: string;
  /** Without it there are no silences. */
  readonly alertmanagerUrl?: string;
  /** Where feedback goes, as OTLP over HTTP. Without it none is taken. */
  readonly otlpUrl?: string;
  readonly clock?: Clock;
};

export type StackPage = { readonly url: string; readonly close: () => Promise<void> };

const BUDGET_BYTES = 64 * 1024 * 1024;
const LIMITS = { maxRequestBytes: 10 * 1024 * 1024, requestTimeoutMs: 30_000, maxConnections: 500 };
const HEALTHY = new Set(["/-/healthy", "/-/ready"]);

const inUrl = (host: string): string => (host.includes(":") ? `[${host}]` : host);
const reachable = (host: string): string => (host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host);

/**
 * Serves the page beside a stack: its questions are passed on to Prometheus, Loki, Jaeger and Alertmanager, and nothing else is. Throws
 * `ObservatoryError` where an address cannot be used.
 */
export async function startStackPage(options: StackPageOptions): Promise<StackPage> {
  const { host, port, token, allowedHosts, clock = systemClock } = options;
  if (!isLoopback(host) && token === undefined) {
    const expected = `a token, because other machines reach ${host}`;
    throw new ObservatoryError("AO_EMBEDDED_TOKEN", { expected, received: "none" });
  }
  const loki = readUpstream("Loki", options.lokiUrl);
  const upstreams: Upstreams = {
    Prometheus: readUpstream("Prometheus", options.prometheusUrl),
    Loki: loki,
    Jaeger: readUpstream("Jaeger", options.jaegerUrl),
    ...(options.alertmanagerUrl !== undefined && {
      Alertmanager: readUpstream("Alertmanager", options.alertmanagerUrl),
    }),
  };
  const feedback =
    options.otlpUrl === undefined ? undefined : createFeedbackDesk({ take: createOtlpSender(options.otlpUrl), clock });
  const guard = createGuard({ host, allowedHosts, ...(token !== undefined && { token }) });
  const budget = createByteBudget(BUDGET_BYTES);
  const forwarder = createForwarder();

  const answerFile = async (message: IncomingMessage, path: string, mayAsk: boolean): Promise<Sent> => {
    if (HEALTHY.has(path)) return plainText(200, "agent-observatory serves the page of a stack.\n");
    if (path.startsWith(PAGE_API)) return answerPageApi(message, path, budget, { corsOrigins: [], feedback });
    if (message.method !== "GET" && message.method !== "HEAD")
      return plainText(405, "expected GET\n", { allow: "GET, HEAD" });
    return (
      (await readRunbook(path)) ??
      (await readPage(path, { isWanted: wantsPage(message), mayAsk })) ??
      plainText(404, "404 page not found\n")
    );
  };

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = ""] = (message.url ?? "/").split("?", 1);
    const { method = "GET", headers } = message;
    response.setHeader("server", SERVER_NAME);
    response.setHeader("x-content-type-options", "nosniff");
    const refusal = guard({ host: headers.host, authorization: headers.authorization });
    const isOpen = HEALTHY.has(path) || asksForOpenFile(message, path);
    if (refusal !== undefined && !(refusal.status === 401 && isOpen)) {
      const challenge: Record<string, string> = refusal.status === 401 ? { "www-authenticate": "Bearer" } : {};
      return send(message, response, plainText(refusal.status, `${refusal.message}\n`, challenge), budget);
    }
    const route = routeOf(method, path);
    if (route === undefined)
      return send(message, response, await answerFile(message, path, refusal === undefined), budget);
    if (route.to === undefined) {
      const allow = route.methods.join(", ");
      return send(message, response, plainText(405, `expected ${allow}\n`, { allow }), budget);
    }
    const foreign = method === "GET" || method === "HEAD" ? undefined : refuseWrite(message, []);
    if (foreign !== undefined) return send(message, response, foreign, budget);
    const upstream = upstreams[route.to];
    if (upstream === undefined) return send(message, response, plainText(404, `no ${route.to} was named\n`), budget);
    forwarder.forward(message, response, upstream);
  };

  const server = createServer({ connectionsCheckingInterval: 1000 }, (message, response) => {
    response.on("error", () => {});
    serve(message, response).catch(() => response.destroy());
    response.once("finish", () => message.resume());
  });
  boundServer(server, LIMITS);
  const tail = attachStackTail({ server, guard, loki });
  const taken = await listen(server, {
    host,
    port,
    purpose: "the page",
    remedy: "End what holds it, or choose another port with --port (AGENT_OBSERVATORY_PORT).",
  });
  return {
    url: `http://${inUrl(reachable(host))}:${taken}`,
    close: async () => {
      feedback?.close();
      tail.close();
      forwarder.close();
      await closeServer(server);
    },
  };
}
