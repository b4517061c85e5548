/** What OpenAI's API answers, as its reference documents the bytes; the model that is asked for decides what happens. */
import { type ExpectedCall, type ServerCall, type ServerReply, sse } from "../transparency-server.ts";

const ANSWERED = "gpt-answered";
const USAGE = {
  prompt_tokens: 21,
  completion_tokens: 9,
  total_tokens: 30,
  prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 3 },
};
const TOKENS = { input: 21, output: 9 };
const TOOL_CALL = { id: "call_1", type: "function", function: { name: "add", arguments: '{"a":1,"b":2}' } };

type Message = { readonly role: string };

function chatMessage({ body }: ServerCall): object {
  const asksTool = body.tools !== undefined && !body.messages.some(({ role }: Message) => role === "tool");
  if (asksTool) return { role: "assistant", content: null, refusal: null, tool_calls: [TOOL_CALL] };
  const isJson = body.response_format?.type === "json_schema";
  return { role: "assistant", content: isJson ? '{"answer":42}' : "Grüße 🦊", refusal: null };
}

const finishOf = (message: object): string => ("tool_calls" in message ? "tool_calls" : "stop");

function chatCompletion(call: ServerCall): object {
  const message = chatMessage(call);
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: ANSWERED,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(message) }],
    usage: USAGE,
    system_fingerprint: "fp_1",
  };
}

