import { ATTR } from "../../model/index.ts";
import type { ResponseFacts, Usage } from "../facts.ts";
import { asArray, asCount, asObject, asString, defined, type JsonObject, sumOf } from "./reading.ts";

/** The counts of one `usage` object of the messages API, whose `input_tokens` leave out what the cache read and wrote. */
function readCounts(usage: JsonObject): Usage {
  const cacheRead = asCount(usage.cache_read_input_tokens);
  const cacheCreation = asCount(usage.cache_creation_input_tokens);
  const plain = asCount(usage.input_tokens);
  return defined({
    // A later event of a stream may tell the output alone: cache counts without `input_tokens` are no input.
    input: plain === undefined ? undefined : sumOf([plain, cacheRead, cacheCreation]),
    output: asCount(usage.output_tokens),
    cacheRead,
    cacheCreation,
    cacheCreation1h: asCount(asObject(usage.cache_creation)?.ephemeral_1h_input_tokens),
    reasoning: asCount(asObject(usage.output_tokens_details)?.thinking_tokens),
    webSearches: asCount(asObject(usage.server_tool_use)?.web_search_requests),
  });
}

/** The same model, whether by its alias or with its date. */
const isSameModel = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);

/**
 * Reads the `usage` of a messages answer. What compaction used is billed but stands in `iterations` alone. So does what another model
 * used (an advisor, one that declined): its tokens are not this model's, and no single price holds for the call.
 */
export function readAnthropicUsage(
  value: unknown,
  model: string | undefined,
): Pick<ResponseFacts, "usage" | "parameters"> {
  const usage = asObject(value);
  if (usage === undefined) return {};
  const iterations = asArray(usage.iterations)
    .map(asObject)
    .filter((item) => item !== undefined);
  const compactions = iterations.filter(({ type }) => type === "compaction").map(readCounts);
  const foreign = iterations.some((iteration) => {
    const other = asString(iteration.model);
    return other !== undefined && (model === undefined || !isSameModel(other, model));
  });
  const counts = readCounts(usage);
  const total = (member: keyof Usage): number | undefined =>
    counts[member] === undefined ? undefined : sumOf([counts[member], ...compactions.map((one) => one[member])]);
  const geo = asString(usage.inference_geo);
  return {
    usage: defined({
      ...counts,
      input: total("input"),
      output: total("output"),
      cacheRead: total("cacheRead"),
      cacheCreation: total("cacheCreation"),
    }),
    parameters: {
      ...defined({
        [ATTR.serviceTier]: usage.speed === "fast" ? "fast" : asString(usage.service_tier),
        [ATTR.inferenceGeo]: geo === "not_available" ? undefined : geo,
      }),
      ...(foreign && { [ATTR.costStatus]: "unknown_rate" }),
    },
  };
}
