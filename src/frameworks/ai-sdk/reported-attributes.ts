import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { ATTR } from "../../model/index.ts";

/** The program's settings for the AI SDK's own telemetry of one call. */
export type TelemetrySettings = {
  readonly isEnabled?: boolean;
  readonly recordInputs?: boolean;
  readonly recordOutputs?: boolean;
  readonly functionId?: string;
  readonly tracer?: unknown;
  readonly integrations?: unknown;
};

/** What the AI SDK would put on a span: values, and functions that make values out of what was asked or answered. */
export type Reported = {
  readonly telemetry: TelemetrySettings | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
};

type Content = { readonly input?: () => unknown; readonly output?: () => unknown };

export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const isPrimitive = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));

const isAttributeValue = (value: unknown): value is AttributeValue =>
  isPrimitive(value) || (Array.isArray(value) && value.every((one) => typeof one === "string"));

/** Content as a text, where the program has not kept it out of telemetry. */
export function contentOf({ telemetry, attributes }: Reported, name: string): string | undefined {
  const content = attributes[name] as Content | undefined;
  try {
    if (typeof content?.input === "function" && telemetry?.recordInputs !== false) return text(content.input());
    if (typeof content?.output === "function" && telemetry?.recordOutputs !== false) return text(content.output());
  } catch {
    // A value that JSON cannot say.
  }
  return undefined;
}

/** Counts that it has under names of its own only. */
const COUNTS: Readonly<Record<string, string>> = {
  "ai.usage.tokens": ATTR.inputTokens,
  "ai.usage.cachedInputTokens": ATTR.cacheReadTokens,
  "ai.usage.reasoningTokens": ATTR.reasoningTokens,
};

/** What of it the GenAI conventions have a name for and is no content, without the provider's old name. */
export function conventional({ attributes }: Reported): Attributes {
  const found: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    const count = COUNTS[name];
    if (count !== undefined && typeof value === "number" && Number.isFinite(value)) found[count] = value;
    if (name.startsWith("gen_ai.") && name !== "gen_ai.system" && isAttributeValue(value)) found[name] = value;
  }
  return found;
}

/** The AI SDK names provider and API in one: openai.chat, google.generative-ai. */
export const providerOf = (value: unknown): string | undefined => text(text(value)?.replace(/\..*$/s, ""));

const METADATA = "ai.telemetry.metadata.";
/** Metadata that the conventions have a name for, as programs usually spell it. */
const KNOWN_METADATA: Readonly<Record<string, string>> = { userId: ATTR.userId, sessionId: ATTR.sessionId };

/** What the program itself has put on its spans. All else of it is said in the names of the conventions, or by the calls below. */
export function metadataOf(given: Attributes): Attributes {
  const found: Attributes = {};
  for (const [name, value] of Object.entries(given)) {
    if (!name.startsWith(METADATA)) continue;
    found[KNOWN_METADATA[name.slice(METADATA.length)] ?? name] = value;
  }
  return found;
}
