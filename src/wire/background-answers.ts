import type { Attributes } from "@opentelemetry/api";
import { publicProvider, type ResponseFacts, usageAttributes, WIRE_FORMATS } from "../genai/index.ts";
import { ATTR, OPERATION } from "../model/index.ts";
import type { CostOf, OnBatchResults } from "./batch-results.ts";
import type { Described, RequestHead } from "./exchange.ts";
import { createResponseReader, type ResponseReader } from "./inference.ts";
import { createResponseBody, type ResponseBody } from "./response-body.ts";

export type BackgroundAnswers = {
  /** Notes what the answer to a call told already. */
  readonly onFacts: (facts: ResponseFacts) => void;
  /** Whether a request fetches an answer. */
  readonly matches: (head: RequestHead) => boolean;
  /** Describes the fetching: a plain request, and beside it what the call used, once it is over. */
  readonly describe: (head: RequestHead, plain: Described, onResult: OnBatchResults) => Described;
};

/** Answers are fetched again and again until they are there: what was counted is remembered for so many. */
const MAX_COUNTED = 10_000;

/**
 * Calls that OpenAI answers in the background tell what they used only as their answer is fetched. It is counted once in this process,
 * whichever program has made the call.
 */
export function createBackgroundAnswers(costOf: CostOf): BackgroundAnswers {
  const format = WIRE_FORMATS.find(({ name }) => name === "openai.responses");
  const counted = new Set<string>();

  /** Undefined where there is nothing to count, or it is counted already. */
  const count = ({ id, deferred, usage }: ResponseFacts): boolean => {
    if (id === undefined || deferred !== true || usage === undefined || counted.has(id)) return false;
    counted.add(id);
    for (const oldest of counted) {
      if (counted.size <= MAX_COUNTED) break;
      counted.delete(oldest);
    }
    return true;
  };

  const attributesOf = (head: RequestHead, facts: ResponseFacts): Attributes => {
    const attributes: Attributes = {
      ...facts.parameters,
      [ATTR.operation]: OPERATION.backgroundAnswer,
      [ATTR.provider]: publicProvider(head.host) ?? "openai",
      ...(facts.model !== undefined && { [ATTR.responseModel]: facts.model }),
      ...(facts.id !== undefined && { [ATTR.responseId]: facts.id }),
      [ATTR.serverAddress]: head.host,
      [ATTR.serverPort]: head.port,
      ...usageAttributes(facts.usage),
    };
    const cost = costOf(attributes);
    const status = facts.parameters?.[ATTR.costStatus] ?? cost[ATTR.costStatus];
    return { ...attributes, ...cost, ...(status !== undefined && { [ATTR.costStatus]: status }) };
  };

  return {
    onFacts: (facts) => void count(facts),
    matches: ({ method, path }) => method === "GET" && /\/responses\/resp_[^/]{1,256}$/.test(path),
    describe: (head, plain, onResult) => {
      let reader: ResponseReader | undefined;
      let body: ResponseBody | undefined;
      return {
        ...plain,
        description: {
          responseHead: (status, header) => {
            plain.description.responseHead(status, header);
            if (status !== 200 || format === undefined) return;
            const options = { target: head, captureContent: false, header };
            reader = createResponseReader(format, header("content-type") ?? "", options);
            if (reader !== undefined) body = createResponseBody(header("content-encoding"), reader.feed);
          },
          responseChunk: (chunk, atMs) => {
            plain.description.responseChunk(chunk, atMs);
            body?.chunk(chunk);
          },
          end: (span, outcome) => {
            plain.description.end(span, outcome);
            body?.end();
            const facts = reader?.result() ?? {};
            if (!count(facts)) return;
            const { backgroundAnswer } = OPERATION;
            onResult(
              facts.model === undefined ? backgroundAnswer : `${backgroundAnswer} ${facts.model}`,
              attributesOf(head, facts),
            );
          },
        },
      };
    },
  };
}
