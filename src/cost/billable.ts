import type { Usage } from "../genai/index.ts";

/** Usage in the words of the price table. */
export type BillableUsage = Record<string, number>;

const least = (...counts: readonly number[]): number => Math.max(0, Math.min(...counts));

/**
 * Usage in the words of the price table, which throws where parts are more than their whole. What is a part of two wholes at once (cached
 * audio) is told apart only where the provider does; else it is as much as the sums make necessary.
 */
export function billableUsage(usage: Usage): BillableUsage {
  const cacheRead = usage.cacheRead ?? 0;
  const cacheWrite = usage.cacheCreation ?? 0;
  // A server that counts cache tokens beside its input says less input than it read.
  const input = Math.max(usage.input ?? 0, cacheRead + cacheWrite);
  const output = usage.output ?? 0;
  const audio = least(usage.inputAudio ?? 0, input);
  const image = least(usage.inputImage ?? 0, input - audio);
  const excess = Math.max(0, audio + image + cacheRead + cacheWrite - input);
  const cachedAudio = least(usage.cacheReadAudio ?? excess, audio, cacheRead);
  const cachedImage = least(usage.cacheReadImage ?? excess - cachedAudio, image, cacheRead - cachedAudio);
  const outputAudio = least(usage.outputAudio ?? 0, output);
  const counts: BillableUsage = {
    cache_read_tokens: cacheRead,
    cache_write_tokens: cacheWrite,
    cache_write_1h_tokens: least(usage.cacheCreation1h ?? 0, cacheWrite),
    input_audio_tokens: audio,
    cache_audio_read_tokens: cachedAudio,
    input_image_tokens: image,
    cache_image_read_tokens: cachedImage,
    output_audio_tokens: outputAudio,
    output_image_tokens: least(usage.outputImage ?? 0, output - outputAudio),
    output_reasoning_tokens: least(usage.reasoning ?? 0, output),
    web_searches: usage.webSearches ?? 0,
    storage_searches: usage.fileSearches ?? 0,
  };
  return { ...counts, input_tokens: input, output_tokens: output };
}
