/** Reads bodies by a wire format as the wire does. */
import assert from "node:assert/strict";
import {
  createJsonProjector,
  type ReadingOptions,
  type RequestFacts,
  type RequestTarget,
  type ResponseFacts,
  WIRE_FORMATS,
  type WireFormat,
} from "../../src/genai/index.ts";

/** A path at some server nobody knows, or a whole target. */
export type Place = string | Partial<RequestTarget>;

export const targetOf = (place: Place): RequestTarget => ({
  method: "POST",
  host: "models.example",
  path: "/",
  ...(typeof place === "string" ? { path: place } : place),
});

export const reading = (
  place: Place,
  captureContent: boolean,
  headers: Readonly<Record<string, string>> = {},
): ReadingOptions => ({ target: targetOf(place), captureContent, header: (name) => headers[name] });

export const isRecognized = (place: Place): boolean => WIRE_FORMATS.some((one) => one.matches(targetOf(place)));

export function formatOf(place: Place): WireFormat {
  const format = WIRE_FORMATS.find((one) => one.matches(targetOf(place)));
  assert.ok(format !== undefined, `${JSON.stringify(place)} is recognized`);
  return format;
}

/** Through the template, as the wire reads it where content is not captured. */
function project(template: WireFormat["requestTemplate"], body: unknown): unknown {
  const projector = createJsonProjector(template);
  projector.feed(Buffer.from(JSON.stringify(body)));
  return projector.result();
}

export const request = (place: Place, body: unknown): RequestFacts | undefined =>
  formatOf(place).readRequest(project(formatOf(place).requestTemplate, body), reading(place, false));
export const response = (place: Place, body: unknown): ResponseFacts =>
  formatOf(place).readResponse(project(formatOf(place).responseTemplate, body), reading(place, false));
export const captured = (place: Place, body: unknown): Readonly<Record<string, unknown>> =>
  formatOf(place).readRequest(body, reading(place, true))?.content ?? {};

export function stream(
  place: Place,
  events: readonly (readonly [name: string, data: unknown])[],
  capture = false,
): ResponseFacts {
  const reader = formatOf(place).createStreamReader(reading(place, capture));
  for (const [name, data] of events) reader.event(name, data);
  return reader.result();
}
