import { basicCredentials, ObservatoryError } from "../base/index.ts";
import { AnswerMismatch, type Reader } from "./answer.ts";
import { BackendError, type BackendFailure, type BackendName } from "./backend-error.ts";

export type ClientOptions = {
  /** Base URL, with the path prefix where there is one. `user:password@` becomes an Authorization header. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** For one request with its answer and its repetitions; 30 seconds where it is not given. */
  readonly timeoutMs?: number | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Pause before a request is repeated. */
  readonly retryPauseMs?: number | undefined;
  readonly maxAnswerBytes?: number | undefined;
  /** Opens a WebSocket. A browser's takes no headers, which are given to Node's by default. */
  readonly openSocket?: ((url: URL) => WebSocket) | undefined;
};

export type Params = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** What went wrong, in the words of the API's own error body; undefined where the body is none of this API. */
export type ErrorText = (body: string) => string | undefined;

export type Transport = {
  /** Without credentials. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Reads JSON. Throws `BackendError`. */
  readonly read: <T>(path: string, params: Params, reader: Reader<T>) => Promise<T>;
  /** An address below the base, with its query. */
  readonly address: (path: string, params: Params) => URL;
  readonly openSocket: (url: URL) => WebSocket;
  readonly error: (failure: BackendFailure, path: string, what: WhatHappened) => BackendError;
};
type WhatHappened = {
  /** Of the back end at its address: "to answer". */
  readonly expected: string;
  readonly received: string;
  readonly status?: number;
  readonly cause?: unknown;
};

const TIMEOUT_MS = 30_000;
const RETRY_PAUSE_MS = 200;
const ATTEMPTS = 3;
/** A back end that asks for more patience than this is reported instead of waited for. */
const MAX_RETRY_AFTER_S = 5;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
/** Servers and proxies take 8 kB of request line; a longer query is sent as a form where the API takes one. */
const MAX_QUERY_CHARS = 4000;
const EXCERPT_CHARS = 80;

const RESETS = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was broken off",
  EPIPE: "the connection was broken off",
  UND_ERR_SOCKET: "the connection was broken off",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the host's name cannot be resolved now",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the network",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
};

function codeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
    if (at instanceof AggregateError) return codeOf(at.errors[0]);
  }
  return "";
}

/** A few characters of a text that may be anything, on one line. */
const excerpt = (body: string): string => {
  const line = body
    .slice(0, 4 * EXCERPT_CHARS)
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim();
  return line.length > EXCERPT_CHARS ? `${line.slice(0, EXCERPT_CHARS)}…` : line;
};

function readBase(backend: BackendName, given: string): { base: URL; authorization?: string } {
  const base = URL.canParse(given) ? new URL(given) : undefined;
  if (base === undefined || (base.protocol !== "http:" && base.protocol !== "https:"))
    // What was given is not repeated: a mistyped URL may hold a password where nobody looks for it.
    throw new ObservatoryError("AO_BACKEND_URL", {
      expected: `the URL of ${backend}`,
      received: "something that is no http:// or https:// URL",
    });
  const authorization = basicCredentials(base);
  [base.username, base.password, base.search, base.hash] = ["", "", "", ""];
  base.pathname = base.pathname.replace(/\/+$/, "");
  return authorization === undefined ? { base } : { base, authorization };
}

function readHeaders(backend: BackendName, given: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(given)) {
    // Checked here, because fetch would quote the value.
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new ObservatoryError("AO_BACKEND_URL", {
        expected: `headers of HTTP for ${backend}`,
        received: `${JSON.stringify(name)} with characters that it must not have`,
      });
  }
  return { accept: "application/json", ...given };
}

async function readBody(response: Response, maxBytes: number): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let [body, bytes] = ["", 0];
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (bytes > maxBytes) return undefined;
    body += decoder.decode(chunk, { stream: true });
  }
  return body + decoder.decode();
}

function failureOf(status: number): BackendFailure {
  if (status === 401 || status === 403) return "denied";
  return status === 400 || status === 404 || status === 422 ? "rejected" : "failed";
}

/** Milliseconds until the request may be repeated, where the answer invites to that. */
function invitedAfterMs(response: Response): number | undefined {
  if (response.status !== 429 && response.status !== 503) return undefined;
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return seconds >= 0 && seconds <= MAX_RETRY_AFTER_S ? seconds * 1000 : undefined;
}

