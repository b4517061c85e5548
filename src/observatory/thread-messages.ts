/** What the main thread and its threads say to each other. Everything here survives structured cloning. */
import type { ErrorCode } from "../base/index.ts";
import type { Encoding, Signal, TakeResult } from "../receive/index.ts";
import type { Retention, StoreUsage } from "../store/index.ts";
import type { PackedSamples } from "./packed-samples.ts";

export type IngestThreadData = {
  readonly directory: string;
  readonly retention: Retention;
  /** As the store has it where not given. */
  readonly maxSeriesPerDay?: number;
};

export type IngestCall =
  | { readonly kind: "take"; readonly signal: Signal; readonly bytes: Uint8Array; readonly encoding: Encoding }
  | { readonly kind: "append"; readonly samples: PackedSamples }
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "set"; readonly key: string; readonly value: string }
  | { readonly kind: "usage" }
  /** A reader found a file damaged. */
  | { readonly kind: "distrust"; readonly path: string; readonly error: PlainError }
  | { readonly kind: "close" };

/** An error as it crosses threads. */
export type PlainError = { readonly code: ErrorCode | undefined; readonly message: string };

export type IngestAnswer =
  /** `items` are those that were stored. */
  | { readonly kind: "take"; readonly result: TakeResult; readonly items: number }
  | { readonly kind: "get"; readonly value: string | undefined }
  | { readonly kind: "usage"; readonly usage: StoreUsage }
  /** `refused` says what of the samples is not stored although the store works. */
  | { readonly kind: "done"; readonly refused?: string }
  | { readonly kind: "told" }
  | { readonly kind: "error"; readonly error: PlainError };

export type ToIngest = { readonly id: number; readonly call: IngestCall };
export type FromIngest =
  | { readonly kind: "ready" }
  | { readonly kind: "unusable"; readonly error: PlainError }
  | { readonly kind: "fault"; readonly path: string; readonly error: PlainError }
  /** What one commit made durable. */
  | {
      readonly kind: "answers";
      readonly answers: readonly (readonly [id: number, answer: IngestAnswer])[];
      readonly busyMs: number;
    };

export type QueryThreadData = {
  readonly directory: string;
  readonly version: string;
  readonly retention: string;
  readonly startedMs: number;
  /** One number: the task that nobody waits for any more. */
  readonly cancelled: SharedArrayBuffer;
};

export type QueryTask =
  | {
      readonly kind: "request";
      readonly method: string;
      readonly path: string;
      readonly params: string;
      readonly headers: Readonly<Record<string, string | undefined>>;
    }
  /** A rule's expression at one time. */
  | { readonly kind: "expression"; readonly expression: string; readonly timeMs: number };

export type QueryAnswer =
  | {
      readonly kind: "response";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | { readonly kind: "samples"; readonly samples: PackedSamples }
  | { readonly kind: "error"; readonly error: PlainError };

export type ToQuery = { readonly id: number; readonly task: QueryTask; readonly deadlineMs: number };
export type FromQuery =
  | { readonly kind: "ready" }
  | { readonly kind: "unusable"; readonly error: PlainError }
  | { readonly kind: "fault"; readonly path: string; readonly error: PlainError }
  | {
      readonly kind: "answer";
      readonly id: number;
      readonly answer: QueryAnswer;
      /** Memory of JavaScript's in this thread. */
      readonly heldBytes: number;
    };
