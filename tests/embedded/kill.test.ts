import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createRandom } from "../stack/differential/random.ts";
import { bodyOf, isStored, post, SIGNALS, type Signal, storedNumbers } from "./numbered.ts";
import { type Served, startServed } from "./served.ts";

const KILLS = 20;
const SENDERS = 3;
const random = createRandom(5);

/** What was answered with success: numbers of requests. */
type Acknowledged = Readonly<Record<Signal, number[]>>;

const startMs = Date.now() - 600_000;
const roundOf = (round: number) => ({ service: `round-${round}`, startMs: startMs + round * 20_000 });

/** Sends until the process dies; numbers that were acknowledged. */
async function sendUntilDeath(served: Served, signal: Signal, round: number): Promise<number[]> {
  const acknowledged: number[] = [];
  let next = 0;
  let dead = false;
  const sender = async (): Promise<void> => {
    while (!dead) {
      const number = next++;
      try {
        const answer = await post(served, signal, bodyOf(signal, { ...roundOf(round), number }));
        if (isStored(answer)) acknowledged.push(number);
        else assert.ok([429, 503].includes(answer.status), `${signal}: ${answer.status} ${answer.text}`);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        dead = true;
      }
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return acknowledged;
}

const FLOOD_REQUESTS = 40;
const FLOOD_LINES = 10_000;

/** Lines of one request, all of one stream that has its number. */
function floodOf(request: number): string {
  const logRecords = Array.from({ length: FLOOD_LINES }, (_, index) => ({
    timeUnixNano: `${startMs}${String(index).padStart(6, "0")}`,
    body: { stringValue: `line ${index}` },
  }));
  const resource = { attributes: [{ key: "service.name", value: { stringValue: `flood-${request}` } }] };
  return JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
}

describe("the embedded process, killed while it takes data", () => {
  it("has every line of a flood that it acknowledged, although it stores them in parts", {
    timeout: 120_000,
  }, async (t) => {
    const dataDirectory = await mkdtemp(join(tmpdir(), "agent-observatory-kill-"));
    t.after(() => rm(dataDirectory, { recursive: true, force: true }));
    const killed = await startServed({ dataDirectory, stderr: "ignore" });
    const acknowledged: number[] = [];
    const bodies = Array.from({ length: FLOOD_REQUESTS }, (_, request) => floodOf(request));
    await Promise.all(
      bodies.map(async (body, request) => {
        const answer = await post(killed, "logs", body).catch(() => undefined);
        if (answer === undefined || !isStored(answer)) return;
        // In the middle: the others are being stored.
        if (acknowledged.push(request) === FLOOD_REQUESTS / 4) void killed.kill();
      }),
    );
    const served = await startServed({ dataDirectory, stderr: "ignore" });
    try {
      const query = 'sum by (service_name) (count_over_time({service_name=~"flood-.+"}[1h]))';
      const time = String((startMs + 60_000) / 1000);
      const response = await fetch(`${served.loki}/loki/api/v1/query?${new URLSearchParams({ query, time })}`);
      type Vector = { data: { result: { metric: { service_name: string }; value: [number, string] }[] } };
      const { data } = (await response.json()) as Vector;
      const stored = new Map(data.result.map(({ metric, value }) => [metric.service_name, Number(value[1])]));
      assert.ok(acknowledged.length >= FLOOD_REQUESTS / 4);
      for (const request of acknowledged) assert.equal(stored.get(`flood-${request}`), FLOOD_LINES);
      // A request is stored whole or not at all, acknowledged or not.
      assert.deepEqual([...new Set(stored.values())], [FLOOD_LINES]);
      t.diagnostic(`acknowledged: ${acknowledged.length} of ${FLOOD_REQUESTS} requests, stored: ${stored.size}`);
    } finally {
      await served.close();
    }
  });

  it(`keeps everything that it has acknowledged, ${KILLS} times in a row`, { timeout: 240_000 }, async (t) => {
    const dataDirectory = await mkdtemp(join(tmpdir(), "agent-observatory-kill-"));
    t.after(() => rm(dataDirectory, { recursive: true, force: true }));
    const rounds: Acknowledged[] = [];
    for (let round = 0; round < KILLS; round++) {
      const served = await startServed({ dataDirectory, stderr: "ignore" });
      const sending = Promise.all(SIGNALS.map((signal) => sendUntilDeath(served, signal, round)));
      setTimeout(() => void served.kill(), 100 + random.below(400));
      const [traces = [], logs = [], metrics = []] = await sending;
      rounds.push({ traces, logs, metrics });
    }
    const served = await startServed({ dataDirectory, stderr: "ignore" });
    try {
      const lost: string[] = [];
      for (const [round, acknowledged] of rounds.entries()) {
        const { service, startMs: fromMs } = roundOf(round);
        const stored = await storedNumbers(served, service, fromMs);
        for (const signal of SIGNALS) {
          const gone = acknowledged[signal].filter((number) => !stored[signal].has(number));
          if (gone.length > 0) lost.push(`round ${round}: ${gone.length} of ${acknowledged[signal].length} ${signal}`);
        }
      }
      assert.deepEqual(lost, []);
      const count = (signal: Signal): number => rounds.reduce((sum, one) => sum + one[signal].length, 0);
      for (const signal of SIGNALS) assert.ok(count(signal) > KILLS * 10, `${count(signal)} ${signal}`);
      t.diagnostic(`acknowledged: ${count("traces")} traces, ${count("logs")} lines, ${count("metrics")} samples`);
    } finally {
      await served.close();
    }
  });
});
