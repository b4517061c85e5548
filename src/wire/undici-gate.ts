import { MAX_HELD_BYTES } from "./admission.ts";
import type { Exchange } from "./exchange.ts";

/** The members of undici's request by which it is stopped; 8 has another method for errors than those before. */
type StoppableRequest = {
  body?: unknown;
  readonly onError?: (error: unknown) => void;
  readonly onResponseError?: (error: unknown) => void;
};

/** As undici itself does where there is no connection to be had: the request is taken out of its queue, and the program gets the error. */
function stop(request: StoppableRequest, error: Error): void {
  if (typeof request.onResponseError === "function") request.onResponseError(error);
  else request.onError?.(error);
}

const isIterable = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === "object" &&
  body !== null &&
  Symbol.asyncIterator in body &&
  // Streams have listeners of undici on them.
  typeof (body as { pipe?: unknown }).pipe !== "function";

/** Hands a body on once it has been seen as a whole. What it throws ends the request before its headers are written. */
async function* seenFirst(
  body: AsyncIterable<Uint8Array>,
  exchange: Exchange,
  decide: () => Error | undefined,
): AsyncGenerator<Uint8Array> {
  const held: Uint8Array[] = [];
  let size = 0;
  let isHolding = true;
  for await (const chunk of body) {
    exchange.requestChunk(chunk);
    if (!isHolding) {
      yield chunk;
      continue;
    }
    held.push(chunk);
    size += chunk.length;
    if (size <= MAX_HELD_BYTES) continue;
    isHolding = false;
    yield* held.splice(0);
  }
  const error = isHolding ? decide() : undefined;
  if (error !== undefined) throw error;
  yield* held;
}

/**
 * Stops a request that may not go out, or holds its body back until it shows what the request is. Returns the exchange that is told of what
 * happens from then on; undefined where nothing will.
 */
export function gateUndici(request: object, exchange: Exchange): Exchange | undefined {
  const { gate } = exchange;
  const verdict = gate?.byPlace();
  if (gate === undefined || verdict === undefined) return exchange;
  const stoppable = request as StoppableRequest;
  if (verdict !== "unsure") {
    stop(stoppable, verdict);
    return undefined;
  }
  // Its bytes are told as they are looked at.
  const looked = { ...exchange, requestChunk: () => {} };
  const { body } = stoppable;
  if (body instanceof Uint8Array) {
    exchange.requestChunk(body);
    const error = gate.byBody();
    if (error === undefined) return looked;
    stop(stoppable, error);
    return undefined;
  }
  if (!isIterable(body)) return exchange;
  stoppable.body = seenFirst(body, exchange, gate.byBody);
  return looked;
}
