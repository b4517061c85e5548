import type { Take } from "../receive/index.ts";
import { readUpstream } from "./stack-upstream.ts";

const TIMEOUT_MS = 10_000;
const RETRY_MS = 1000;

/** Sends to somebody else's OTLP over HTTP what would be stored here. Throws `ObservatoryError` for what is no URL. */
export function createOtlpSender(otlpUrl: string): Take {
  const { url, shown, authorization } = readUpstream("Collector", otlpUrl);
  return async (signal, bytes, encoding) => {
    const headers: Record<string, string> = {
      "content-type": encoding === "json" ? "application/json" : "application/x-protobuf",
    };
    if (authorization !== undefined) headers["authorization"] = authorization;
    try {
      const response = await fetch(`${url.href.replace(/\/$/, "")}/v1/${signal}`, {
        method: "POST",
        headers,
        body: bytes as Uint8Array<ArrayBuffer>,
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (response.ok) return { kind: "accepted", rejected: 0, message: "" };
      if (response.status === 429 || response.status === 503) return { kind: "busy", retryAfterMs: RETRY_MS };
      return { kind: "failed", message: `${shown} answered ${response.status}` };
    } catch {
      return { kind: "failed", message: `${shown} does not answer` };
    }
  };
}
