import type { Usage } from "../facts.ts";
import { asArray, asCount, asObject, asString, defined, sumOf } from "./reading.ts";

/** Tokens of one modality over lists of `{modality, tokenCount}`; undefined where no list tells of it. */
function ofModality(modality: string, ...lists: readonly unknown[]): number | undefined {
  const counts = lists.flatMap(asArray).flatMap((item) => {
    const entry = asObject(item);
    if (asString(entry?.modality)?.toUpperCase() !== modality) return [];
    return [asCount(entry?.tokenCount) ?? asCount(entry?.tokens)];
  });
  return sumOf(counts);
}

type Counts = {
  readonly prompt: number | undefined;
  readonly toolUse: number | undefined;
  readonly answer: number | undefined;
  readonly thoughts: number | undefined;
  readonly cached: number | undefined;
  readonly promptDetails: readonly unknown[];
  readonly answerDetails: unknown;
  readonly cachedDetails: unknown;
};

/** Google counts thoughts beside the answer and the results of tools beside the prompt; what it read from the cache is in the prompt. */
function readCounts({ prompt, toolUse, answer, thoughts, cached, ...details }: Counts): Usage {
  return defined({
    input: prompt === undefined ? undefined : sumOf([prompt, toolUse]),
    output: sumOf([answer, thoughts]),
    cacheRead: cached,
    reasoning: thoughts,
    inputAudio: ofModality("AUDIO", ...details.promptDetails),
    outputAudio: ofModality("AUDIO", details.answerDetails),
    cacheReadAudio: ofModality("AUDIO", details.cachedDetails),
    inputImage: ofModality("IMAGE", ...details.promptDetails),
    outputImage: ofModality("IMAGE", details.answerDetails),
    cacheReadImage: ofModality("IMAGE", details.cachedDetails),
  });
}

/** `usageMetadata` of generateContent and its relatives. */
export function readUsageMetadata(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  return readCounts({
    prompt: asCount(usage.promptTokenCount),
    toolUse: asCount(usage.toolUsePromptTokenCount),
    answer: asCount(usage.candidatesTokenCount) ?? asCount(usage.responseTokenCount),
    thoughts: asCount(usage.thoughtsTokenCount),
    cached: asCount(usage.cachedContentTokenCount),
    promptDetails: [usage.promptTokensDetails, usage.toolUsePromptTokensDetails],
    answerDetails: usage.candidatesTokensDetails ?? usage.responseTokensDetails,
    cachedDetails: usage.cacheTokensDetails,
  });
}

/** `usage` of an interaction. */
export function readInteractionUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  return readCounts({
    prompt: asCount(usage.total_input_tokens),
    toolUse: asCount(usage.total_tool_use_tokens),
    answer: asCount(usage.total_output_tokens),
    thoughts: asCount(usage.total_thought_tokens),
    cached: asCount(usage.total_cached_tokens),
    promptDetails: [usage.input_tokens_by_modality, usage.tool_use_tokens_by_modality],
    answerDetails: usage.output_tokens_by_modality,
    cachedDetails: usage.cached_tokens_by_modality,
  });
}

/** What `trafficType` and service tiers mean; what is not listed passes in lower case. */
const TIERS: Readonly<Record<string, string>> = {
  on_demand: "standard",
  on_demand_flex: "flex",
  on_demand_priority: "priority",
  provisioned_throughput: "provisioned",
};

/** The tier that a call was served in, from the first of these that says one. */
export function readTier(...said: readonly unknown[]): string | undefined {
  const tier = said
    .map((one) =>
      asString(one)
        ?.toLowerCase()
        .replace(/^service_tier_/, ""),
    )
    .find((one) => one !== undefined && !one.includes("unspecified"));
  return tier === undefined ? undefined : (TIERS[tier] ?? tier);
}
