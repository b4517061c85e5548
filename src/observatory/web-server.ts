import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AlertmanagerApi, Api } from "../api/index.ts";
import {
  answerCors,
  type ByteBudget,
  boundServer,
  createByteBudget,
  type Guard,
  readBody,
  SERVER_NAME,
} from "../receive/index.ts";
import { isLoopback } from "./access.ts";
import { answerAlertmanager } from "./alertmanager-web.ts";
import { askedHeaders } from "./asked-headers.ts";
import type { OwnMetrics } from "./own-metrics.ts";
import { asksForOpenFile, readPage, wantsPage } from "./page.ts";
import { answerPageApi, PAGE_API, type PageApiOptions } from "./page-requests.ts";
import { isForeignPage } from "./page-writes.ts";
import { apiOf, failureResponse } from "./query-failures.ts";
import type { QueryPool } from "./query-pool.ts";
import { readRunbook } from "./runbooks.ts";
import { plainText, type Sent, send } from "./send.ts";

export type WebOptions = {
  readonly guard: Guard;
  readonly corsOrigins: readonly string[];
  readonly feedback: PageApiOptions["feedback"];
  readonly pool: QueryPool;
  /** Answered in this thread: rules and alerts. */
  readonly local: Api;
  /** Also answered in this thread, and the one that takes something in: silences. */
  readonly alertmanager: AlertmanagerApi;
  readonly metrics: OwnMetrics;
  /** Why it is not ready, in few words; undefined where it is. Everybody may ask. */
  readonly unready: () => string | undefined;
  /** Reads the rule files again. Rejects with what is wrong with them. */
  readonly reload: () => Promise<void>;
  readonly describe: () => string;
  /** Brings `metrics` up to date. */
  readonly refresh: () => void;
  readonly monotonicMs: () => number;
  /** Hears of mistakes of our own. */
  readonly onFault: (error: unknown) => void;
};

/** As Go's http package, which the three real ones take forms with. */
const MAX_FORM_BYTES = 10 * 1024 * 1024;
/** Forms that wait for their answer, together; and answers that wait for their client. */
const FORM_BUDGET_BYTES = 64 * 1024 * 1024;
const ANSWER_BUDGET_BYTES = 256 * 1024 * 1024;
const LIMITS = { maxRequestBytes: MAX_FORM_BYTES, requestTimeoutMs: 30_000, maxConnections: 2000 };
/** For whoever watches the process: asked without a token. */
const OPEN_PATHS = new Set(["/-/healthy", "/-/ready"]);
const FORM = /^application\/x-www-form-urlencoded\b/i;

/** The real ones answer under these; everything below them is a question to one of the APIs. */
const isQueryPath = (path: string): boolean =>
  path.startsWith("/api/") || path.startsWith("/loki/") || path === "/ready";

type Request = {
  readonly message: IncomingMessage;
  readonly path: string;
  readonly query: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Whether who asks may ask everything: a token is not needed, or was given. */
  readonly mayAsk: boolean;
};

/** What is asked, and how much of the budget that holds. */
type Asked = { readonly params: URLSearchParams; readonly reserved: number };

/** Form before query string, as Go reads them; an answer where the form cannot be read. */
async function readParams({ message, query }: Request, budget: ByteBudget): Promise<Asked | Sent> {
  if (message.method !== "POST" || !FORM.test(message.headers["content-type"] ?? ""))
    return { params: new URLSearchParams(query), reserved: 0 };
  const body = await readBody(message, "identity", MAX_FORM_BYTES, budget);
  if (body.kind === "too-large") return plainText(413, `expected a form of at most ${MAX_FORM_BYTES} bytes\n`);
  if (body.kind === "no-room") return plainText(503, "too many large forms are waiting\n", { "retry-after": "1" });
  if (body.kind === "broken") return plainText(400, `${body.message}\n`);
  const form = body.bytes.toString();
  return { params: new URLSearchParams(query === "" ? form : `${form}&${query}`), reserved: body.reserved };
}

async function query(request: Request, budget: ByteBudget, options: WebOptions): Promise<Sent> {
  const asked = await readParams(request, budget);
  if ("status" in asked) return asked;
  try {
    return await run(request, asked.params, options);
  } finally {
    budget.release(asked.reserved);
  }
}

