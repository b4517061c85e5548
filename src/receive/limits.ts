/** Bounds of one OTLP server. */
export type ReceiveLimits = {
  /** Bytes of one request, as it comes and unpacked. */
  readonly maxRequestBytes: number;
  /** How long a request may take to arrive. */
  readonly requestTimeoutMs: number;
  /** Open connections; more are closed at once. */
  readonly maxConnections: number;
};

export const DEFAULT_RECEIVE_LIMITS: ReceiveLimits = {
  // As in collector/config.yaml: the 4 MiB of gRPC are less than one agent turn with captured content.
  maxRequestBytes: 32 * 1024 * 1024,
  requestTimeoutMs: 30_000,
  // Each costs some 20 kB; programs keep one to three.
  maxConnections: 2000,
};

/** Bytes held for requests that are not stored yet, over all servers that share it: what bounds memory under load. */
export type ByteBudget = {
  /** False where there is no room; nothing was reserved. */
  readonly reserve: (bytes: number) => boolean;
  readonly release: (bytes: number) => void;
  readonly used: () => number;
};

export function createByteBudget(limitBytes: number): ByteBudget {
  let used = 0;
  return {
    reserve: (bytes) => {
      if (used + bytes > limitBytes) return false;
      used += bytes;
      return true;
    },
    release: (bytes) => {
      used -= bytes;
    },
    used: () => used,
  };
}

/** How long a sender is told to wait where there is no room: a few group commits. */
export const BUSY_RETRY_MS = 1000;
