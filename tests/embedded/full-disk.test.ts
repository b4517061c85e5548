import assert from "node:assert/strict";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { bodyOf, isStored, type Posted, post, SIGNALS, type Signal, storedNumbers } from "./numbered.ts";
import { type Served, startServed } from "./served.ts";
import { mountSmallDisk, NO_SMALL_DISK } from "./small-disk.ts";

const SERVICE = "numbers";
const UNAVAILABLE = 14;

/** What gRPC's client makes of a request whose bytes the process cannot store: a trace of one span. */
function callGrpc(address: string, body: Buffer): Promise<{ readonly code: number; readonly details: string }> {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, same, same, body, { deadline: Date.now() + 10_000 }, (error) => {
      client.close();
      resolve(error === null ? { code: 0, details: "" } : error);
    });
  });
}

/** resource_spans { scope_spans { spans { trace_id, span_id, name: 400 kB, start, end } } } */
function largeSpan(): Buffer {
  const field = (number: number, content: Buffer): Buffer => {
    const length: number[] = [];
    let rest = content.length;
    for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128);
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, rest]), content]);
  };
  const time = (number: number): Buffer => {
    const bytes = Buffer.alloc(9, (number << 3) | 1);
    bytes.writeBigUInt64LE(BigInt(Date.now()) * 1_000_000n, 1);
    return bytes;
  };
  const name = Buffer.from(Array.from({ length: 40_000 }, (_, index) => `span ${index} `).join(""));
  const ids = [field(1, Buffer.alloc(16, 9)), field(2, Buffer.alloc(8, 9))];
  return field(1, field(2, field(2, Buffer.concat([...ids, field(5, name), time(7), time(8)]))));
}

async function readiness(served: Served): Promise<readonly [status: number, text: string]> {
  const response = await fetch(`${served.prometheus}/-/ready`);
  return [response.status, await response.text()];
}

describe("the embedded process on a full disk", { skip: NO_SMALL_DISK }, () => {
  it("says so to senders, keeps and answers what it acknowledged, and goes on when there is space", {
    timeout: 120_000,
  }, async (test) => {
    const disk = mountSmallDisk(test, "size=24m");
    const served = await startServed({ dataDirectory: join(disk, "data"), stderr: "keep" });
    test.after(served.kill);
    const startMs = Date.now() - 600_000;
    const acknowledged: Record<Signal, number[]> = { traces: [], logs: [], metrics: [] };
    let next = 0;
    const send = async (): Promise<Posted[]> => {
      const number = next++;
      const answers = await Promise.all(
        SIGNALS.map(async (signal) => {
          const answer = await post(
            served,
            signal,
            bodyOf(signal, { service: SERVICE, number, startMs, fillerChars: 4000 }),
          );
          if (isStored(answer)) acknowledged[signal].push(number);
          return answer;
        }),
      );
      return answers;
    };
    const assertStored = async (when: string): Promise<void> => {
      const stored = await storedNumbers(served, SERVICE, startMs);
      for (const signal of SIGNALS)
        for (const number of acknowledged[signal])
          assert.ok(stored[signal].has(number), `${signal} ${number}, ${when}`);
    };
    for (let round = 0; round < 2; round++) {
      const ballast = join(disk, "ballast");
      const { bavail, bsize } = statfsSync(disk);
      // What another program takes away; the store fills up what is left.
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 3_000_000)));
      let refused: Posted | undefined;
      while (refused === undefined) refused = (await send()).find(({ status }) => status !== 200);
      assert.equal(refused.status, 503, refused.text);
      assert.equal(refused.retryAfter, "1");
      const { message } = JSON.parse(refused.text) as { message: string };
      assert.match(
        message,
        /Free space on that disk, or lower the retention; storing goes on by itself\. \(AO_STORE_FULL\)/,
      );
      assert.ok(message.includes(disk), "it names the disk");
      // What the process stores of itself in between, every 15 s, changes none of what follows, whether it still fits or not.
      await setTimeout(round === 0 ? 16_000 : 0);
      // A little room may be left for smaller ones; not for this one.
      const overGrpc = await callGrpc(served.otlpGrpc, largeSpan());
      assert.deepEqual([overGrpc.code, /AO_STORE_FULL/.test(overGrpc.details)], [UNAVAILABLE, true]);
      assert.deepEqual(await readiness(served), [
        503,
        "agent-observatory is not ready: what arrives cannot be stored (AO_STORE_FULL).\n",
      ]);
      const metrics = await (await fetch(`${served.prometheus}/metrics`)).text();
      assert.match(metrics, /^agent_observatory_store_failing 1$/m);
      await assertStored("while the disk is full");

      rmSync(ballast);
      const after = await send();
      assert.ok(after.every(isStored), JSON.stringify(after));
      assert.deepEqual(await readiness(served), [200, "agent-observatory is ready.\n"]);
      await assertStored("when there is space again");
    }
    assert.equal(served.said().match(/AO_STORE_FULL/g)?.length, 1, served.said());
    for (const signal of SIGNALS)
      assert.ok(acknowledged[signal].length > 20, `${acknowledged[signal].length} ${signal}`);
    await served.kill();
    const again = await startServed({ dataDirectory: join(disk, "data"), stderr: "ignore" });
    test.after(again.kill);
    const stored = await storedNumbers(again, SERVICE, startMs);
    for (const signal of SIGNALS)
      assert.deepEqual(
        acknowledged[signal].filter((number) => !stored[signal].has(number)),
        [],
      );
  });

  it("does not start where there is no space at all, and says what to do", async (test) => {
    const disk = mountSmallDisk(test, "size=16k");
    await assert.rejects(startServed({ dataDirectory: join(disk, "data"), stderr: "keep" }), ({ code, said }) => {
      assert.equal(code, 1);
      assert.match(said, /Free space on that disk, or lower the retention.*\(AO_STORE_FULL\)/);
      assert.equal(said.trim().split("\n").length, 1, said);
      return true;
    });
  });
});
