import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defaultTextMapSetter, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { createDiscreetPropagator } from "../../src/telemetry/joined/discreet-propagator.ts";

function carried(attributes: Record<string, string>): string[] {
  const span = new TracerProvider().getTracer("sdk").startSpan("call", { attributes }, ROOT_CONTEXT);
  const carrier: Record<string, string> = {};
  const propagator = createDiscreetPropagator(new W3CTraceContextPropagator());
  propagator.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, defaultTextMapSetter);
  return Object.keys(carrier);
}

describe("the trace context", () => {
  it("does not go to a public provider of models, whoever asks for it", () => {
    assert.deepEqual(carried({ "server.address": "api.anthropic.com" }), []);
    assert.deepEqual(carried({ "server.address": "trees.openai.azure.com" }), []);
  });

  it("goes to the program's own services", () => {
    assert.deepEqual(carried({ "server.address": "models.internal" }), ["traceparent"]);
    assert.deepEqual(carried({}), ["traceparent"]);
  });
});
