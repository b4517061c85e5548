import { allowed } from "./chat-completions.ts";
import type { SettledReply } from "./reply.ts";
import type { LlmRequest } from "./request.ts";

/** How a request ended, seen from the server. */
export type Outcome = "delivered" | "abandoned" | "timed out" | "cut";

export type ModelStats = {
  /** Everything that arrived for the model, failures included. */
  requests: number;
  /** 200 answers delivered to the last byte. */
  succeeded: number;
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  reasoningTokens: number;
};

export type LlmStats = {
  requests: number;
  succeeded: number;
  byOperation: Record<string, { requests: number; succeeded: number }>;
  /** By the model asked for. Tokens only where the client was sent the usage. */
  byModel: Record<string, ModelStats>;
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  reasoningTokens: number;
  /** Answers that were streamed to the end. */
  streamed: number;
  /** Delivered answers by HTTP status, 400 and above. */
  errors: Record<string, number>;
  /** Requests left unanswered on purpose until the client gave up. */
  timeouts: number;
  /** Requests the client left before the answer was complete. */
  aborted: number;
  /** Answers the double broke off. */
  cut: number;
  toolCallsIssued: number;
  /** Issued calls whose result came back in a later request, each counted once. */
  toolResultsReceived: number;
  /** Those of them that report an error. */
  toolErrorsReceived: number;
};

/** Counts what was really served: the truth that a measurement of the client is compared with. */
export function createTally() {
  const stats: LlmStats = {
    requests: 0,
    succeeded: 0,
    byOperation: {},
    byModel: {},
    inputTokens: 0,
    outputTokens: 0,
    cachedTokens: 0,
    reasoningTokens: 0,
    streamed: 0,
    errors: {},
    timeouts: 0,
    aborted: 0,
    cut: 0,
    toolCallsIssued: 0,
    toolResultsReceived: 0,
    toolErrorsReceived: 0,
  };
  const openCalls = new Set<string>();

  const modelOf = (request: LlmRequest) => {
    stats.byModel[request.model] ??= {
      requests: 0,
      succeeded: 0,
      inputTokens: 0,
      outputTokens: 0,
      cachedTokens: 0,
      reasoningTokens: 0,
    };
    return stats.byModel[request.model] as ModelStats;
  };
  const operationOf = (request: LlmRequest) => {
    stats.byOperation[request.operation] ??= { requests: 0, succeeded: 0 };
    return stats.byOperation[request.operation] as { requests: number; succeeded: number };
  };

  return {
    received(request: LlmRequest): void {
      stats.requests++;
      operationOf(request).requests++;
      if (request.model !== "") modelOf(request).requests++;
      for (const result of request.toolResults) {
        if (!openCalls.delete(result.callId)) continue;
        stats.toolResultsReceived++;
        if (reportsError(result.text)) stats.toolErrorsReceived++;
      }
    },

    ended(
      request: LlmRequest,
      reply: SettledReply,
      end: { outcome: Outcome; status: number; streamed: boolean; usageSent: boolean },
    ): void {
      if (end.outcome === "timed out") stats.timeouts++;
      if (end.outcome === "abandoned") stats.aborted++;
      if (end.outcome === "cut") stats.cut++;
      if (end.outcome !== "delivered") return;
      if (end.status >= 400) {
        stats.errors[end.status] = (stats.errors[end.status] ?? 0) + 1;
        return;
      }
      stats.succeeded++;
      operationOf(request).succeeded++;
      if (request.model !== "") modelOf(request).succeeded++;
      if (end.streamed) stats.streamed++;
      // A scripted body in place of the answer (HTML, raw) carries neither usage nor tool calls.
      if (reply.html || reply.rawBody !== undefined || request.operation === "models") return;
      for (const call of request.operation === "embeddings" ? [] : allowed(request, reply)) {
        stats.toolCallsIssued++;
        openCalls.add(call.id);
      }
      if (!end.usageSent || !reply.usage) return;
      const tokens = {
        inputTokens: reply.usage.inputTokens,
        outputTokens: request.operation === "embeddings" ? 0 : reply.usage.outputTokens,
        cachedTokens: reply.usage.cachedTokens ?? 0,
        reasoningTokens: reply.usage.reasoningTokens ?? 0,
      };
      const model = modelOf(request);
      for (const key of Object.keys(tokens) as (keyof typeof tokens)[]) {
        stats[key] += tokens[key];
        model[key] += tokens[key];
      }
    },

    /** A copy: what it says does not change while later requests are served. */
    stats: (): LlmStats => structuredClone(stats),
  };
}

export type Tally = ReturnType<typeof createTally>;

// The wire has no field for a failed tool; agent frameworks send the error's text ("Error: …", "TypeError: …").
function reportsError(text: string): boolean {
  return /^\s*(?:[A-Z]\w*)?(?:Error|Exception)\b/.test(text) || /^\s*\{\s*"error"/.test(text);
}
