import type { ApiResponse } from "../api/index.ts";
import type { QueryFailure } from "./query-worker.ts";
import type { QueryAnswer } from "./thread-messages.ts";

/** The three APIs, by whose errors a client knows what went wrong. */
export type ApiName = "prometheus" | "loki" | "jaeger";

export function apiOf(path: string): ApiName {
  if (path.startsWith("/loki/") || path === "/ready") return "loki";
  return path.startsWith("/api/v1/") ? "prometheus" : "jaeger";
}

type Told = { readonly status: number; readonly type: string; readonly message: string; readonly retry?: true };

function told(failure: QueryFailure | Extract<QueryAnswer, { kind: "error" }>): Told {
  switch (failure.kind) {
    case "expired":
      return { status: 503, type: "timeout", message: "query timed out in expression evaluation" };
    case "too-much-memory": {
      const message =
        "the query needs more memory than a query thread has; ask for less or a shorter time, or raise query.memory";
      return { status: 422, type: "execution", message };
    }
    case "crowded":
      return { status: 503, type: "unavailable", message: "too many queries are waiting; try again", retry: true };
    case "closed":
      return { status: 503, type: "unavailable", message: "agent-observatory is ending", retry: true };
    case "error":
      return { status: 500, type: "internal", message: failure.error.message };
  }
}

/** The answer where a query has none of its own, in the words of the API that was asked. */
export function failureResponse(path: string, failure: Parameters<typeof told>[0]): ApiResponse {
  const { status, type, message, retry } = told(failure);
  const retryAfter: Record<string, string> = retry === undefined ? {} : { "retry-after": "1" };
  const json = { "content-type": "application/json", ...retryAfter };
  switch (apiOf(path)) {
    case "prometheus":
      return { status, headers: json, body: JSON.stringify({ status: "error", errorType: type, error: message }) };
    case "jaeger": {
      const body = { data: null, total: 0, limit: 0, offset: 0, errors: [{ code: status, msg: message }] };
      return { status, headers: json, body: JSON.stringify(body) };
    }
    case "loki": {
      // Loki says 504 where Prometheus says 503.
      const lokiStatus = failure.kind === "expired" ? 504 : status;
      return {
        status: lokiStatus,
        headers: { "content-type": "text/plain; charset=utf-8", ...retryAfter },
        body: message,
      };
    }
  }
}
