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

/** Names that others use for the same in spans that are canonical otherwise. */
const ALIASES: Partial<Readonly<Record<keyof Usage, string>>> = {
  cacheCreation: ATTR.cacheWriteTokens,
  cacheCreation1h: ATTR.anthropicCacheCreation1hTokens,
};

const ENTRIES = Object.entries(USAGE_ATTRIBUTES) as readonly (readonly [keyof Usage, string])[];

/** Some servers count cached or reasoning tokens beside the others: a part that is larger than its whole shows it. */
const wholeOf = (total: number | undefined, part = 0, other = 0): number | undefined =>
  total === undefined || part + other <= total ? total : total + part + other;

/** Usage as span attributes; what was not reported has none. */
export function usageAttributes(usage: Usage | undefined): Record<string, number> {
  if (usage === undefined) return {};
  const attributes: Record<string, number> = {};
  for (const [member, attribute] of ENTRIES) {
    const count = usage[member];
    if (count !== undefined) attributes[attribute] = count;
  }
  const input = wholeOf(usage.input, usage.cacheRead, usage.cacheCreation);
  if (input !== undefined) attributes[USAGE_ATTRIBUTES.input] = input;
  const output = wholeOf(usage.output, usage.reasoning);
  if (output !== undefined) attributes[USAGE_ATTRIBUTES.output] = output;
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
    const alias = ALIASES[member];
    const count = countOf(attributes[attribute] ?? (alias === undefined ? undefined : attributes[alias]));
    if (count !== undefined) usage[member] = count;
  }
  return usage;
}