async function run(
  { message, path, signal }: Request,
  params: URLSearchParams,
  { pool, local, metrics, monotonicMs }: WebOptions,
): Promise<Sent> {
  const startedMs = monotonicMs();
  const method = message.method ?? "GET";
  const headers = askedHeaders(message);
  const ask = async (): Promise<Sent> => {
    if (local.handles(path)) return local.handle({ method, path, params, headers });
    const answer = await pool.run({ kind: "request", method, path, params: params.toString(), headers }, signal);
    if (answer.kind === "response") return answer;
    if (answer.kind === "samples") throw new TypeError("an answer to another question");
    return failureResponse(path, answer);
  };
  const sent = await ask();
  const api = apiOf(path);
  metrics.observe("agent_observatory_query_duration_seconds", { api }, (monotonicMs() - startedMs) / 1000);
  metrics.add("agent_observatory_queries_total", { api, status: String(sent.status) });
  return sent;
}

async function reload({ message }: Request, options: WebOptions): Promise<Sent> {
  if (message.method !== "POST" && message.method !== "PUT")
    return plainText(405, "expected POST or PUT\n", { allow: "POST, PUT" });
  const { remoteAddress = "" } = message.socket;
  if (!isLoopback(remoteAddress.replace(/^::ffff:/, "")) || isForeignPage(message))
    return plainText(403, "expected a request of this machine\n");
  return options.reload().then(
    () => plainText(200, ""),
    (error: unknown) => plainText(500, `${error instanceof Error ? error.message : String(error)}\n`),
  );
}

async function answer(request: Request, budget: ByteBudget, options: WebOptions): Promise<Sent> {
  const { path, message, mayAsk } = request;
  if (options.alertmanager.handles(path)) return answerAlertmanager(request, budget, options);
  if (isQueryPath(path)) return query(request, budget, options);
  if (path === "/-/reload") return reload(request, options);
  if (path.startsWith(PAGE_API)) return answerPageApi(message, path, budget, options);
  if (message.method !== "GET" && message.method !== "HEAD")
    return plainText(405, "expected GET\n", { allow: "GET, HEAD" });
  switch (path) {
    case "/-/healthy":
      return plainText(200, "agent-observatory is healthy.\n");
    case "/-/ready": {
      const reason = options.unready();
      return reason === undefined
        ? plainText(200, "agent-observatory is ready.\n")
        : plainText(503, `agent-observatory is not ready: ${reason}.\n`);
    }
    case "/metrics":
      options.refresh();
      return {
        status: 200,
        headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
        body: options.metrics.text(),
      };
    default: {
      const runbook = await readRunbook(path);
      if (runbook !== undefined) return runbook;
      // A program that asks for the root wants words, not a page.
      if (path === "/" && !wantsPage(message)) return plainText(200, options.describe());
      return (await readPage(path, { isWanted: wantsPage(message), mayAsk })) ?? plainText(404, "404 page not found\n");
    }
  }
}

type Budgets = { readonly forms: ByteBudget; readonly answers: ByteBudget };

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  budgets: Budgets,
  options: WebOptions,
): Promise<void> {
  const [path = "", query = ""] = (message.url ?? "/").split(/\?(.*)/s, 2);
  response.setHeader("server", SERVER_NAME);
  response.setHeader("x-content-type-options", "nosniff");
  const { host, authorization } = message.headers;
  const refusal = options.guard({ host, authorization });
  const isOpen = OPEN_PATHS.has(path) || asksForOpenFile(message, path);
  if (refusal !== undefined && !(refusal.status === 401 && isOpen)) {
    // A browser asks beforehand without credentials.
    if (refusal.status === 401 && answerCors(message, response, options.corsOrigins, "GET, POST")) return;
    const headers: Record<string, string> = refusal.status === 401 ? { "www-authenticate": "Bearer" } : {};
    return send(message, response, plainText(refusal.status, `${refusal.message}\n`, headers), budgets.answers);
  }
  if (answerCors(message, response, options.corsOrigins, "GET, POST")) return;
  const abort = new AbortController();
  response.once("close", () => abort.abort());
  const sent = await answer(
    { message, path, query, signal: abort.signal, mayAsk: refusal === undefined },
    budgets.forms,
    options,
  );
  await send(message, response, sent, budgets.answers);
}

/** Makes the HTTP server of the query APIs and everything beside them. It does not listen yet. */
export function createWebServer(options: WebOptions): Server {
  const budgets = { forms: createByteBudget(FORM_BUDGET_BYTES), answers: createByteBudget(ANSWER_BUDGET_BYTES) };
  const server = createServer({ connectionsCheckingInterval: 1000 }, (message, response) => {
    response.on("error", () => {});
    serve(message, response, budgets, options).catch((error: unknown) => {
      options.onFault(error);
      response.destroy();
    });
    // Forms that nobody reads are passed over.
    response.once("finish", () => message.resume());
  });
  boundServer(server, LIMITS);
  return server;
}
