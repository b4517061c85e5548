/** What OTLP carries, by the last part of its HTTP path. */
export const SIGNALS = ["traces", "metrics", "logs"] as const;
export type Signal = (typeof SIGNALS)[number];
export type Encoding = "protobuf" | "json";

/** What became of a request's data. */
export type TakeResult =
  /** Stored. `rejected` items were not, for the reason in `message`; a message without rejected items is a warning. */
  | { readonly kind: "accepted"; readonly rejected: number; readonly message: string }
  /** Not OTLP: must not be sent again. */
  | { readonly kind: "bad"; readonly message: string }
  /** No room now: to be sent again later. */
  | { readonly kind: "busy"; readonly retryAfterMs: number }
  /** Could not be stored: to be sent again later. */
  | { readonly kind: "failed"; readonly message: string };

/** Stores one export request. The bytes belong to whoever takes them. Must not reject. */
export type Take = (signal: Signal, bytes: Uint8Array, encoding: Encoding) => Promise<TakeResult>;

/** What a request says of where it goes and who sends it. */
export type Caller = { readonly host: string | undefined; readonly authorization: string | undefined };

/** Why a request is not heard; undefined where it is. */
export type Refusal = { readonly status: 401 | 403; readonly message: string };
export type Guard = (caller: Caller) => Refusal | undefined;
