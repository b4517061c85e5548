import type { Payload } from "./post.ts";

/** What a process leaves behind at its end. */
export type Remainder = {
  readonly payload: Payload;
  /** Spans or log lines in it; 0 for metrics, which are sums that the next push would have told again. */
  readonly count: number;
  /** The socket over which all of it was sent already. Whether that was enough, its answer tells. */
  readonly awaitedOn?: number;
};
