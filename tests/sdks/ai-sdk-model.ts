/**
 * A double of OpenAI's chat completions, responses and embeddings for programs that use a framework: the model's name chooses how it behaves, and
 * whether a tool has answered already decides between calling tools and saying the end.
 */
import { createServer, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";

type ChatRequest = {
  readonly model?: string;
  readonly stream?: boolean;
  readonly input?: unknown;
  readonly messages?: readonly { readonly role?: string }[];
};
type Call = { readonly id: string; readonly name: string; readonly arguments: string };

export type ModelDouble = AsyncDisposable & {
  readonly url: string;
  /** How many requests named this model. */
  readonly served: Readonly<Record<string, number>>;
};

const USAGE = { prompt_tokens: 11, completion_tokens: 4, total_tokens: 15 };
const call = (id: string, name: string, input: object): Call => ({ id, name, arguments: JSON.stringify(input) });

/** The tools that a model asks for in its first answer. */
const CALLS: Readonly<Record<string, readonly Call[]>> = {
  "two-tools": [call("call_a", "weather", { city: "Paris" }), call("call_b", "weather", { city: "Rome" })],
  "broken-tool": [call("call_c", "broken", {})],
  "misspelled-tool": [call("call_d", "wether", { city: "Paris" })],
  "asks-agent": [call("call_e", "ask", { question: "how warm" })],
  "hands-over": [call("call_g", "transfer_to_guide", {})],
  "asks-mcp": [call("call_f", "add", { a: 1, b: 2 })],
};

const text = (model: string): string => (model === "json" ? '{"city":"Paris","celsius":21}' : `answer of ${model}`);

const chunk = (model: string, delta: object, finish: string | null, more: object = {}): string =>
  `data: ${JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model,
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  })}\n\n`;

const toolCalls = (calls: readonly Call[]): object[] =>
  calls.map(({ id, name, arguments: input }, index) => ({
    index,
    id,
    type: "function",
    function: { name, arguments: input },
  }));

function stream(response: ServerResponse, model: string, calls: readonly Call[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (model === "endless") {
    response.write(chunk(model, { role: "assistant", content: "begin" }, null));
    return;
  }
  const deltas =
    calls.length > 0 ? [{ tool_calls: toolCalls(calls) }] : [{ content: "answer " }, { content: `of ${model}` }];
  if (model === "json") deltas.splice(0, deltas.length, { content: text(model) });
  for (const delta of deltas) response.write(chunk(model, { role: "assistant", ...delta }, null));
  response.write(chunk(model, {}, calls.length > 0 ? "tool_calls" : "stop"));
  response.write(
    `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model, choices: [], usage: USAGE })}\n\n`,
  );
  response.end("data: [DONE]\n\n");
}

function complete(response: ServerResponse, model: string, calls: readonly Call[]): void {
  const message =
    calls.length > 0
      ? { role: "assistant", content: null, tool_calls: toolCalls(calls) }
      : { role: "assistant", content: text(model) };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model,
      choices: [{ index: 0, message, finish_reason: calls.length > 0 ? "tool_calls" : "stop" }],
      usage: USAGE,
    }),
  );
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "application/json", "retry-after-ms": "1" });
  response.end(JSON.stringify({ error: { message: "not now", type: "server_error", code: null, param: null } }));
}

function embed(response: ServerResponse, model: string, input: unknown): void {
  const values = Array.isArray(input) ? input : [input];
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({
      object: "list",
      model,
      data: values.map((_, index) => ({ object: "embedding", index, embedding: [0.5, index] })),
      usage: { prompt_tokens: values.length, total_tokens: values.length },
    }),
  );
}

/** The answer of the Responses API. */
function respond(response: ServerResponse, model: string, calls: readonly Call[], streams: boolean): void {
  const message = {
    type: "message",
    id: "msg_1",
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text: text(model), annotations: [] }],
  };
  const called = calls.map(({ id, name, arguments: input }) => ({
    type: "function_call",
    id: `fc_${id}`,
    call_id: id,
    name,
    arguments: input,
    status: "completed",
  }));
  const answer = {
    id: "resp_1",
    object: "response",
    created_at: 1,
    status: "completed",
    model,
    output: calls.length > 0 ? called : [message],
    parallel_tool_calls: true,
    tools: [],
    usage: {
      input_tokens: 11,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 4,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 15,
    },
  };
  if (!streams) {
    response.writeHead(200, { "content-type": "application/json" });
    return void response.end(JSON.stringify(answer));
  }
  const event = (type: string, more: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, ...more })}\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(
    event("response.created", { response: { ...answer, status: "in_progress", output: [], usage: null } }),
  );
  for (const [index, item] of answer.output.entries()) {
    response.write(event("response.output_item.done", { output_index: index, item }));
  }
  response.end(event("response.completed", { response: answer }));
}

export async function startModelDouble(): Promise<ModelDouble> {
  const served: Record<string, number> = {};
  const server = createServer(async (request, response) => {
    response.on("error", () => {});
    if (request.method !== "POST") return void response.end("a page");
    const body = (await json(request).catch(() => ({}))) as ChatRequest;
    const { model = "" } = body;
    served[model] = (served[model] ?? 0) + 1;
    if (model === "refusing") return refuse(response, 400);
    // Twice, and a third time it works.
    if (model === "flaky" && served[model] % 3 !== 0) return refuse(response, 503);
    if (request.url?.endsWith("/embeddings") === true) return embed(response, model, body.input);
    const items = Array.isArray(body.input) ? (body.input as readonly { readonly type?: unknown }[]) : [];
    const answered =
      body.messages?.some(({ role }) => role === "tool") === true ||
      items.some(({ type }) => type === "function_call_output");
    const calls = answered ? [] : (CALLS[model] ?? []);
    if (request.url?.endsWith("/responses") === true) return respond(response, model, calls, body.stream === true);
    if (body.stream === true) stream(response, model, calls);
    else complete(response, model, calls);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    served,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