function chatChunks(call: ServerCall): string[] {
  const message = chatMessage(call) as { content: string | null };
  const chunk = (choices: object[], more: object = {}) =>
    sse({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: ANSWERED, choices, ...more });
  const deltas =
    message.content === null
      ? [{ role: "assistant", content: null, tool_calls: [{ index: 0, ...TOOL_CALL }] }]
      : [{ role: "assistant", content: "" }, ...[...message.content].map((content) => ({ content }))];
  return [
    ...deltas.map((delta) => chunk([{ index: 0, delta, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: finishOf(message) }]),
    ...(call.body.stream_options?.include_usage ? [chunk([], { usage: USAGE })] : []),
    sse("[DONE]"),
  ];
}

function responseObject({ body }: ServerCall, status = "completed"): object {
  const text = body.text?.format?.type === "json_schema" ? '{"answer":42}' : "Grüße 🦊";
  const content = [{ type: "output_text", text, annotations: [] }];
  const done = status === "completed";
  return {
    id: "resp_1",
    object: "response",
    created_at: 1,
    status,
    model: ANSWERED,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    tools: [],
    tool_choice: "auto",
    output: done ? [{ id: "msg_1", type: "message", status, role: "assistant", content }] : [],
    usage: done
      ? {
          input_tokens: 21,
          input_tokens_details: { cached_tokens: 4 },
          output_tokens: 9,
          output_tokens_details: { reasoning_tokens: 3 },
          total_tokens: 30,
        }
      : null,
  };
}

function responseEvents(call: ServerCall): string[] {
  let number = 0;
  const event = (type: string, more: object) => sse({ type, sequence_number: number++, ...more }, type);
  const at = { item_id: "msg_1", output_index: 0, content_index: 0 };
  const part = (text: string) => ({ type: "output_text", text, annotations: [] });
  const item = (status: string, content: object[]) => ({
    id: "msg_1",
    type: "message",
    status,
    role: "assistant",
    content,
  });
  return [
    event("response.created", { response: responseObject(call, "in_progress") }),
    event("response.in_progress", { response: responseObject(call, "in_progress") }),
    event("response.output_item.added", { output_index: 0, item: item("in_progress", []) }),
    event("response.content_part.added", { ...at, part: part("") }),
    event("response.output_text.delta", { ...at, delta: "Grüße ", logprobs: [] }),
    event("response.output_text.delta", { ...at, delta: "🦊", logprobs: [] }),
    event("response.output_text.done", { ...at, text: "Grüße 🦊", logprobs: [] }),
    event("response.content_part.done", { ...at, part: part("Grüße 🦊") }),
    event("response.output_item.done", { output_index: 0, item: item("completed", [part("Grüße 🦊")]) }),
    event("response.completed", { response: responseObject(call) }),
  ];
}

const failure = (status: number, code: string, headers: Record<string, string> = {}): ServerReply => ({
  status,
  headers,
  body: { error: { message: `It said ${code}`, type: "double", param: null, code } },
});

/** The failures that a model's name asks for. */
function failed(model: string, before: number): ServerReply | undefined {
  if (model === "is-refused-401") return failure(401, "invalid_api_key");
  if (model === "fails-500") return failure(500, "server_error", { "retry-after-ms": "1" });
  // So that the third try succeeds, without waiting.
  if (model === "retries-429" && before < 2) return failure(429, "rate_limit_exceeded", { "retry-after-ms": "1" });
  if (model === "is-malformed") return { body: '{"id": "chatcmpl-1", "mod' };
  if (model === "is-no-json") return { body: "<html>Bad gateway</html>", status: 502, type: "text/html" };
  if (model.startsWith("hangs")) return { end: "hang" };
  if (model === "is-reset") return { end: "reset" };
  return undefined;
}

function inference(call: ServerCall, operation: string, success: () => ServerReply, tokens: boolean): ServerReply {
  const { model } = call.body;
  const retry = Number(call.headers["x-stainless-retry-count"] ?? 0);
  const expected: ExpectedCall = { operation, model, ...(retry > 0 && { retry }) };
  const failing = failed(model, call.before);
  if (failing === undefined) {
    return { ...success(), call: { ...expected, status: 200, ...(tokens && TOKENS) } };
  }
  const { status = 200, end } = failing;
  return {
    ...failing,
    call: end === undefined ? { ...expected, status, ...(status >= 400 && { failed: true }) } : expected,
  };
}

const listed = (id: string) => ({ id, object: "model", created: 1, owned_by: "double" });
const file = (id: string) => ({
  id,
  object: "file",
  bytes: 3,
  created_at: 1,
  filename: "a.txt",
  purpose: "batch",
  status: "processed",
});

/** Answers like api.openai.com under `/v1`. */
export function answerLikeOpenAi(call: ServerCall): ServerReply {
  const { body, path } = call;
  switch (`${call.method} ${path}`) {
    case "POST /v1/chat/completions": {
      const leaves = body.model.startsWith("is-left");
      const usage = body.stream !== true || body.stream_options?.include_usage === true;
      const reply = (): ServerReply => ({
        body: body.stream ? chatChunks(call) : chatCompletion(call),
        ...(leaves && { end: "hold" }),
      });
      return inference(call, "chat", reply, usage && !leaves);
    }
    case "POST /v1/responses":
      return inference(call, "chat", () => ({ body: body.stream ? responseEvents(call) : responseObject(call) }), true);
    case "POST /v1/embeddings": {
      const floats = Buffer.from(new Float32Array([0.5, -1, 2]).buffer).toString("base64");
      const embedding = body.encoding_format === "base64" ? floats : [0.5, -1, 2];
      return {
        body: {
          object: "list",
          model: ANSWERED,
          data: [{ object: "embedding", index: 0, embedding }],
          usage: { prompt_tokens: 21, total_tokens: 21 },
        },
        call: { operation: "embeddings", model: body.model, status: 200, input: 21 },
      };
    }
    case "GET /v1/models":
      return { body: { object: "list", data: [listed("one"), listed("two")] } };
    case "GET /v1/files": {
      const isFirst = !call.query.includes("after=");
      return { body: { object: "list", data: isFirst ? [file("f1"), file("f2")] : [file("f3")], has_more: isFirst } };
    }
    case "POST /v1/files":
      return { body: file("f4") };
    default:
      return failure(404, "not_found");
  }
}
