/** Spans that a program might send, in a line each: for what no example program does. */
import assert from "node:assert/strict";

export type ToldSpan = {
  /** Up to 16 hexadecimal digits. */
  readonly id: string;
  readonly parent?: string;
  readonly name: string;
  readonly at: readonly [fromMs: number, toMs: number];
  readonly error?: string;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
};

const wireValue = (value: string | number | boolean): object =>
  typeof value === "string"
    ? { stringValue: value }
    : typeof value === "boolean"
      ? { boolValue: value }
      : Number.isInteger(value)
        ? { intValue: String(value) }
        : { doubleValue: value };

/** Sends a trace that began `startMs` ago; its id. */
export async function tellTrace(
  otlpTraces: string,
  traceId: string,
  service: string,
  agoMs: number,
  spans: readonly ToldSpan[],
): Promise<string> {
  const nanos = (ms: number): string => `${BigInt(Math.round(Date.now() - agoMs + ms)) * 1_000_000n}`;
  const attributes = (given: ToldSpan["attributes"] = {}): object[] =>
    Object.entries(given).map(([key, value]) => ({ key, value: wireValue(value) }));
  const response = await fetch(otlpTraces, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: attributes({ "service.name": service }) },
          scopeSpans: [
            {
              scope: { name: "told" },
              spans: spans.map(({ id, parent, name, at, error, attributes: given }) => ({
                traceId,
                spanId: id.padStart(16, "0"),
                ...(parent !== undefined && { parentSpanId: parent.padStart(16, "0") }),
                name,
                kind: 1,
                startTimeUnixNano: nanos(at[0]),
                endTimeUnixNano: nanos(at[1]),
                attributes: attributes(given),
                ...(error !== undefined && { status: { code: 2, message: error } }),
              })),
            },
          ],
        },
      ],
    }),
  });
  assert.equal(response.status, 200, await response.text());
  return traceId;
}
