import { allowed } from "./chat-completions.ts";
import type { JsonObject } from "./json.ts";
import { argumentsText, type SettledReply, type Usage } from "./reply.ts";
import type { LlmRequest } from "./request.ts";
import { splitText } from "./stream-pieces.ts";

/** The body of `POST /v1/responses` without `stream`. */
export function responseObject(request: LlmRequest, reply: SettledReply, id: string, created: number): JsonObject {
  return envelope(request, reply, id, created, {
    status: isIncomplete(reply) ? "incomplete" : "completed",
    output: outputItems(request, reply, id),
    usage: reply.usage ? responsesUsage(reply.usage) : null,
  });
}

/** The events of the same answer as a stream, numbered as the service numbers them. */
export function responseEvents(
  request: LlmRequest,
  reply: SettledReply,
  id: string,
  created: number,
): { event: string; carriesUsage: boolean }[] {
  const events: { event: string; carriesUsage: boolean }[] = [];
  const push = (type: string, fields: object, carriesUsage = false) => {
    const data = JSON.stringify({ type, sequence_number: events.length, ...fields });
    events.push({ event: `event: ${type}\ndata: ${data}\n\n`, carriesUsage });
  };

  const started = envelope(request, reply, id, created, { status: "in_progress", output: [], usage: null });
  push("response.created", { response: started });
  push("response.in_progress", { response: started });
  for (const [outputIndex, item] of outputItems(request, reply, id).entries()) {
    const at = { output_index: outputIndex };
    const inItem = { ...at, item_id: item.id };
    if (item.type === "message") {
      push("response.output_item.added", { ...at, item: { ...item, status: "in_progress", content: [] } });
      const [part] = item.content as [JsonObject];
      const inPart = { ...inItem, content_index: 0 };
      const isRefusal = part.type === "refusal";
      const name = isRefusal ? "refusal" : "output_text";
      const field = isRefusal ? "refusal" : "text";
      push("response.content_part.added", { ...inPart, part: { ...part, [field]: "" } });
      for (const piece of splitText(part[field] as string, reply.chunks)) {
        push(`response.${name}.delta`, { ...inPart, delta: piece, ...(!isRefusal && { logprobs: [] }) });
      }
      push(`response.${name}.done`, { ...inPart, [field]: part[field], ...(!isRefusal && { logprobs: [] }) });
      push("response.content_part.done", { ...inPart, part });
    } else if (item.type === "function_call") {
      push("response.output_item.added", { ...at, item: { ...item, status: "in_progress", arguments: "" } });
      for (const piece of splitText(item.arguments as string, reply.chunks)) {
        push("response.function_call_arguments.delta", { ...inItem, delta: piece });
      }
      push("response.function_call_arguments.done", { ...inItem, name: item.name, arguments: item.arguments });
    } else {
      push("response.output_item.added", { ...at, item });
    }
    push("response.output_item.done", { ...at, item });
  }
  const finished = responseObject(request, reply, id, created);
  push(
    isIncomplete(reply) ? "response.incomplete" : "response.completed",
    { response: finished },
    Boolean(reply.usage),
  );
  return events;
}

function envelope(
  request: LlmRequest,
  reply: SettledReply,
  id: string,
  created: number,
  state: { status: string; output: JsonObject[]; usage: object | null },
): JsonObject {
  const asked = request.body;
  return {
    id: `resp_${id}`,
    object: "response",
    created_at: created,
    status: state.status,
    background: false,
    error: null,
    incomplete_details:
      state.status === "incomplete"
        ? { reason: reply.finishReason === "length" ? "max_output_tokens" : "content_filter" }
        : null,
    instructions: asked.instructions ?? null,
    max_output_tokens: asked.max_output_tokens ?? null,
    model: reply.model,
    output: state.output,
    parallel_tool_calls: asked.parallel_tool_calls ?? true,
    previous_response_id: asked.previous_response_id ?? null,
    reasoning: asked.reasoning ?? { effort: null, summary: null },
    service_tier: "default",
    store: asked.store ?? true,
    temperature: asked.temperature ?? 1,
    text: asked.text ?? { format: { type: "text" } },
    tool_choice: asked.tool_choice ?? "auto",
    tools: asked.tools ?? [],
    top_p: asked.top_p ?? 1,
    truncation: "disabled",
    usage: state.usage,
    user: asked.user ?? null,
    metadata: asked.metadata ?? {},
  };
}

function outputItems(request: LlmRequest, reply: SettledReply, id: string): JsonObject[] {
  const items: JsonObject[] = [];
  if ((reply.usage?.reasoningTokens ?? 0) > 0) items.push({ id: `rs_${id}`, type: "reasoning", summary: [] });
  if (reply.text !== "" || reply.refusal !== undefined) {
    items.push({
      id: `msg_${id}`,
      type: "message",
      status: isIncomplete(reply) ? "incomplete" : "completed",
      role: "assistant",
      content: [
        reply.refusal === undefined
          ? { type: "output_text", annotations: [], logprobs: [], text: reply.text }
          : { type: "refusal", refusal: reply.refusal },
      ],
    });
  }
  for (const call of allowed(request, reply)) {
    items.push({
      id: `fc_${call.id}`,
      type: "function_call",
      status: "completed",
      arguments: argumentsText(call),
      call_id: call.id,
      name: call.name,
    });
  }
  return items;
}

function isIncomplete(reply: SettledReply): boolean {
  return reply.finishReason === "length" || reply.finishReason === "content_filter";
}

function responsesUsage(usage: Usage): object {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens ?? 0 },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}
