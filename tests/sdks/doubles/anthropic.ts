/** What Anthropic's API answers, as its reference documents the bytes; the model that is asked for decides what happens. */
import { type ServerCall, type ServerReply, sse } from "../transparency-server.ts";

const ANSWERED = "claude-answered";
/** Of 21 tokens in, 12 were neither read from the cache nor written to it. */
const INPUT_USAGE = {
  input_tokens: 12,
  cache_creation_input_tokens: 4,
  cache_read_input_tokens: 5,
  cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 0 },
  service_tier: "standard",
};
const TOKENS = { input: 21, output: 9 };
const TOOL_USE = { type: "tool_use", id: "toolu_1", name: "add", input: { a: 1, b: 2 } };

type Block = { readonly type: string };
type Message = { readonly content: string | readonly Block[] };

function contentOf({ body }: ServerCall): object[] {
  const answersTool = (body.messages as Message[]).some(
    ({ content }) => typeof content !== "string" && content.some(({ type }) => type === "tool_result"),
  );
  if (body.tools !== undefined && !answersTool) return [TOOL_USE];
  const isJson = (body.output_config?.format ?? body.output_format) !== undefined;
  return [{ type: "text", text: isJson ? '{"answer":42}' : "Grüße 🦊", citations: null }];
}

const stopOf = (content: readonly object[]): string => (content.includes(TOOL_USE) ? "tool_use" : "end_turn");

function message(call: ServerCall): object {
  const content = contentOf(call);
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: ANSWERED,
    content,
    stop_reason: stopOf(content),
    stop_sequence: null,
    usage: { ...INPUT_USAGE, output_tokens: 9 },
  };
}

function messageEvents(call: ServerCall): string[] {
  const event = (type: string, more: object = {}) => sse({ type, ...more }, type);
  const content = contentOf(call) as { type: string; text?: string; input?: object }[];
  const blocks = content.flatMap((block, index) => {
    const deltas =
      block.text === undefined
        ? [{ type: "input_json_delta", partial_json: JSON.stringify(block.input) }]
        : [...block.text].map((text) => ({ type: "text_delta", text }));
    const start = { ...block, ...(block.text === undefined ? { input: {} } : { text: "" }) };
    return [
      event("content_block_start", { index, content_block: start }),
      event("ping"),
      ...deltas.map((delta) => event("content_block_delta", { index, delta })),
      event("content_block_stop", { index }),
    ];
  });
  const started = { ...message(call), content: [], stop_reason: null, usage: { ...INPUT_USAGE, output_tokens: 1 } };
  return [
    event("message_start", { message: started }),
    ...blocks,
    event("message_delta", {
      delta: { stop_reason: stopOf(content), stop_sequence: null },
      usage: { output_tokens: 9 },
    }),
    event("message_stop"),
  ];
}

const failure = (status: number, type: string, headers: Record<string, string> = {}): ServerReply => ({
  status,
  headers,
  body: { type: "error", error: { type, message: `It said ${type}` }, request_id: "req_1" },
});

function failed(model: string, before: number): ServerReply | undefined {
  if (model === "is-refused-401") return failure(401, "authentication_error");
  if (model === "fails-500") return failure(500, "api_error", { "retry-after-ms": "1" });
  if (model === "fails-529") return failure(529, "overloaded_error");
  // So that the third try succeeds, without waiting.
  if (model === "retries-429" && before < 2) return failure(429, "rate_limit_error", { "retry-after-ms": "1" });
  if (model === "is-malformed") return { body: '{"id": "msg_1", "mod' };
  if (model.startsWith("hangs")) return { end: "hang" };
  if (model === "is-reset") return { end: "reset" };
  return undefined;
}

function answerMessage(call: ServerCall): ServerReply {
  const { model, stream } = call.body;
  const retry = Number(call.headers["x-stainless-retry-count"] ?? 0);
  const expected = { operation: "chat", model, ...(retry > 0 && { retry }) };
  const failing = failed(model, call.before);
  if (failing !== undefined) {
    const { status = 200, end } = failing;
    return { ...failing, call: { ...expected, ...(end === undefined && { status }), failed: status >= 400 } };
  }
  if (model === "errs-within") {
    const error = sse({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "error");
    const body = [...messageEvents(call).slice(0, 4), error];
    return { body, call: { ...expected, status: 200, input: TOKENS.input, failed: true } };
  }
  const body = stream ? messageEvents(call) : message(call);
  // What went in is told at the beginning, what came out at the end only.
  const leaves = model.startsWith("is-left");
  const tokens = leaves ? { input: TOKENS.input } : TOKENS;
  return { body, ...(leaves && { end: "hold" }), call: { ...expected, status: 200, ...tokens } };
}

const batch = {
  id: "msgbatch_1",
  type: "message_batch",
  processing_status: "in_progress",
  request_counts: { processing: 1, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
  ended_at: null,
  created_at: "2026-01-01T00:00:00Z",
  expires_at: "2026-01-02T00:00:00Z",
  archived_at: null,
  cancel_initiated_at: null,
  results_url: null,
};

/** Answers like api.anthropic.com. */
export function answerLikeAnthropic(call: ServerCall): ServerReply {
  switch (`${call.method} ${call.path}`) {
    case "POST /v1/messages":
      return answerMessage(call);
    case "POST /v1/messages/count_tokens":
      return { body: { input_tokens: 21 } };
    case "POST /v1/messages/batches":
      return { body: batch };
    case "GET /v1/messages/batches":
      return { body: { data: [batch], has_more: false, first_id: "msgbatch_1", last_id: "msgbatch_1" } };
    case "GET /v1/models": {
      const isFirst = !call.query.includes("after_id=");
      const model = (id: string) => ({ id, type: "model", display_name: id, created_at: "2026-01-01T00:00:00Z" });
      const data = isFirst ? [model("one"), model("two")] : [model("three")];
      return { body: { data, has_more: isFirst, first_id: data[0]!.id, last_id: data.at(-1)!.id } };
    }
    default:
      return failure(404, "not_found_error");
  }
}
