import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { describe, it } from "node:test";
import { createDirectory, otlp, runObservatory, send } from "./running-observatory.ts";

const ROUNDS = 20;
const SENDERS = 4;
const PROGRAM = new URL("./crash-program.ts", import.meta.url).pathname;

type Stored = { readonly result: readonly { readonly values: readonly (readonly unknown[])[] }[] };

/** What was acknowledged, by the number that it was sent with. */
type Acknowledged = Record<"traces" | "metrics" | "logs", Set<number>>;

const SIGNALS = ["traces", "metrics", "logs"] as const;

describe("a process that is killed while it stores", () => {
  it(`has everything that it acknowledged, ${ROUNDS} times`, { timeout: 240_000 }, async () => {
    const dataDirectory = await createDirectory();
    const acknowledged: Acknowledged = { traces: new Set(), metrics: new Set(), logs: new Set() };
    const startMs = Date.now();
    let number = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const child = spawn(process.execPath, [PROGRAM, dataDirectory], { stdio: ["ignore", "pipe", "inherit"] });
      const exited = once(child, "exit");
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      const url = line.toString().trim();
      let answers = 0;
      const sender = async (): Promise<void> => {
        for (;;) {
          number += 1;
          const own = number;
          const signal = SIGNALS[own % SIGNALS.length] as (typeof SIGNALS)[number];
          // Every number has a time of its own, by which it is found again.
          const body = {
            traces: () => otlp.span(own, startMs),
            metrics: () => otlp.gauge("number", startMs + own, [own]),
            logs: () => otlp.logs([`line ${own}`], startMs + own),
          }[signal]();
          const answer = await send(url, signal, body).catch(() => undefined);
          if (answer === undefined) return;
          if (answer.status === 200) acknowledged[signal].add(own);
          answers += 1;
          // In the middle of what the others send; at another place each time.
          if (answers === 20 + round * 3) child.kill("SIGKILL");
        }
      };
      await Promise.all(Array.from({ length: SENDERS }, sender));
      await exited;
    }
    await using observatory = await runObservatory({ settings: { dataDirectory } });
    const start = (startMs - 1000) / 1000;
    const end = (startMs + number + 1000) / 1000;
    const missing: string[] = [];
    const at = { time: String(end), query: `number[${Math.ceil(end - start)}s]` };
    const samples = await observatory.data<Stored>("/api/v1/query", at);
    const values = new Set(samples.result.flatMap((series) => series.values.map(([, value]) => Number(value))));
    for (const own of acknowledged.metrics) if (!values.has(own)) missing.push(`sample ${own}`);
    const range = { query: '{service_name="program"}', limit: "5000", start: String(start), end: String(end) };
    const streams = await observatory.data<Stored>("/loki/api/v1/query_range", range);
    const lines = new Set(streams.result.flatMap((stream) => stream.values.map(([, line]) => line)));
    for (const own of acknowledged.logs) if (!lines.has(`line ${own}`)) missing.push(`line ${own}`);
    for (const own of acknowledged.traces) {
      const { status } = await observatory.get(`/api/traces/${own.toString(16).padStart(32, "0")}`);
      if (status !== 200) missing.push(`span ${own}`);
    }
    assert.deepEqual(missing, []);
    const counts = SIGNALS.map((signal) => acknowledged[signal].size);
    assert.ok(
      counts.every((count) => count > ROUNDS * 4),
      counts.join(),
    );
    assert.deepEqual(observatory.said, []);
    await observatory.close();
    await rm(dataDirectory, { recursive: true, force: true });
  });
});
