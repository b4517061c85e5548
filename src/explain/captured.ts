import { type AttributeValue, isInference, type TraceSpan } from "../backends/index.ts";
import { ATTR } from "../model/index.ts";
import { shorten } from "./course.ts";
import { endOf, type SpanForest } from "./span-forest.ts";

/** What was recorded of the circumstances. Texts of people and models only where content is captured. */
export type Captured = {
  /** Session, user, request and what the program itself put on its spans, by attribute name. */
  readonly context: Readonly<Record<string, AttributeValue>>;
  /** Temperature, limits and the like of the model call that failed, else of the last one before. */
  readonly modelSettings: Readonly<Record<string, AttributeValue>>;
  /** Undefined where it is not known. */
  readonly toolsAvailable: readonly string[] | undefined;
  readonly instructions: string | undefined;
  readonly input: string | undefined;
  /** What the last model call before answered. */
  readonly lastOutput: string | undefined;
  /** Whether any content was captured: where not, that is why so little is known. */
  readonly hasContent: boolean;
};

const CONTENT = [
  ATTR.inputMessages,
  ATTR.outputMessages,
  ATTR.systemInstructions,
  ATTR.toolArguments,
  ATTR.toolResult,
] as const;
const MAX_INPUT = 4000;
const MAX_TOOLS = 100;

/** Attributes that say who and what it was for. What the program names itself is in nobody's namespace. */
const CONTEXT =
  /^(?:session\.|user\.|enduser\.|gen_ai\.conversation\.|gen_ai\.agent\.|gen_ai\.workflow\.|agent_observatory\.(?:context|request\.id|correlation\.id)\b)/;
const KNOWN =
  /^(?:gen_ai|agent_observatory|http|url|server|client|network|db|rpc|mcp|jsonrpc|error|exception|code|thread|otel|telemetry|process|host|os|service|span|messaging|openai|aws|azure|anthropic|sampler|internal|user_agent|peer|net|deployment|w3c|langgraph|langchain|redaction)\b/;
const SETTINGS = /^gen_ai\.request\.|^gen_ai\.output\.type$|^openai\.request\./;

function attributesMatching(
  spans: readonly TraceSpan[],
  wanted: (name: string) => boolean,
): Record<string, AttributeValue> {
  const found: Record<string, AttributeValue> = Object.create(null) as Record<string, AttributeValue>;
  for (const { attributes } of spans)
    for (const [name, value] of Object.entries(attributes))
      if (wanted(name) && !(name in found)) found[name] = typeof value === "string" ? shorten(value) : value;
  return found;
}

/** Names in definitions of tools, as the providers write them. */
function toolNames(definitions: AttributeValue | undefined): readonly string[] | undefined {
  if (typeof definitions !== "string") return undefined;
  try {
    const parsed = JSON.parse(definitions) as unknown;
    if (!Array.isArray(parsed)) return undefined;
    const names = parsed.flatMap((one: unknown) => {
      const { name, function: inner } = (one ?? {}) as { name?: unknown; function?: { name?: unknown } };
      const told = name ?? inner?.name;
      return typeof told === "string" ? [told] : [];
    });
    return [...new Set(names)].slice(0, MAX_TOOLS);
  } catch {
    return undefined;
  }
}

const firstText = (spans: readonly TraceSpan[], attribute: string): string | undefined => {
  const value = spans.find(({ attributes }) => attributes[attribute] !== undefined)?.attributes[attribute];
  return value === undefined ? undefined : shorten(String(value), MAX_INPUT);
};

/** The circumstances of one span: from itself outward, and from the last model call before its end. */
export function capturedAround(span: TraceSpan, forest: SpanForest): Captured {
  const path = [span, ...forest.ancestorsOf(span)];
  const untilMs = endOf(span);
  const call = isInference(span)
    ? span
    : forest.spans.findLast((one) => isInference(one) && one.startMs <= untilMs && one !== span);
  const calls = call === undefined ? [] : [call];
  const names =
    toolNames((call ?? span).attributes[ATTR.toolDefinitions]) ??
    toolNames(
      path.find(({ attributes }) => attributes[ATTR.toolDefinitions] !== undefined)?.attributes[ATTR.toolDefinitions],
    );
  const ofProgram = (name: string): boolean => CONTEXT.test(name) || !KNOWN.test(name);
  return {
    context: attributesMatching(path, ofProgram),
    modelSettings: attributesMatching(calls, (name) => SETTINGS.test(name)),
    toolsAvailable: names,
    instructions: firstText([...calls, ...path], ATTR.systemInstructions),
    // From outside in: what was asked of the whole, not of the last call.
    input: firstText([...path.toReversed(), ...calls], ATTR.inputMessages) ?? firstText([span], ATTR.toolArguments),
    lastOutput: firstText(calls, ATTR.outputMessages),
    hasContent: forest.spans.some(({ attributes }) => CONTENT.some((name) => attributes[name] !== undefined)),
  };
}
