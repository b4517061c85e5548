import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBatcher, type Drop } from "../../src/telemetry/delivery/batcher.ts";
import type { Payload, PostResult } from "../../src/telemetry/delivery/post.ts";
import type { Sender } from "../../src/telemetry/delivery/sender.ts";

const DELIVERED: PostResult = { kind: "delivered" };
const RETRY: PostResult = { kind: "retry", reason: "away", retryAfterMs: 1 };
const REJECTED: PostResult = { kind: "rejected", reason: "no" };
const never = new Promise<PostResult>(() => {});
const FAR_MS = 3_600_000;

const payloadOf = (items: readonly number[]): Payload => ({
  signal: "traces",
  url: "http://collector/v1/traces",
  protocol: "http/protobuf",
  headers: {},
  body: Buffer.from(JSON.stringify(items)),
});
const itemsOf = ({ body }: Payload): number[] => JSON.parse(Buffer.from(body).toString()) as number[];

type Given = {
  readonly answers?: (call: number) => PostResult | Promise<PostResult>;
  readonly batchSize?: number;
  readonly queueSize?: number;
  readonly intervalMs?: number;
  readonly encode?: (items: readonly number[]) => Payload;
  /** How far a batch under way has come. */
  readonly flights?: (items: readonly number[]) => ReturnType<Sender["flight"]>;
};

/** A batcher whose sender answers as told and keeps what it was given. */
function start({
  answers = () => DELIVERED,
  batchSize = 2,
  queueSize = 10,
  intervalMs = FAR_MS,
  encode = payloadOf,
  flights = () => ({ kind: "unsent" }),
}: Given = {}) {
  const sent: number[][] = [];
  const drops: Drop[] = [];
  let underWay = 0;
  let most = 0;
  let waiters: (() => void)[] = [];
  const sender: Sender = {
    send: async (payload) => {
      sent.push(itemsOf(payload));
      for (const wake of waiters) wake();
      waiters = [];
      underWay += 1;
      most = Math.max(most, underWay);
      const result = await answers(sent.length);
      underWay -= 1;
      return result;
    },
    hold: () => () => {},
    flight: (payload) => flights(itemsOf(payload)),
    answered: () => false,
  };
  const batcher = createBatcher<number>({
    sender,
    encode,
    batchSize,
    queueSize,
    intervalMs,
    onDrop: (drop) => drops.push(drop),
  });
  const sentTimes = async (count: number): Promise<void> => {
    // The batcher's own timers do not keep a process running; the test waits for them.
    const alive = setInterval(() => {}, 1000);
    while (sent.length < count) await new Promise<void>((resolve) => waiters.push(resolve));
    clearInterval(alive);
  };
  return { batcher, sent, drops, sentTimes, most: () => most };
}

const add = (batcher: { add: (item: number) => void }, ...items: number[]): void => {
  for (const item of items) batcher.add(item);
};

