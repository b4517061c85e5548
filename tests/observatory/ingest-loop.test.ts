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
