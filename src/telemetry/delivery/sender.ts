import type { Socket } from "node:net";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { Diagnostics } from "../../base/index.ts";
import { type Flight, type Payload, type PostResult, post } from "./deliver.ts";

/** Sends payloads without ever holding the process; `hold` lets what is under way keep it alive until it is done. */
export type Sender = {
  readonly send: (payload: Payload) => Promise<PostResult>;
  readonly hold: () => () => void;
  /** How far a payload under way has come; undefined where it is not under way. */
  readonly flight: (payload: Payload) => ReturnType<Flight> | undefined;
  /** Whether a receiver has ever answered: then it is worth waiting for when it is away. */
  readonly answered: () => boolean;
};

export type SenderOptions = {
  readonly timeoutMs: number;
  readonly diagnostics: Diagnostics;
  readonly onFailure: (signal: Payload["signal"]) => void;
};

/** A URL as it may be shown: without credentials and query. */
export function shownUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return "an invalid address";
  }
}

/** Where nobody answers is said once for all signals that go there. */
export function unreachableKey(url: string): string {
  return `unreachable-${URL.canParse(url) ? new URL(url).origin : url}`;
}

export function createSender({ timeoutMs, diagnostics, onFailure }: SenderOptions): Sender {
  const sockets = new Set<Socket>();
  const flights = new Map<Payload, Flight>();
  let answered = false;
  let holders = 0;
  const onSocket = (socket: Socket): void => {
    if (holders === 0) socket.unref();
    else socket.ref();
    if (sockets.has(socket)) return;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const explain = (payload: Payload, result: PostResult): void => {
    if (result.kind === "delivered") return;
    onFailure(payload.signal);
    const target = `${payload.signal} to ${shownUrl(payload.url)}`;
    diagnostics.warnOnce(
      result.kind === "retry" ? unreachableKey(payload.url) : `refused-${payload.signal}`,
      result.kind === "retry"
        ? `could not send ${target} (${result.reason}); telemetry is kept up to a limit and sent again. Is a collector listening there? Set OTEL_EXPORTER_OTLP_ENDPOINT to change the address.`
        : `${target} were refused (${result.reason}) and dropped. An OTLP/HTTP receiver was expected there; set OTEL_EXPORTER_OTLP_ENDPOINT to its base address.`,
    );
  };
  return {
    send: async (payload) => {
      // Our own requests must not be traced, whoever's context they start in.
      const onFlight = (flight: Flight): void => void flights.set(payload, flight);
      const result = await context.with(suppressTracing(ROOT_CONTEXT), () =>
        post(payload, { timeoutMs, onSocket, onFlight }),
      );
      flights.delete(payload);
      answered ||= result.kind === "delivered";
      explain(payload, result);
      return result;
    },
    hold: () => {
      holders += 1;
      for (const socket of sockets) socket.ref();
      return () => {
        holders -= 1;
        if (holders === 0) for (const socket of sockets) socket.unref();
      };
    },
    flight: (payload) => flights.get(payload)?.(),
    answered: () => answered,
  };
}
