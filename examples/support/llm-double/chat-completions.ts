import { asObject } from "./json.ts";
import { argumentsText, type SettledReply, type Usage } from "./reply.ts";
import type { LlmRequest } from "./request.ts";
import { splitText } from "./stream-pieces.ts";

/** The body of `POST /v1/chat/completions` without `stream`. */
export function chatCompletion(request: LlmRequest, reply: SettledReply, id: string, created: number): object {
  return {
    id: `chatcmpl-${id}`,
    object: "chat.completion",
    created,
    model: reply.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: reply.text === "" ? null : reply.text,
          refusal: reply.refusal ?? null,
          annotations: [],
          ...(reply.toolCalls.length > 0 && { tool_calls: allowed(request, reply).map(toolCall) }),
        },
        logprobs: null,
        finish_reason: finishReason(reply),
      },
    ],
    ...(reply.usage && { usage: chatUsage(reply.usage) }),
    service_tier: "default",
    system_fingerprint: "fp_double",
  };
}

/** The events of the same answer as a stream, each a complete `data:` line, `[DONE]` last. */
export function chatCompletionEvents(
  request: LlmRequest,
  reply: SettledReply,
  id: string,
  created: number,
): { event: string; carriesUsage: boolean }[] {
  const includeUsage = asObject(request.body.stream_options).include_usage === true;
  const events: { event: string; carriesUsage: boolean }[] = [];
  const push = (choices: object[], usage: object | null = null) => {
    const chunk = {
      id: `chatcmpl-${id}`,
      object: "chat.completion.chunk",
      created,
      model: reply.model,
      service_tier: "default",
      system_fingerprint: "fp_double",
      choices,
      ...(includeUsage && { usage }),
    };
    events.push({ event: `data: ${JSON.stringify(chunk)}\n\n`, carriesUsage: usage !== null });
  };
  const delta = (value: object, finish: string | null = null) =>
    push([{ index: 0, delta: value, logprobs: null, finish_reason: finish }]);

  const calls = allowed(request, reply);
  delta({ role: "assistant", content: calls.length > 0 && reply.text === "" ? null : "", refusal: null });
  for (const piece of splitText(reply.text, reply.chunks)) delta({ content: piece });
  for (const piece of splitText(reply.refusal ?? "", reply.chunks)) delta({ refusal: piece });
  for (const [index, call] of calls.entries()) {
    delta({
      tool_calls: [{ index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }],
    });
    for (const piece of splitText(argumentsText(call), reply.chunks)) {
      delta({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
  }
  delta({}, finishReason(reply));
  if (includeUsage && reply.usage) push([], chatUsage(reply.usage));
  events.push({ event: "data: [DONE]\n\n", carriesUsage: false });
  return events;
}

/** The tool calls that really go out: one at most where the client forbids parallel calls. */
export function allowed(request: LlmRequest, reply: SettledReply): SettledReply["toolCalls"] {
  return request.body.parallel_tool_calls === false ? reply.toolCalls.slice(0, 1) : reply.toolCalls;
}

function toolCall(call: SettledReply["toolCalls"][number]): object {
  return { id: call.id, type: "function", function: { name: call.name, arguments: argumentsText(call) } };
}

function finishReason(reply: SettledReply): string {
  return reply.finishReason ?? (reply.toolCalls.length > 0 ? "tool_calls" : "stop");
}

function chatUsage(usage: Usage): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens ?? 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens ?? 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
