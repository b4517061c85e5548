import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { chatCompletion, chatCompletionEvents } from "./llm-double/chat-completions.ts";
import { deliver, type Pace, type Payload } from "./llm-double/delivery.ts";
import { embeddingList } from "./llm-double/embeddings.ts";
import { asObject } from "./llm-double/json.ts";
import { createRandom, hashText } from "./llm-double/random.ts";
import { type Reply, type SettledReply, settleReply } from "./llm-double/reply.ts";
import { type LlmRequest, parseRequest } from "./llm-double/request.ts";
import { responseEvents, responseObject } from "./llm-double/responses.ts";
import { createTally, type LlmStats } from "./llm-double/tally.ts";

export { failures, type Reply, type ReplyToolCall, type Usage } from "./llm-double/reply.ts";
export type { LlmRequest, Operation, Turn } from "./llm-double/request.ts";
export type { LlmStats, ModelStats } from "./llm-double/tally.ts";

export type LlmDoubleOptions = {
  /** The script. `undefined` gives the default answer: an echo with token counts from text lengths. */
  respond?: ((request: LlmRequest) => Reply | undefined) | undefined;
  /** 0 by default: any free port of 127.0.0.1. */
  port?: number;
  /** Same seed and same requests: same waits, whatever the order of arrival. */
  seed?: number;
  /** Middle of the waits that the script leaves open. 0 answers at once. */
  medianLatencyMs?: number;
  /** How many requests `requests` keeps, the oldest leaving first. */
  keptRequests?: number;
};

export type LlmDouble = {
  start(): Promise<LlmDouble>;
  /** Base URL for a client, `http://127.0.0.1:<port>/v1`; known after `start`. */
  readonly url: string;
  readonly requests: readonly LlmRequest[];
  stats(): LlmStats;
  /** Resolves when no request is being served any more, so that `stats` is final. */
  idle(): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * A local server that speaks the OpenAI API (chat completions, responses, embeddings, models) as scripted and
 * counts what it served. `GET /stats` gives the counts; it is not counted itself.
 */
export function createLlmDouble(options: LlmDoubleOptions = {}): LlmDouble {
  const { respond = () => undefined, port = 0, seed = 1, medianLatencyMs = 20, keptRequests = 1000 } = options;
  const tally = createTally();
  const requests: LlmRequest[] = [];
  const occurrences = new Map<number, number>();
  let received = 0;
  let issuedCalls = 0;
  let serving = 0;
  let idleWaiters: (() => void)[] = [];
  let url = "";

  const server = createServer((incoming, response) => {
    if (incoming.method === "GET" && incoming.url === "/stats") {
      response.setHeader("content-type", "application/json").end(JSON.stringify(tally.stats()));
      return;
    }
    serving++;
    void serve(incoming, response)
      .catch((error: unknown) => {
        // A mistake in the script: tell the client in words instead of leaving it waiting.
        if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
        response.end(JSON.stringify({ error: { message: `The double's script failed: ${error}`, type: "script" } }));
      })
      .finally(() => {
        serving--;
        if (serving > 0) return;
        for (const wake of idleWaiters) wake();
        idleWaiters = [];
      });
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const number = ++received;
    const body = incoming.method === "POST" ? await json(incoming).catch(() => undefined) : {};
    const bodyHash = hashText(JSON.stringify([incoming.url, body]) ?? "");
    const occurrence = (occurrences.get(bodyHash) ?? 0) + 1;
    occurrences.set(bodyHash, occurrence);
    const request = parseRequest({
      number,
      occurrence,
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: asObject(body),
    });
    requests.push(request);
    if (requests.length > keptRequests) requests.shift();
    tally.received(request);

    const refused = refusal(request, body);
    const nextId = () => `call_${seed.toString(36)}${(++issuedCalls).toString(36).padStart(8, "0")}`;
    const reply = settleReply(refused ?? respond(request) ?? {}, request, nextId);
    const payload = payloadFor(request, reply, number);
    const headers = {
      "x-request-id": `req_${bodyHash.toString(16).padStart(8, "0")}${number}`,
      "openai-version": "2020-10-01",
      "openai-organization": "local-double",
      "x-ratelimit-limit-requests": "10000",
      "x-ratelimit-remaining-requests": String(Math.max(0, 10_000 - number)),
      "x-ratelimit-reset-requests": "6ms",
      ...reply.headers,
    };
    const pace = paceFor(reply, createRandom(seed ^ bodyHash ^ occurrence), medianLatencyMs);
    const end = await deliver(response, payload, reply, pace, {
      ...headers,
      "openai-processing-ms": String(Math.round(pace.latencyMs)),
    });
    tally.ended(request, reply, {
      outcome: end.outcome,
      status: payload.kind === "body" ? payload.status : 200,
      streamed: payload.kind === "stream",
      usageSent: end.usageSent,
    });
  }

  const double: LlmDouble = {
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", resolve);
      });
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
      return double;
    },
    get url() {
      return url;
    },
    requests,
    stats: tally.stats,
    idle: () => (serving === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    [Symbol.asyncDispose]: () => double.close(),
  };
  return double;
}

