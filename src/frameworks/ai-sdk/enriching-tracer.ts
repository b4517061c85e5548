import type { Attributes, Span, SpanOptions, Tracer } from "@opentelemetry/api";
import { ATTR, OPERATION } from "../../model/index.ts";
import { ROOT, TOOL_CALL } from "./names.ts";
import { type TelemetrySettings, text } from "./reported-attributes.ts";

/** What the program's own tracer is told besides: its spans then count as agents and tools. */
export function enrichingTracer(theirs: Tracer, telemetry: TelemetrySettings | undefined): object {
  const functionId = text(telemetry?.functionId);
  const besides = (name: string, given: Attributes): Attributes => {
    if (ROOT.test(name) && functionId !== undefined) {
      return { [ATTR.operation]: OPERATION.invokeAgent, [ATTR.agentName]: functionId };
    }
    return name === TOOL_CALL
      ? {
          [ATTR.operation]: OPERATION.executeTool,
          [ATTR.toolType]: "function",
          [ATTR.toolName]: given["ai.toolCall.name"],
          [ATTR.toolCallId]: given["ai.toolCall.id"],
        }
      : {};
  };
  return {
    startSpan: (...args: Parameters<Tracer["startSpan"]>) => theirs.startSpan(...args),
    startActiveSpan: (name: string, options: SpanOptions, ...rest: [(span: Span) => unknown]) => {
      const attributes = options?.attributes ?? {};
      return theirs.startActiveSpan(
        name,
        { ...options, attributes: { ...attributes, ...besides(name, attributes) } },
        ...rest,
      );
    },
  };
}
