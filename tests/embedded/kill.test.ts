import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { logsRequest, metricsRequest, tracesRequest } from "../stack/differential/otlp-json.ts";
import { createRandom } from "../stack/differential/random.ts";
import { type Served, startServed } from "./served.ts";

const KILLS = 20;
const SENDERS = 3;
const random = createRandom(5);

/** What was answered with success, by round: numbers of requests. */
type Acknowledged = { readonly traces: number[]; readonly logs: number[]; readonly metrics: number[] };

const traceIdOf = (round: number, number: number): string =>
  `${(round + 1).toString(16).padStart(16, "0")}${(number + 1).toString(16).padStart(16, "0")}`;

const baseMs = Date.now() - 600_000;

function bodyOf(signal: keyof Acknowledged, round: number, number: number): string {
  const resource = { "service.name": `round-${round}`, "telemetry.distro.name": "agent-observatory" };
  const timeMs = baseMs + round * 20_000 + number;
  if (signal === "metrics") {
    const points = [{ labels: {}, value: number }];
    return JSON.stringify(
      metricsRequest([{ resource, metrics: [{ name: "numbers", unit: "", kind: "gauge", points }] }], timeMs),
    );
  }
  if (signal === "logs") {
    const log = { timeMs, severityNumber: 9, severityText: "INFO", body: `number ${number}`, attributes: {} };
    return JSON.stringify(logsRequest(resource, [log]));
  }
  const spans = Array.from({ length: 3 }, (_, index) => ({
    traceId: traceIdOf(round, number),
    spanId: (index + 1).toString(16).padStart(16, "0"),
    ...(index > 0 && { parentSpanId: "0000000000000001" }),
    name: `number ${number}`,
    kind: 1,
    startMs: timeMs,
    endMs: timeMs + 5,
    failed: false,
    attributes: { filler: "x".repeat(200) },
  }));
  return JSON.stringify(tracesRequest(resource, spans));
}

/** Sends until the process dies; numbers that were acknowledged. */
async function sendUntilDeath(served: Served, signal: keyof Acknowledged, round: number): Promise<number[]> {
  const acknowledged: number[] = [];
  let next = 0;
  let dead = false;
  const sender = async (): Promise<void> => {
    while (!dead) {
      const number = next++;
      try {
        const response = await fetch(served.otlp[signal], {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: bodyOf(signal, round, number),
        });
        const answer = await response.text();
        if (response.status === 200 && !answer.includes("rejected")) acknowledged.push(number);
        else assert.ok([429, 503].includes(response.status), `${signal}: ${response.status} ${answer}`);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        dead = true;
      }
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return acknowledged;
}

async function get<T>(url: string, parameters: Record<string, string>): Promise<T> {
  const response = await fetch(`${url}?${new URLSearchParams(parameters)}`);
  assert.equal(response.status, 200, `${url}: ${await response.clone().text()}`);
  return (await response.json()) as T;
}

/** The numbers of a round that are stored. */
async function storedNumbers(served: Served, round: number): Promise<Record<keyof Acknowledged, Set<number>>> {
  const service = `round-${round}`;
  const end = baseMs + 3_600_000;
  type Streams = { data: { result: { values: [string, string][] }[] } };
  const lines = await get<Streams>(`${served.loki}/loki/api/v1/query_range`, {
    query: `{service_name="${service}"}`,
    start: `${baseMs - 1000}000000`,
    end: `${end}000000`,
    limit: "5000",
  });
  type Matrix = { data: { result: { values: [number, string][] }[] } };
  const samples = await get<Matrix>(`${served.prometheus}/api/v1/query`, {
    query: `numbers{job="${service}"}[2h]`,
    time: String(end / 1000),
  });
  type Traces = { data: { traceID: string; spans: unknown[] }[] };
  const traces = await get<Traces>(`${served.jaeger}/api/traces`, {
    service,
    start: `${baseMs - 1000}000`,
    end: `${end}000`,
    limit: "1500",
  });
  const whole = traces.data.filter(({ spans }) => spans.length === 3);
  return {
    logs: new Set(lines.data.result.flatMap(({ values }) => values.map(([, line]) => Number(line.split(" ")[1])))),
    metrics: new Set(samples.data.result.flatMap(({ values }) => values.map(([, value]) => Number(value)))),
    traces: new Set(whole.map(({ traceID }) => Number.parseInt(traceID.slice(16), 16) - 1)),
  };
}

describe("the embedded process, killed while it takes data", () => {
  it(`keeps everything that it has acknowledged, ${KILLS} times in a row`, { timeout: 240_000 }, async (t) => {
    const dataDirectory = await mkdtemp(join(tmpdir(), "agent-observatory-kill-"));
    t.after(() => rm(dataDirectory, { recursive: true, force: true }));
    const rounds: Acknowledged[] = [];
    for (let round = 0; round < KILLS; round++) {
      const served = await startServed({ dataDirectory, stderr: "ignore" });
      const sending = Promise.all(
        (["traces", "logs", "metrics"] as const).map((signal) => sendUntilDeath(served, signal, round)),
      );
      setTimeout(() => void served.kill(), 100 + random.below(400));
      const [traces, logs, metrics] = await sending;
      rounds.push({ traces, logs, metrics } as Acknowledged);
    }
    const served = await startServed({ dataDirectory, stderr: "ignore" });
    try {
      const lost: string[] = [];
      for (const [round, acknowledged] of rounds.entries()) {
        const stored = await storedNumbers(served, round);
        for (const signal of ["traces", "logs", "metrics"] as const) {
          const gone = acknowledged[signal].filter((number) => !stored[signal].has(number));
          if (gone.length > 0) lost.push(`round ${round}: ${gone.length} of ${acknowledged[signal].length} ${signal}`);
        }
      }
      assert.deepEqual(lost, []);
      const count = (signal: keyof Acknowledged): number => rounds.reduce((sum, one) => sum + one[signal].length, 0);
      for (const signal of ["traces", "logs", "metrics"] as const)
        assert.ok(count(signal) > KILLS * 10, `${count(signal)} ${signal}`);
      t.diagnostic(`acknowledged: ${count("traces")} traces, ${count("logs")} lines, ${count("metrics")} samples`);
    } finally {
      await served.close();
    }
  });
});
