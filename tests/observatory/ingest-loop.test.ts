import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { describe, it } from "node:test";
import { ObservatoryError, systemClock } from "../../src/base/index.ts";
import { createIngestLoop } from "../../src/observatory/ingest-loop.ts";
import { createIngestPipeline } from "../../src/observatory/ingest-pipeline.ts";
import type { IngestAnswer, IngestCall } from "../../src/observatory/thread-messages.ts";
import { openStoreReader, openStoreWriter, type StoreWriter } from "../../src/store/index.ts";
import { createDirectory, otlp } from "./running-observatory.ts";

const take = (body: object, signal: "traces" | "metrics" | "logs" = "traces"): IngestCall => ({
  kind: "take",
  signal,
  bytes: Buffer.from(JSON.stringify(body)),
  encoding: "json",
});
const asked = (...calls: IngestCall[]) => calls.map((call, id) => ({ id, call }));
const kindOf = (answer: IngestAnswer | undefined): string =>
  answer?.kind === "take" ? answer.result.kind : String(answer?.kind);

const noFault = (error: unknown): void => assert.fail(String(error));

async function withStore(test: (writer: StoreWriter, services: () => readonly string[]) => void): Promise<void> {
  const directory = await createDirectory();
  const writer = openStoreWriter({
    directory,
    clock: systemClock,
    retention: { maxAgeMs: 86_400_000, maxBytes: 1_000_000_000 },
  });
  const reader = openStoreReader({ directory, clock: systemClock });
  try {
    test(writer, reader.services);
  } finally {
    reader.close();
    writer.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

describe("the group commit", () => {
  it("answers each request for itself: one that is wrong harms no other", () =>
    withStore((writer, services) => {
      const loop = createIngestLoop(writer, createIngestPipeline(systemClock, noFault));
      const answers = loop.run(
        asked(
          take({ resourceSpans: 5 }),
          take(otlp.span(1, Date.now())),
          take(otlp.logs(["a", "b"], Date.now()), "logs"),
          {
            kind: "get",
            key: "none",
          },
        ),
      );
      assert.deepEqual(
        answers.map(([, answer]) => kindOf(answer)),
        ["bad", "accepted", "accepted", "get"],
      );
      assert.equal(answers[2]?.[1].kind === "take" && answers[2][1].items, 2);
      assert.deepEqual(services(), ["program"]);
    }));

  it("is made in parts where much comes at once: what fails in one is kept by the others", () =>
    withStore((writer, services) => {
      const commits: number[] = [];
      const failing: StoreWriter = {
        ...writer,
        commit: () => {
          commits.push(commits.length);
          if (commits.length !== 2) return writer.commit();
          writer.rollback();
          throw new ObservatoryError("AO_STORE_FULL", { expected: "space", received: "none" });
        },
      };
      const loop = createIngestLoop(failing, createIngestPipeline(systemClock, noFault));
      const now = Date.now();
      const lines = (from: number): IngestCall =>
        take(
          otlp.logs(
            Array.from({ length: 30_000 }, (_, index) => `line ${from + index}`),
            now - from,
          ),
          "logs",
        );
      const calls = asked(lines(0), lines(30_000), lines(60_000), lines(90_000), take(otlp.span(1, now)));
      assert.deepEqual(
        loop.run(calls).map(([, answer]) => kindOf(answer)),
        ["accepted", "accepted", "failed", "failed", "accepted"],
      );
      assert.deepEqual([commits.length, services(), writer.usage().lines], [3, ["program"], 60_000]);
    }));

  it("counts spans once that were sent again because they could not be stored", () =>
    withStore((writer) => {
      const faults = [new ObservatoryError("AO_STORE_FULL", { expected: "space", received: "none" })];
      const failing: StoreWriter = {
        ...writer,
        commit: () => {
          const fault = faults.pop();
          if (fault === undefined) return writer.commit();
          writer.rollback();
          throw fault;
        },
      };
      const pipeline = createIngestPipeline(systemClock, noFault);
      const loop = createIngestLoop(failing, pipeline);
      const calls = asked(take(otlp.span(1, Date.now())));
      assert.deepEqual(
        [loop.run(calls), loop.run(calls)].map((answers) => kindOf(answers[0]?.[1])),
        ["failed", "accepted"],
      );
      const counted = pipeline
        .derived()
        .samples?.filter(
          ({ series, value }) => series.labels["__name__"] === "traces_span_metrics_calls_total" && value > 0,
        );
      assert.deepEqual(
        counted?.map(({ value }) => value),
        [1],
      );
    }));

  it("counts neither what comes again nor what the store refuses", () =>
    withStore((writer) => {
      const pipeline = createIngestPipeline(systemClock, noFault);
      const loop = createIngestLoop(writer, pipeline);
      const once = take(otlp.span(1, Date.now()));
      for (const calls of [[once, once], [once], [take(otlp.span(2, Date.now() + 7_200_000))]])
        loop.run(asked(...calls));
      const counted = pipeline
        .derived()
        .samples?.filter(({ series }) => series.labels["__name__"] === "traces_span_metrics_calls_total");
      assert.equal(counted?.at(-1)?.value, 1);
    }));

  it("acknowledges nothing that is not committed, and takes it when it is sent again", () =>
    withStore((writer, services) => {
      const faults = [new ObservatoryError("AO_STORE_FULL", { expected: "space", received: "none" })];
      const failing: StoreWriter = {
        ...writer,
        commit: () => {
          const fault = faults.pop();
          if (fault === undefined) return writer.commit();
          writer.rollback();
          throw fault;
        },
      };
      const loop = createIngestLoop(failing, createIngestPipeline(systemClock, noFault));
      const calls = asked(take({ resourceSpans: 5 }), take(otlp.span(1, Date.now())), {
        kind: "set",
        key: "k",
        value: "v",
      });
      const failed = loop.run(calls).map(([, answer]) => answer);
      assert.deepEqual(failed.map(kindOf), ["bad", "failed", "error"]);
      assert.match(
        failed[1]?.kind === "take" && failed[1].result.kind === "failed" ? failed[1].result.message : "",
        /AO_STORE_FULL/,
      );
      assert.deepEqual(services(), []);
      assert.deepEqual(
        loop.run(calls).map(([, answer]) => kindOf(answer)),
        ["bad", "accepted", "done"],
      );
      assert.deepEqual([services(), writer.state.get("k")], [["program"], "v"]);
    }));
});
