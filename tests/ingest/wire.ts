/** OTLP requests for tests, in JSON and as protobuf bytes that no serializer would write. */
import { createProtobufWriter, type ProtobufWriter } from "../../src/telemetry/otlp/protobuf-writer.ts";

type Write = (writer: ProtobufWriter) => void;

/** One item of any signal, within one resource and one scope. */
export function itemBytes(item: Write): Buffer {
  const request = createProtobufWriter();
  request.message(1, (resource) => resource.message(2, (scope) => scope.message(2, item)));
  return request.finish();
}

export const json = (request: unknown): Buffer => Buffer.from(JSON.stringify(request));

export const attribute = (key: string, value: unknown): { key: string; value: unknown } => ({
  key,
  value: typeof value === "string" ? { stringValue: value } : value,
});

/** Pseudo-random numbers below a bound, the same ones for the same seed. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}