/**
 * Asks one back end. Everything here only reads, so a request is repeated where that can help: when the connection broke off, or when the
 * answer is 429 or 503 and says when to come again. A refused connection, a timeout and any other answer are final.
 */
export function createTransport(backend: BackendName, options: ClientOptions, errorText: ErrorText): Transport {
  const { base, authorization } = readBase(backend, options.url);
  const url = base.href.replace(/\/$/, "");
  const headers = readHeaders(backend, {
    ...(authorization !== undefined && { authorization }),
    ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
    ...options.headers,
  });
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const maxBytes = options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
  const pauseMs = options.retryPauseMs ?? RETRY_PAUSE_MS;
  const fetchFrom = options.fetch ?? globalThis.fetch;

  const error: Transport["error"] = (failure, path, { expected, ...what }) =>
    new BackendError({
      backend,
      failure,
      url: `${url}${path}`,
      expected: `${backend} at ${url}${path} ${expected}`,
      ...what,
    });

  const address = (path: string, params: Params): URL => {
    const target = new URL(`${url}${path}`);
    for (const [name, value] of Object.entries(params)) {
      if (value === undefined) continue;
      for (const one of Array.isArray(value) ? value : [value]) target.searchParams.append(name, String(one));
    }
    return target;
  };

  const send = async (target: URL, signal: AbortSignal): Promise<{ response: Response; body: string | undefined }> => {
    // Loki and Jaeger take no form everywhere; what they are asked is short.
    const form = backend === "Prometheus" && target.search.length > MAX_QUERY_CHARS;
    const response = await (form
      ? fetchFrom(`${target.origin}${target.pathname}`, { method: "POST", headers, body: target.searchParams, signal })
      : fetchFrom(target, { headers, signal }));
    return { response, body: await readBody(response, maxBytes) };
  };

  const pause = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    });

  const sendPatiently = async (target: URL, path: string) => {
    const signal = AbortSignal.timeout(timeoutMs);
    for (let attempt = 1; ; attempt++) {
      try {
        const sent = await send(target, signal);
        const afterMs = invitedAfterMs(sent.response);
        if (attempt === ATTEMPTS || afterMs === undefined) return sent;
        await pause(Math.max(afterMs, pauseMs), signal);
      } catch (cause) {
        if (signal.aborted)
          throw error("timeout", path, { expected: `to answer within ${timeoutMs / 1000} s`, received: "no answer" });
        const code = codeOf(cause);
        if (attempt < ATTEMPTS && RESETS.has(code)) {
          await pause(pauseMs * attempt, signal).catch(() => undefined);
          continue;
        }
        const received = REASONS[code] ?? (code === "" ? "no connection" : code);
        throw error("unreachable", path, { expected: "to answer", received, cause });
      }
    }
  };

  const read: Transport["read"] = async (path, params, reader) => {
    const { response, body } = await sendPatiently(address(path, params), path);
    const { status } = response;
    if (body === undefined)
      throw error("answer", path, {
        expected: `to answer with at most ${maxBytes} bytes`,
        received: "more",
        status,
      });
    if (!response.ok) {
      const said = errorText(body);
      // A 404 that is not in the API's own words comes from another server.
      throw error(status === 404 && said === undefined ? "answer" : failureOf(status), path, {
        expected: "to answer",
        received: `${status}: ${said ?? (excerpt(body) || "nothing more")}`,
        status,
      });
    }
    let parsed: unknown;
    try {
      parsed = JSON.parse(body);
    } catch {
      const type = response.headers.get("content-type") ?? "no content type";
      throw error("answer", path, {
        expected: "to answer in JSON",
        received: `${type}: ${excerpt(body) || "an empty body"}`,
        status,
      });
    }
    try {
      return reader(parsed, "the answer");
    } catch (cause) {
      if (!(cause instanceof AnswerMismatch)) throw cause;
      const { expected, received } = cause;
      throw error("answer", path, { expected: `to answer with ${expected}`, received, status, cause });
    }
  };

  const openSocket = (target: URL): WebSocket => {
    const { accept: _, ...given } = headers;
    // Node's WebSocket takes headers, which the web's does not.
    const Socket = WebSocket as unknown as new (
      socketUrl: URL,
      socketOptions: { headers: Readonly<Record<string, string>> },
    ) => WebSocket;
    return new Socket(target, { headers: given });
  };

  return { url, headers, timeoutMs, read, address, openSocket: options.openSocket ?? openSocket, error };
}
