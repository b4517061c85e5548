/**
 * The child that sends what a process could not wait for. Reads payloads from standard input, sends them all, reports on standard output,
 * and ends; its parent waits for it, bounded.
 */
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { readAnswer } from "./awaited-answer.ts";
import { type PostResult, post } from "./deliver.ts";
import { frameResults, type Task, unframe } from "./exit-protocol.ts";

const RETRY_MS = 200;

const { orders, tasks } = unframe(await buffer(process.stdin));
const deadlineMs = performance.now() + orders.timeoutMs;
const leftMs = (): number => Math.max(0, deadlineMs - performance.now());
const pause = (ms: number): Promise<void> => delay(Math.min(ms, leftMs()));

/** Undefined: the payload is not known to have arrived, and is to be sent. */
async function awaitAnswer({ payload, answer }: Task): Promise<PostResult | undefined> {
  if (answer === undefined) return undefined;
  const result = await readAnswer(answer, payload.protocol, leftMs());
  if (result?.kind === "retry") await pause(result.retryAfterMs ?? RETRY_MS);
  return result?.kind === "retry" ? undefined : result;
}

async function deliver(task: Task): Promise<PostResult> {
  const answered = await awaitAnswer(task);
  if (answered !== undefined) return answered;
  let refused = 0;
  for (;;) {
    const left = leftMs();
    if (left <= 0) return { kind: "retry", reason: "no answer in time" };
    const result = await post(task.payload, { timeoutMs: left });
    if (result.kind !== "retry") return result;
    // Nobody listens, and nobody ever did: a second look, then the program is not kept waiting for somebody who is not there.
    if (result.reason === "ECONNREFUSED" && ++refused > 1 && !orders.patient) return result;
    if (leftMs() <= RETRY_MS && result.reason === "ECONNREFUSED") return result;
    await pause(result.retryAfterMs ?? RETRY_MS);
  }
}

process.stdout.write(frameResults(await Promise.all(tasks.map(deliver))));
