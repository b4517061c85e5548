import type { ClientRequest } from "node:http";
import { MAX_HELD_BYTES } from "./admission.ts";
import type { Exchange } from "./exchange.ts";

const sizeOf = (chunk: unknown): number =>
  chunk instanceof Uint8Array || typeof chunk === "string" ? chunk.length : 0;

/** Holds back what is written until the whole body was told to the exchange. Called before the methods are watched. */
function holdBody(request: ClientRequest, decide: () => Error | undefined): void {
  const write = request.write as (...args: unknown[]) => boolean;
  const end = request.end as (...args: unknown[]) => ClientRequest;
  const held: unknown[][] = [];
  let size = 0;
  let isHolding = true;
  const release = (): void => {
    isHolding = false;
    for (const args of held.splice(0)) write.apply(request, args);
  };
  Object.defineProperty(request, "write", {
    configurable: true,
    writable: true,
    value: (...args: unknown[]): boolean => {
      // Who waits to hear that a piece was written would wait for ever.
      const isAwaited = args.some((argument) => typeof argument === "function");
      size += sizeOf(args[0]);
      if (isHolding && (isAwaited || size > MAX_HELD_BYTES)) release();
      if (!isHolding) return write.apply(request, args);
      held.push(args);
      return true;
    },
  });
  Object.defineProperty(request, "end", {
    configurable: true,
    writable: true,
    value: (...args: unknown[]): ClientRequest => {
      const error = isHolding ? decide() : undefined;
      if (error !== undefined) return request.destroy(error);
      release();
      return end.apply(request, args);
    },
  });
}

/** Stops a request that may not go out, or holds its body back until it shows what the request is. Returns whether it goes on. */
export function gateNodeHttp(request: ClientRequest, { gate }: Exchange): boolean {
  const verdict = gate?.byPlace();
  if (gate === undefined || verdict === undefined) return true;
  if (verdict === "unsure") {
    holdBody(request, gate.byBody);
    return true;
  }
  request.destroy(verdict);
  return false;
}
