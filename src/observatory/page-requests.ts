import type { IncomingMessage } from "node:http";
import type { ByteBudget, TakeResult } from "../receive/index.ts";
import { type FeedbackDesk, readFeedback } from "./feedback.ts";
import { readJson, refuseWrite } from "./page-writes.ts";
import { plainText, type Sent } from "./send.ts";

/** Below this the page asks for what is no query. */
export const PAGE_API = "/ui/";

export type PageApiOptions = {
  readonly corsOrigins: readonly string[];
  /** Undefined where nothing can be stored: a page beside a stack that was not told where OTLP goes. */
  readonly feedback: FeedbackDesk | undefined;
};

function answerTaken(result: TakeResult): Sent {
  switch (result.kind) {
    case "accepted":
      return { status: 201, headers: { "content-type": "application/json" }, body: '{"stored":true}' };
    case "busy":
      return plainText(503, "too much is waiting to be stored\n", { "retry-after": "1" });
    case "bad":
      return plainText(400, `${result.message}\n`);
    case "failed":
      return plainText(503, `it could not be stored: ${result.message}\n`, { "retry-after": "1" });
  }
}

/** Answers what the page asks for besides queries. */
export async function answerPageApi(
  message: IncomingMessage,
  path: string,
  budget: ByteBudget,
  { corsOrigins, feedback }: PageApiOptions,
): Promise<Sent> {
  if (path !== `${PAGE_API}feedback`) return plainText(404, "404 page not found\n");
  if (message.method !== "POST") return plainText(405, "expected POST\n", { allow: "POST" });
  const refusal = refuseWrite(message, corsOrigins);
  if (refusal !== undefined) return refusal;
  if (feedback === undefined)
    return plainText(501, "expected to know where feedback is stored: start the page with --otlp-url\n");
  const body = await readJson(message, budget);
  if ("status" in body) return body;
  try {
    return answerTaken(await feedback.give(readFeedback(body.value)));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return plainText(400, `${error.message}\n`);
  }
}
