import type { Attributes, Span } from "@opentelemetry/api";
import type { HeaderLookup, RequestTarget } from "../genai/index.ts";
import type { Gate } from "./admission.ts";

/**
 * One HTTP request and its answer as a transport shows it. The transport calls these in order; each call is cheap, keeps no
 * reference to a chunk and never throws into the transport.
 */
export type Exchange = {
  readonly requestChunk: (chunk: Uint8Array) => void;
  readonly requestEnd: () => void;
  readonly responseHead: (status: number, header: HeaderLookup) => void;
  readonly responseChunk: (chunk: Uint8Array) => void;
  readonly responseEnd: () => void;
  readonly fail: (error: unknown) => void;
  /** Absent where the request goes out in any case. */
  readonly gate?: Gate;
};

export type RequestHead = RequestTarget & {
  readonly scheme: string;
  /** Where instrumentations of others may be at work as well. */
  readonly transport?: "undici" | "http";
  readonly port: number;
  readonly header: HeaderLookup;
};

/** How an exchange ended, for the one who describes it. */
export type Outcome =
  | { readonly kind: "complete" }
  /** The program left before the answer was complete: no failure of the server. */
  | { readonly kind: "abandoned" }
  | { readonly kind: "failed"; readonly type: string; readonly message: string };

/** Turns what was observed into attributes and an end of the span. One implementation per kind of exchange. */
export type Description = {
  readonly responseHead: (status: number, header: HeaderLookup) => void;
  readonly responseChunk: (chunk: Uint8Array, atMs: number) => void;
  readonly end: (span: Span, outcome: Outcome) => void;
};

export type Described = { readonly name: string; readonly attributes: Attributes; readonly description: Description };
