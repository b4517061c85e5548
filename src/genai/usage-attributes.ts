import { ATTR } from "../model/index.ts";
import type { Usage } from "./facts.ts";

/** Which span attribute holds which count: the one table that writers and readers of usage share. */
export const USAGE_ATTRIBUTES: Readonly<Record<keyof Usage, string>> = {
  input: ATTR.inputTokens,
  output: ATTR.outputTokens,
  cacheRead: ATTR.cacheReadTokens,
  cacheCreation: ATTR.cacheCreationTokens,
  cacheCreation1h: ATTR.cacheCreation1hTokens,
  reasoning: ATTR.reasoningTokens,
  inputAudio: ATTR.inputAudioTokens,
  outputAudio: ATTR.outputAudioTokens,
  cacheReadAudio: ATTR.cacheReadAudioTokens,
  inputImage: ATTR.inputImageTokens,
  outputImage: ATTR.outputImageTokens,
  cacheReadImage: ATTR.cacheReadImageTokens,
  webSearches: ATTR.webSearches,
  fileSearches: ATTR.fileSearches,
};

const ENTRIES = Object.entries(USAGE_ATTRIBUTES) as readonly (readonly [keyof Usage, string])[];

/** Usage as span attributes; what was not reported has none. */
export function usageAttributes(usage: Usage | undefined): Record<string, number> {
  const attributes: Record<string, number> = {};
  for (const [member, attribute] of ENTRIES) {
    const count = usage?.[member];
    if (count !== undefined) attributes[attribute] = count;
  }
  return attributes;
}

/** A count; some instrumentations write theirs as text. */
function countOf(value: unknown): number | undefined {
  const read = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof read === "number" && Number.isFinite(read) && read >= 0 ? read : undefined;
}

/** The usage that span attributes tell. */
export function usageOf(attributes: Readonly<Record<string, unknown>>): Usage {
  const usage: { -readonly [member in keyof Usage]: Usage[member] } = {};
  for (const [member, attribute] of ENTRIES) {
    const count = countOf(attributes[attribute]);
    if (count !== undefined) usage[member] = count;
  }
  return usage;
}
