import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defaultTextMapSetter, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
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

  it("goes elsewhere without what it says of the user, but to the program's own services", () => {
    const baggageTo = (host: string, hosts: readonly string[] = []): string | undefined => {
      const span = new TracerProvider().getTracer("sdk").startSpan("call", { attributes: { "server.address": host } });
      const said = propagation.createBaggage({ "user.id": { value: "u1" }, tenant: { value: "t1" } });
      const carrier: Record<string, string> = {};
      createDiscreetPropagator(new W3CBaggagePropagator(), { contextHosts: hosts }).inject(
        trace.setSpan(propagation.setBaggage(ROOT_CONTEXT, said), span),
        carrier,
        defaultTextMapSetter,
      );
      return carrier["baggage"];
    };
    const whole = "user.id=u1,tenant=t1";
    for (const own of [
      "127.0.0.1",
      "10.1.2.3",
      "172.20.0.1",
      "[::1]",
      "orders",
      "orders.svc.cluster.local",
      "db.internal",
    ])
      assert.equal(baggageTo(own), whole, own);
    for (const other of [
      "api.example.com",
      "172.15.0.1",
      "10.evil.example.com",
      "8.8.8.8",
      "2606:4700::1111",
      "internal.example.com",
    ])
      assert.equal(baggageTo(other), "tenant=t1", other);
    assert.equal(baggageTo("api.example.com", [".example.com"]), whole);
    assert.equal(baggageTo("api.example.com", ["example.com"]), "tenant=t1");
  });

  it("tells the program's own services, and nobody else, that a request is recorded in full", () => {
    const baggageTo = (host: string): string | undefined => {
      const span = new TracerProvider().getTracer("sdk").startSpan("call", { attributes: { "server.address": host } });
      const carrier: Record<string, string> = {};
      createDiscreetPropagator(new W3CBaggagePropagator(), {
        isDebugged: () => true,
        contextHosts: [".example.com"],
      }).inject(trace.setSpan(ROOT_CONTEXT, span), carrier, defaultTextMapSetter);
      return carrier["baggage"];
    };
    for (const own of ["10.1.2.3", "orders", "eu.example.com"]) {
      assert.equal(baggageTo(own), "agent_observatory.debug=true", own);
    }
    for (const other of ["api.example.org", "8.8.8.8", "api.openai.com"])
      assert.equal(baggageTo(other), undefined, other);
  });

  it("goes to the program's own services", () => {
    assert.deepEqual(carried({ "server.address": "models.internal" }), ["traceparent"]);
    assert.deepEqual(carried({}), ["traceparent"]);
  });
});
