import { usageOf } from "../genai/index.ts";
import { ATTR } from "../model/index.ts";
import type { Pricer } from "./pricer.ts";

type Attributes = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/**
 * The names of the model, the best first: of who answered. On Bedrock that is the maker's name, while the one asked for says whether the call
 * stays in one region, which costs more (anthropic.com/pricing).
 */
function modelsOf(attributes: Attributes): (string | undefined)[] {
  const models = [text(attributes[ATTR.responseModel]), text(attributes[ATTR.requestModel])];
  return attributes[ATTR.provider] === "aws.bedrock" ? models.reverse() : models;
}

/**
 * What the attributes of a call's span make its cost, as attributes to add. A cost that stands there already is believed: a program or a
 * gateway that knows it said so. A status that stands there already says that more was used than the tokens tell.
 */
export function costAttributes(
  pricer: Pricer,
  attributes: Attributes,
  { failed, timeMs }: { readonly failed: boolean; readonly timeMs: number },
): Record<string, string | number> {
  const status = text(attributes[ATTR.costStatus]);
  if (attributes[ATTR.costUsd] !== undefined) return status === undefined ? { [ATTR.costStatus]: "reported" } : {};
  const usage = usageOf(attributes);
  // A failed call without usage cost nothing that anybody knows of.
  if (failed && Object.keys(usage).length === 0) return {};
  const price = pricer.price({
    provider: text(attributes[ATTR.provider]),
    models: modelsOf(attributes),
    usage,
    host: text(attributes[ATTR.serverAddress]),
    tier: text(attributes[ATTR.serviceTier]) ?? text(attributes[ATTR.openaiResponseServiceTier]),
    geo: text(attributes[ATTR.inferenceGeo]),
    timeMs,
  });
  if (price.status === "unpriced") return { [ATTR.costStatus]: status ?? price.reason };
  const unfinished = failed || attributes[ATTR.streamOutcome] === "abandoned";
  const gap = unfinished && usage.output === undefined ? "partial_usage" : price.gap;
  return { [ATTR.costUsd]: price.costUsd, [ATTR.costStatus]: status ?? gap ?? "priced" };
}
