import type { Attributes } from "@opentelemetry/api";
import {
  type BatchAnswer,
  createBatchResultsReader,
  publicProvider,
  type Usage,
  usageAttributes,
} from "../genai/index.ts";
import { ATTR, OPERATION } from "../model/index.ts";
import type { Described, RequestHead } from "./exchange.ts";
import { createResponseBody, type ResponseBody } from "./response-body.ts";

/** The attributes of a call's cost and of what is known of it, by the attributes that a span of the call would have. */
export type CostOf = (attributes: Attributes) => Attributes;

/** The results of one model in what was fetched, as attributes of a span. */
export type OnBatchResults = (name: string, attributes: Attributes) => void;

type Total = { usage: Record<string, number>; answered: number; failed: number; costUsd: number; unpriced?: string };

/** More models than a batch has. */
const MAX_MODELS = 50;
const MAX_FILES = 1000;

function addUsage(total: Total, usage: Usage | undefined): void {
  for (const [member, count] of Object.entries(usage ?? {})) total.usage[member] = (total.usage[member] ?? 0) + count;
}

/**
 * Describes the fetching of batch results: a plain request, and beside it what the calls of the batch used, by model, at the price of
 * batches. What was counted once in this process is not counted again when it is fetched again.
 */
export function createBatchResults(
  costOf: CostOf,
): (head: RequestHead, plain: Described, onResults: OnBatchResults) => Described {
  /** How many results of each file are counted already. */
  const counted = new Map<string, number>();

  return (head, plain, onResults) => {
    const file = `${head.host}:${head.port}${head.path}`;
    const provider = publicProvider(head.host) ?? (head.path.endsWith("/results") ? "anthropic" : "openai");
    const totals = new Map<string, Total>();
    let body: ResponseBody | undefined;
    let reader: ReturnType<typeof createBatchResultsReader> | undefined;

    const add = (answer: BatchAnswer, at: number): void => {
      if (at < (counted.get(file) ?? 0)) return;
      const model = answer.model ?? "";
      const total = totals.get(model) ?? { usage: {}, answered: 0, failed: 0, costUsd: 0 };
      if (totals.size < MAX_MODELS) totals.set(model, total);
      total.answered += 1;
      if (answer.failed) total.failed += 1;
      if (answer.usage === undefined) return;
      addUsage(total, answer.usage);
      // Each call by itself: long prompts cost more, many short ones do not.
      const cost = costOf({
        [ATTR.provider]: provider,
        [ATTR.responseModel]: model,
        [ATTR.serverAddress]: head.host,
        ...answer.parameters,
        [ATTR.serviceTier]: "batch",
        ...usageAttributes(answer.usage),
      });
      const costUsd = cost[ATTR.costUsd];
      if (typeof costUsd === "number") total.costUsd += costUsd;
      else total.unpriced = String(cost[ATTR.costStatus] ?? "unknown_model");
    };

    const tell = (): void => {
      for (const [model, total] of totals) {
        const hasUsage = Object.keys(total.usage).length > 0;
        const { costUsd, unpriced } = total;
        // A sum of those whose price is known would be taken for all.
        const price =
          unpriced === undefined
            ? { [ATTR.costUsd]: costUsd, [ATTR.costStatus]: "priced" }
            : { [ATTR.costStatus]: unpriced };
        onResults(model === "" ? OPERATION.batchResults : `${OPERATION.batchResults} ${model}`, {
          [ATTR.operation]: OPERATION.batchResults,
          [ATTR.provider]: provider,
          ...(model !== "" && { [ATTR.responseModel]: model }),
          [ATTR.serverAddress]: head.host,
          [ATTR.serverPort]: head.port,
          [ATTR.serviceTier]: "batch",
          [ATTR.batchRequests]: total.answered,
          ...(total.failed > 0 && { [ATTR.batchFailed]: total.failed }),
          ...usageAttributes(total.usage as Usage),
          ...(hasUsage && price),
        });
      }
    };

    return {
      ...plain,
      description: {
        responseHead: (status, header) => {
          plain.description.responseHead(status, header);
          if (status !== 200) return;
          reader = createBatchResultsReader({ target: head, captureContent: false, header }, add);
          body = createResponseBody(header("content-encoding"), reader.feed);
        },
        responseChunk: (chunk, atMs) => {
          plain.description.responseChunk(chunk, atMs);
          body?.chunk(chunk);
        },
        end: (span, outcome) => {
          plain.description.end(span, outcome);
          body?.end();
          // A last line without its end is one only where the file was read to its end.
          if (outcome.kind === "complete") reader?.end();
          const count = reader?.count() ?? 0;
          if (count > (counted.get(file) ?? 0) && (counted.size < MAX_FILES || counted.has(file)))
            counted.set(file, count);
          tell();
        },
      },
    };
  };
}
