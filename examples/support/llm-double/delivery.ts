import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { createGzip, constants as zlib } from "node:zlib";
import type { Reply } from "./reply.ts";
import type { Outcome } from "./tally.ts";

export type Payload =
  | { kind: "body"; status: number; contentType: string; body: string | Uint8Array }
  | { kind: "stream"; events: { event: string; carriesUsage: boolean }[] };

export type Pace = { latencyMs: number; firstChunkDelayMs: number; chunkDelayMs: number };

/** Writes one answer as scripted (waits, gzip, hang, cut) and tells how it ended; never throws. */
export async function deliver(
  response: ServerResponse,
  payload: Payload,
  reply: Reply,
  pace: Pace,
  headers: Record<string, string>,
): Promise<{ outcome: Outcome; usageSent: boolean }> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.on("error", () => gone.abort());
  try {
    if (reply.hang) {
      await once(response, "close");
      return { outcome: "timed out", usageSent: false };
    }
    await pause(pace.latencyMs, gone.signal);
    return payload.kind === "stream"
      ? await deliverStream(response, payload.events, reply, pace, headers, gone.signal)
      : await deliverBody(response, payload, reply, headers);
  } catch {
    // Only an abort of the waits above gets here: the client has gone.
    return { outcome: "abandoned", usageSent: false };
  }
}

async function deliverBody(
  response: ServerResponse,
  payload: Extract<Payload, { kind: "body" }>,
  reply: Reply,
  headers: Record<string, string>,
): Promise<{ outcome: Outcome; usageSent: boolean }> {
  const plain = Buffer.from(payload.body);
  const body = reply.gzip ? await gzipped(plain) : plain;
  response.writeHead(payload.status, {
    ...headers,
    "content-type": payload.contentType,
    "content-length": String(body.length),
    ...(reply.gzip && { "content-encoding": "gzip" }),
  });
  if (reply.cutAfterChunks !== undefined) {
    await new Promise((written) => response.write(body.subarray(0, Math.floor(body.length / 2)), written));
    response.destroy();
    return { outcome: "cut", usageSent: false };
  }
  response.end(body);
  const delivered = await finished(response);
  return { outcome: delivered ? "delivered" : "abandoned", usageSent: delivered };
}

async function deliverStream(
  response: ServerResponse,
  events: { event: string; carriesUsage: boolean }[],
  reply: Reply,
  pace: Pace,
  headers: Record<string, string>,
  gone: AbortSignal,
): Promise<{ outcome: Outcome; usageSent: boolean }> {
  response.writeHead(200, {
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    ...(reply.gzip && { "content-encoding": "gzip" }),
  });
  response.flushHeaders();
  const gzip = reply.gzip ? createGzip({ flush: zlib.Z_SYNC_FLUSH }) : undefined;
  gzip?.pipe(response);
  const sink = gzip ?? response;
  let usageSent = false;
  for (const [index, { event, carriesUsage }] of events.entries()) {
    if (index === reply.cutAfterChunks) {
      // What was written must leave the machine first: the client shall see a broken answer, not an empty one.
      await delay(20);
      response.destroy();
      return { outcome: "cut", usageSent: false };
    }
    await pause(index === 0 ? pace.firstChunkDelayMs : pace.chunkDelayMs, gone);
    gone.throwIfAborted();
    sink.write(event);
    usageSent ||= carriesUsage;
  }
  sink.end();
  const delivered = await finished(response);
  return { outcome: delivered ? "delivered" : "abandoned", usageSent: delivered && usageSent };
}

async function pause(milliseconds: number, gone: AbortSignal): Promise<void> {
  gone.throwIfAborted();
  if (milliseconds > 0) await delay(milliseconds, undefined, { signal: gone });
}

function finished(response: ServerResponse): Promise<boolean> {
  if (response.writableFinished) return Promise.resolve(true);
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    response.once("finish", () => resolve(true));
    response.once("close", () => resolve(response.writableFinished));
  });
}

async function gzipped(body: Uint8Array): Promise<Buffer> {
  const gzip = createGzip();
  gzip.end(body);
  return Buffer.concat(await gzip.toArray());
}
