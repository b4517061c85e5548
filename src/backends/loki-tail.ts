import { AnswerMismatch, anything, listOrNull, members } from "./answer.ts";
import { BackendError } from "./backend-error.ts";
import { type LogEntry, streams } from "./log-lines.ts";
import type { Params, Transport } from "./transport.ts";

export type TailBatch = {
  readonly entries: readonly LogEntry[];
  /** Lines that were left out because nobody took them in time, by Loki or here. */
  readonly dropped: number;
};

const PATH = "/loki/api/v1/tail";
/** Batches that wait for a slow reader; a batch has a hundred lines at most. */
const MAX_WAITING = 100;
const CLOSED_NORMALLY = 1000;

type Queue = {
  readonly batches: TailBatch[];
  dropped: number;
  end: { readonly error?: unknown } | undefined;
  wake: () => void;
};

function receive(data: unknown): TailBatch {
  const at = "the message";
  const message = members(JSON.parse(String(data)), at);
  return {
    entries: streams(message["streams"], `${at}.streams`),
    dropped: listOrNull(anything)(message["dropped_entries"], `${at}.dropped_entries`).length,
  };
}

/** Why there is no WebSocket: the same address asked in plain HTTP says it, where the WebSocket only says "no". */
async function explain(transport: Transport, params: Params): Promise<BackendError> {
  const { read, error } = transport;
  try {
    await read(PATH, params, anything);
  } catch (reason) {
    // What Loki says to everyone who comes without a WebSocket.
    const usual = reason instanceof BackendError && reason.status === 400 && reason.received.endsWith("Bad Request");
    if (reason instanceof BackendError && !usual) return reason;
  }
  return error("answer", PATH, { expected: "to open a WebSocket", received: "none" });
}

/** Follows a query by WebSocket. */
export async function* tailLoki(
  transport: Transport,
  params: Params,
  signal: AbortSignal | undefined,
): AsyncGenerator<TailBatch, void, undefined> {
  if (signal?.aborted === true) return;
  const target = transport.address(PATH, params);
  target.protocol = target.protocol === "https:" ? "wss:" : "ws:";
  const socket = transport.openSocket(target);
  const queue: Queue = { batches: [], dropped: 0, end: undefined, wake: () => undefined };
  let opened = false;

  const end = (error?: unknown): void => {
    queue.end ??= error === undefined ? {} : { error };
    queue.wake();
  };
  socket.addEventListener("open", () => {
    opened = true;
  });
  socket.addEventListener("message", ({ data }) => {
    try {
      const batch = receive(data);
      if (queue.batches.length < MAX_WAITING) queue.batches.push(batch);
      else queue.dropped += batch.entries.length + batch.dropped;
      queue.wake();
    } catch (cause) {
      const { expected, received } =
        cause instanceof AnswerMismatch ? cause : { expected: "JSON", received: "something else" };
      end(transport.error("answer", PATH, { expected: `to send messages with ${expected}`, received, cause }));
    }
  });
  socket.addEventListener("close", ({ code, reason }) => {
    if (code === CLOSED_NORMALLY || signal?.aborted === true) end();
    else if (!opened) void explain(transport, params).then(end);
    else {
      const received = `its end${reason === "" ? "" : `: ${reason}`}`;
      end(transport.error("unreachable", PATH, { expected: "to keep the connection open", received }));
    }
  });
  const stop = (): void => {
    end();
    socket.close();
  };
  const deadline = setTimeout(() => {
    if (opened) return;
    const expected = `to open a WebSocket within ${transport.timeoutMs / 1000} s`;
    end(transport.error("timeout", PATH, { expected, received: "none" }));
    socket.close();
  }, transport.timeoutMs);
  signal?.addEventListener("abort", stop);

  try {
    for (;;) {
      const batch = queue.batches.shift();
      if (batch !== undefined) {
        const { dropped } = queue;
        queue.dropped = 0;
        yield dropped === 0 ? batch : { ...batch, dropped: batch.dropped + dropped };
      } else if (queue.end !== undefined) {
        if (queue.end.error !== undefined) throw queue.end.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          queue.wake = resolve;
        });
      }
    }
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener("abort", stop);
    socket.close();
  }
}
