/**
 * The child that sends what a process could not wait for. Reads payloads from standard input, sends them all, and ends; its parent
 * waits for it, bounded. Exit code 0: all delivered; otherwise the reason stands on standard error.
 */
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { type Payload, type PostResult, post } from "./deliver.ts";
import { unframe } from "./exit-protocol.ts";

const deadlineMs = performance.now() + Number(process.argv[2] ?? 2000);
const RETRY_MS = 200;

async function deliver(payload: Payload): Promise<PostResult> {
  let refused = 0;
  for (;;) {
    const left = deadlineMs - performance.now();
    if (left <= 0) return { kind: "retry", reason: "no time left" };
    const result = await post(payload, { timeoutMs: left });
    if (result.kind !== "retry") return result;
    // Nobody listens: a second look, then the program is not kept waiting for somebody who is not there.
    if (result.reason === "ECONNREFUSED" && ++refused > 1) return result;
    await delay(Math.min(result.retryAfterMs ?? RETRY_MS, Math.max(0, deadlineMs - performance.now())));
  }
}

const payloads = unframe(await buffer(process.stdin));
const results = await Promise.all(payloads.map(deliver));
for (const result of results) {
  if (result.kind === "delivered") continue;
  process.stderr.write(result.reason);
  process.exitCode = 1;
  break;
}
