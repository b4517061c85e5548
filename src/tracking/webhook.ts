import { readFileSync } from "node:fs";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { type PostResult, post } from "../telemetry/index.ts";

export type WebhookOptions = {
  /** A URL, or `file:` and the path of a file that holds one. Secret: it is named nowhere. */
  readonly address: string;
  readonly timeoutMs?: number;
  /** Pauses before another try; as many tries more as there are pauses. */
  readonly retryDelaysMs?: readonly number[];
};

/** How a notification went: `skipped` where an earlier one is still under way. */
export type Notified = { readonly outcome: "delivered" | "failed" | "skipped"; readonly reason?: string };
export type Webhook = { readonly send: (body: object) => Promise<Notified> };

const FILE = "file:";
const TIMEOUT_MS = 3000;
const RETRY_DELAYS_MS = [1000, 5000];
const MAX_RETRY_AFTER_MS = 30_000;

/** Read each time: secrets are renewed. */
function urlOf(address: string): string | undefined {
  const url = (address.startsWith(FILE) ? readFileSync(address.slice(FILE.length), "utf8") : address).trim();
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined;
}

/** Waiting does not keep the process: only a request that is under way does, for as long as it may take. */
const pause = (delayMs: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, delayMs).unref());

/** Posts JSON to one address, one notification at a time. What went wrong is told without the address. */
export function createWebhook(options: WebhookOptions): Webhook {
  const { address, timeoutMs = TIMEOUT_MS, retryDelaysMs = RETRY_DELAYS_MS } = options;
  let underWay = false;

  const attempt = async (url: string, body: Uint8Array): Promise<PostResult> =>
    await context.with(suppressTracing(ROOT_CONTEXT), () =>
      post(
        {
          signal: "logs",
          url,
          protocol: "http/protobuf",
          headers: { "content-type": "application/json", "user-agent": "agent-observatory" },
          body,
        },
        { timeoutMs },
      ),
    );
  /** Codes of Node and words of ours; a message of Node may quote the address. */
  const shown = (reason: string): string =>
    /^(?:it answered \d+|[A-Z_0-9]+|no answer .*)$/.test(reason) ? reason : "no connection";

  const deliver = async (given: object): Promise<Notified> => {
    const url = urlOf(address);
    if (url === undefined) return { outcome: "failed", reason: "what is configured is no URL" };
    const body = Buffer.from(JSON.stringify(given));
    for (let tries = 0; ; tries++) {
      const result = await attempt(url, body);
      if (result.kind === "delivered") return { outcome: "delivered" };
      const delayMs = retryDelaysMs[tries];
      if (result.kind === "rejected" || delayMs === undefined)
        return { outcome: "failed", reason: shown(result.reason) };
      await pause(Math.min(Math.max(delayMs, result.retryAfterMs ?? 0), MAX_RETRY_AFTER_MS));
    }
  };

  return {
    send: async (body) => {
      if (underWay) return { outcome: "skipped" };
      underWay = true;
      try {
        return await deliver(body);
      } catch {
        return { outcome: "failed", reason: "its file cannot be read" };
      } finally {
        underWay = false;
      }
    },
  };
}