describe("the batcher", () => {
  it("sends a full batch at once and the rest after the interval", async () => {
    const { batcher, sent, sentTimes } = start({ intervalMs: 5 });
    add(batcher, 1, 2, 3);
    await sentTimes(2);
    assert.deepEqual(sent, [[1, 2], [3]]);
    assert.equal(batcher.pending(), 1, "what is not yet answered is pending");
  });

  it("sends one batch at a time, in order", async () => {
    const run = start({ answers: () => new Promise((resolve) => setImmediate(() => resolve(DELIVERED))) });
    add(run.batcher, 1, 2, 3, 4, 5);
    await run.batcher.flush(AbortSignal.timeout(10_000));
    assert.deepEqual(run.sent, [[1, 2], [3, 4], [5]]);
    assert.equal(run.most(), 1);
    assert.equal(run.batcher.pending(), 0);
  });

  it("repeats the same batch until it is taken, and loses none", async () => {
    const run = start({ answers: (call) => (call <= 3 ? RETRY : DELIVERED) });
    add(run.batcher, 1, 2, 3, 4);
    await run.sentTimes(5);
    assert.deepEqual(run.sent, [
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(run.drops, []);
  });

  it("gives up what is rejected, counts it, and goes on", async () => {
    const run = start({ answers: (call) => (call === 1 ? REJECTED : DELIVERED) });
    add(run.batcher, 1, 2, 3, 4);
    await run.batcher.flush(AbortSignal.timeout(10_000));
    assert.deepEqual(run.sent, [
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(run.drops, [{ reason: "rejected", count: 2 }]);
  });

  it("refuses what comes when it is full, and counts it", () => {
    const run = start({ answers: () => never, queueSize: 3 });
    add(run.batcher, 1, 2, 3, 4, 5, 6, 7);
    // Two are under way, three wait.
    assert.equal(run.batcher.pending(), 5);
    assert.deepEqual(run.drops, [
      { reason: "queue_full", count: 1 },
      { reason: "queue_full", count: 1 },
    ]);
  });

  it("gives up a batch that cannot be encoded, however many there are", async () => {
    const run = start({
      batchSize: 1,
      queueSize: 30_000,
      encode: (items) => {
        if (items[0] !== 20_001) throw new Error("no");
        return payloadOf(items);
      },
      answers: () => DELIVERED,
    });
    for (let item = 1; item <= 20_001; item += 1) run.batcher.add(item);
    await run.batcher.flush(AbortSignal.timeout(30_000));
    assert.deepEqual(run.sent, [[20_001]]);
    assert.equal(run.drops.length, 20_000);
    assert.deepEqual(run.drops[0], { reason: "unserializable", count: 1 });
  });

  it("hands over everything that is not known to be delivered, the batch under way first", () => {
    const run = start({ answers: () => never });
    add(run.batcher, 1, 2, 3, 4, 5);
    assert.deepEqual(
      run.batcher.drain().map(({ payload, count }) => [...itemsOf(payload), `of ${count}`]),
      [
        [1, 2, "of 2"],
        [3, 4, "of 2"],
        [5, "of 1"],
      ],
    );
    assert.equal(run.batcher.pending(), 0);
    assert.deepEqual(run.batcher.drain(), []);
  });

  it("hands over the socket on which an answer is awaited, and nothing that was answered", () => {
    const drained = (flight: ReturnType<Sender["flight"]>) => {
      const run = start({ answers: () => never, flights: ([first]) => (first === 1 ? flight : undefined) });
      add(run.batcher, 1, 2, 3);
      return [run.batcher.drain().map(({ payload, awaitedOn }) => [itemsOf(payload), awaitedOn]), run.drops];
    };
    const rest = [[3], undefined];
    assert.deepEqual(drained({ kind: "awaited", fd: 9 }), [[[[1, 2], 9], rest], []]);
    assert.deepEqual(drained({ kind: "answered", result: DELIVERED }), [[rest], []]);
    assert.deepEqual(drained({ kind: "answered", result: REJECTED }), [[rest], [{ reason: "rejected", count: 2 }]]);
    assert.deepEqual(drained({ kind: "answered", result: RETRY }), [[[[1, 2], undefined], rest], []]);
  });

  it("is not confused by an answer that comes after it was drained", async () => {
    let answer: (result: PostResult) => void = () => {};
    const run = start({
      answers: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    add(run.batcher, 1, 2);
    assert.equal(run.batcher.drain().length, 1);
    answer(DELIVERED);
    await new Promise(setImmediate);
    add(run.batcher, 3, 4);
    assert.deepEqual(run.sent, [
      [1, 2],
      [3, 4],
    ]);
    assert.equal(run.batcher.pending(), 2);
  });

  it("stops waiting when its signal aborts", async () => {
    const run = start({ answers: () => never });
    const controller = new AbortController();
    add(run.batcher, 1);
    const flushed = run.batcher.flush(controller.signal);
    controller.abort();
    await flushed;
    assert.equal(run.batcher.pending(), 1);
    await run.batcher.flush(AbortSignal.abort());
  });

  it("does not stand and wait in a flush for a receiver that is away", async () => {
    const run = start({ answers: () => ({ kind: "retry", reason: "away", retryAfterMs: FAR_MS }) });
    add(run.batcher, 1, 2, 3);
    await run.batcher.flush(AbortSignal.timeout(60_000));
    assert.equal(run.batcher.pending(), 3);
  });

  it("takes nothing more once it is closed", () => {
    const run = start();
    run.batcher.close();
    run.batcher.add(1);
    assert.equal(run.batcher.pending(), 0);
    assert.deepEqual(run.drops, [{ reason: "queue_full", count: 1 }]);
  });
});