/** What the service itself refuses, whatever the script says. */
function refusal(request: LlmRequest, body: unknown): Reply | undefined {
  const invalid = (status: number, message: string, code: string | null = null): Reply => ({
    status,
    error: { message, type: "invalid_request_error", code },
  });
  if (request.operation === "unknown") {
    return invalid(404, `Invalid URL (${request.method} ${request.path})`);
  }
  if (request.operation === "models") return undefined;
  if (body === undefined) return invalid(400, "We could not parse the JSON body of your request.");
  if (request.model === "") return invalid(400, "you must provide a model parameter");
  return undefined;
}

function payloadFor(request: LlmRequest, reply: SettledReply, number: number): Payload {
  const contentType = reply.contentType ?? "application/json";
  const status = reply.status ?? 200;
  if (reply.rawBody !== undefined) return { kind: "body", status, contentType, body: reply.rawBody };
  if (reply.html) {
    const page =
      reply.html === true ? "<!doctype html><title>Sign in</title><p>Please sign in to continue." : reply.html;
    return { kind: "body", status, contentType: reply.contentType ?? "text/html; charset=utf-8", body: page };
  }
  if (status >= 400) {
    const error = { message: "Error", type: "server_error", param: null, code: null, ...reply.error };
    return { kind: "body", status, contentType, body: JSON.stringify({ error }) };
  }
  const id = `double${number.toString(36).padStart(12, "0")}`;
  const created = Math.floor(Date.now() / 1000);
  const plain = (body: object): Payload => ({ kind: "body", status, contentType, body: JSON.stringify(body) });
  switch (request.operation) {
    case "chat":
      return request.stream
        ? { kind: "stream", events: chatCompletionEvents(request, reply, id, created) }
        : plain(chatCompletion(request, reply, id, created));
    case "responses":
      return request.stream
        ? { kind: "stream", events: responseEvents(request, reply, id, created) }
        : plain(responseObject(request, reply, id, created));
    case "embeddings":
      return plain(embeddingList(request, reply));
    default:
      return plain(modelAnswer(request.path, created));
  }
}

function modelAnswer(path: string, created: number): object {
  const describe = (id: string) => ({ id, object: "model", created, owned_by: "local-double" });
  const name = /\/models\/([^/?]+)/.exec(path)?.[1];
  if (name !== undefined) return describe(decodeURIComponent(name));
  const names = ["gpt-4o", "gpt-4o-mini", "gpt-5-mini", "o4-mini", "text-embedding-3-small"];
  return { object: "list", data: names.map(describe) };
}

// A log-normal spread, as measured latencies have: half of the draws within a third of the median, few far above.
function paceFor(reply: Reply, random: () => number, medianMs: number): Pace {
  const draw = (scale: number) => {
    const gauss = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return medianMs * scale * Math.exp(0.4 * gauss);
  };
  return {
    latencyMs: reply.latencyMs ?? draw(1),
    firstChunkDelayMs: reply.firstChunkDelayMs ?? draw(0.5),
    chunkDelayMs: reply.chunkDelayMs ?? draw(0.1),
  };
}
