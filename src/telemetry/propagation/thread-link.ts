/** What a thread that starts another one gives it along, and how the two speak. */
export type ThreadLink = {
  readonly version: 1;
  /** Name of the BroadcastChannel that only these two threads open. */
  readonly channel: string;
  readonly state: SharedArrayBuffer;
  /** The trace context in which the thread was started. */
  readonly carrier: Readonly<Record<string, string>>;
};

/** Where it lies in the environment data of worker_threads. */
export const LINK_KEY = "agent-observatory.thread";

/** Cells of `state`. */
export const CELL = {
  /** Spans and log lines that were posted and not yet taken. */
  waiting: 0,
  /** 1 while the thread listens to what it is asked. */
  listening: 1,
  /** 1 once the thread has handed over what it had, asked or at its own end. */
  done: 2,
} as const;
export const STATE_BYTES = 12;

/** From the thread to the one that started it: encoded items, as OTLP has them. */
export type Handover = {
  readonly signal: "traces" | "logs" | "metrics";
  readonly body: Uint8Array;
  /** Spans or log lines in `body`. */
  readonly count: number;
  /** Tells the threads apart that recorded it. */
  readonly source: string;
};

/** From the one that started it to the thread: the process ends, hand over what you have. */
export type Ask = { readonly end: { readonly failed: boolean } };

export function isThreadLink(value: unknown): value is ThreadLink {
  const { version, channel, state } = (value ?? {}) as Partial<Record<keyof ThreadLink, unknown>>;
  return version === 1 && typeof channel === "string" && state instanceof SharedArrayBuffer;
}

export const isHandover = (value: unknown): value is Handover =>
  (value as Partial<Handover> | null)?.body instanceof Uint8Array;
