import { ObservatoryError } from "../base/index.ts";
import { createLabelSet, type Span } from "../signals/index.ts";
import type { StoreWriter, WriteBatch } from "../store/index.ts";
import type { IngestPipeline } from "./ingest-pipeline.ts";
import { unpackSamples } from "./packed-samples.ts";
import { errorOf, plainError } from "./plain.ts";
import type { IngestAnswer, IngestCall, ToIngest } from "./thread-messages.ts";

export type IngestLoop = {
  /** Does what is asked and commits once. The answers are true when it returns. */
  readonly run: (messages: readonly ToIngest[]) => readonly (readonly [id: number, answer: IngestAnswer])[];
  /** Stores what was derived from what came since the last time. Throws `ObservatoryError`. */
  readonly storeDerived: (isLast?: boolean) => void;
};

const DONE: IngestAnswer = { kind: "done" };

/** The store keeps what it was given until it is committed: beyond so many items, it is committed before the next request. */
const GROUP_ITEMS = 50_000;

const itemsIn = ({ samples = [], logs = [], spans = [] }: WriteBatch): number =>
  samples.length + logs.length + spans.length;

const wrote = (answer: IngestAnswer): boolean =>
  answer.kind === "done" || (answer.kind === "take" && answer.result.kind === "accepted");

/** Group commit: what is written by several requests becomes durable, or fails, together. */
export function createIngestLoop(writer: StoreWriter, pipeline: IngestPipeline): IngestLoop {
  /** Of each request, the spans that the store did not have. */
  let uncommitted: (readonly Span[])[] = [];
  let uncommittedItems = 0;
  const write = (call: IngestCall): IngestAnswer => {
    switch (call.kind) {
      case "take": {
        const taken = pipeline.take(call.signal, call.bytes, call.encoding);
        if (taken.kind === "bad") return { kind: "take", result: taken, items: 0 };
        uncommittedItems += itemsIn(taken.batch);
        const refused = [...taken.rejections];
        const spans = new Set<Span>();
        for (const { kind, count, reason } of writer.write({ ...taken.batch, onNewSpan: (span) => spans.add(span) }))
          if (kind !== "exemplars") refused.push({ count, reason });
        uncommitted.push([...spans]);
        // The store counts samples, of which a data point can have many.
        const rejected = Math.min(
          taken.items,
          refused.reduce((sum, { count }) => sum + count, 0),
        );
        const message = refused.map(({ count, reason }) => `${count}: ${reason}`).join("; ");
        return { kind: "take", result: { kind: "accepted", rejected, message }, items: taken.items - rejected };
      }
      case "append": {
        const samples = unpackSamples(call.samples).map(({ labels, ...sample }) => ({
          series: createLabelSet(labels),
          ...sample,
        }));
        const refused = writer.write({ samples });
        if (refused.length === 0) return DONE;
        // Without counts: a reason that stays the same is told once.
        return { kind: "done", refused: refused.map(({ reason }) => reason).join("; ") };
      }
      case "set":
        writer.state.set(call.key, call.value);
        return DONE;
      case "get":
        return { kind: "get", value: writer.state.get(call.key) };
      case "usage":
        return { kind: "usage", usage: writer.usage() };
      case "distrust": {
        const error = errorOf(call.error);
        if (error instanceof ObservatoryError) writer.distrust({ path: call.path, error });
        return { kind: "told" };
      }
      case "close":
        return DONE;
    }
  };
  const failed = (call: IngestCall, error: unknown): IngestAnswer => {
    const told = plainError(error);
    return call.kind === "take"
      ? { kind: "take", result: { kind: "failed", message: told.message }, items: 0 }
      : { kind: "error", error: told };
  };
  return {
    run: (messages) => {
      const answers: [id: number, answer: IngestAnswer][] = [];
      /** Answers that hold only if the commit succeeds. */
      let open: { readonly at: number; readonly call: IngestCall }[] = [];
      const fail = (error: unknown): void => {
        for (const { at, call } of open) answers[at] = [answers[at]?.[0] as number, failed(call, error)];
        open = [];
        [uncommitted, uncommittedItems] = [[], 0];
        pipeline.forget();
      };
      const commit = (): void => {
        try {
          writer.commit();
          for (const spans of uncommitted) pipeline.stored(spans);
          open = [];
          [uncommitted, uncommittedItems] = [[], 0];
        } catch (error) {
          fail(error);
        }
      };
      for (const { id, call } of messages) {
        if (uncommittedItems > GROUP_ITEMS) commit();
        try {
          const answer = write(call);
          if (wrote(answer)) open.push({ at: answers.length, call });
          answers.push([id, answer]);
        } catch (error) {
          answers.push([id, failed(call, error)]);
          fail(error);
          // The store rolls back by itself; anything else is a mistake of ours, and half a request must not stay.
          if (!(error instanceof ObservatoryError)) writer.rollback();
        }
      }
      commit();
      return answers;
    },
    storeDerived: (isLast) => {
      try {
        writer.write(pipeline.derived(isLast));
        writer.commit();
      } catch (error) {
        pipeline.forget();
        throw error;
      }
    },
  };
}
