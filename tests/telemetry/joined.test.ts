import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { context, metrics, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { type ApiGlobals, holdApiGlobals } from "../../src/telemetry/joined/api-globals.ts";
import { tracerNames } from "../../src/telemetry/joined/foreign-provider.ts";

const KEY = Symbol.for("opentelemetry.js.api.1");
const globals = globalThis as { [KEY]?: Readonly<Record<string, unknown>> | undefined };

const manager = (name: string) => ({
  name,
  active: () => ROOT_CONTEXT.setValue(KEY, name),
  with: () => undefined as never,
  bind: <T>(_: unknown, target: T): T => target,
  enable: () => manager(name),
  disable: () => manager(name),
});
const current = (): unknown => context.active().getValue(KEY);

function hold(): ApiGlobals & { readonly seen: string[]; [Symbol.dispose]: () => void } {
  const seen: string[] = [];
  const held = holdApiGlobals({
    ours: { context: manager("ours"), trace: { getTracer: () => "ours" } },
    onForeign: (slot) => void seen.push(slot),
  });
  return { ...held, seen, [Symbol.dispose]: held.close };
}

describe("the places of the OpenTelemetry API", () => {
  it("are ours until the program registers something, and again when it takes that away", () => {
    using held = hold();
    assert.equal(current(), "ours");
    assert.ok(context.setGlobalContextManager(manager("theirs")));
    assert.equal(current(), "theirs");
    assert.equal(context.setGlobalContextManager(manager("late")), false, "as the API has it");
    assert.equal(current(), "theirs");
    context.disable();
    assert.equal(current(), "ours");
    assert.ok(context.setGlobalContextManager(manager("next")));
    assert.equal(current(), "next");
    assert.deepEqual(held.seen, ["context", "context"]);
    context.disable();
  });

  it("stay ours through registrations of what we have nothing for, refused ones too", () => {
    using held = hold();
    const meters = { getMeter: () => metrics.getMeterProvider().getMeter("x") };
    assert.ok(metrics.setGlobalMeterProvider(meters));
    assert.equal(metrics.setGlobalMeterProvider(meters), false);
    assert.equal(current(), "ours");
    assert.deepEqual(held.seen, ["metrics"]);
    metrics.disable();
  });

  it("survive that somebody replaces or removes the object that holds them all", () => {
    using held = hold();
    const theirs = { getTracer: () => "theirs" };
    globals[KEY] = { ...globals[KEY], version: "1.9.0", trace: theirs };
    assert.equal(held.foreign("trace"), theirs);
    assert.equal(current(), "ours");
    globals[KEY] = undefined;
    assert.equal(held.foreign("trace"), undefined);
    assert.equal(current(), "ours");
    assert.equal(trace.getTracer("x") as unknown, "ours");
  });

  it("take over what was registered before, and leave it when they are given up", () => {
    assert.ok(
      propagation.setGlobalPropagator({ inject: () => {}, extract: (given) => given, fields: () => ["theirs"] }),
    );
    {
      using held = hold();
      assert.deepEqual(held.seen, ["propagation"]);
      assert.deepEqual(propagation.fields(), ["theirs"]);
    }
    assert.deepEqual(propagation.fields(), ["theirs"]);
    assert.equal(current(), undefined);
    propagation.disable();
    {
      using _held = hold();
    }
    assert.equal(globals[KEY], undefined);
  });

  it("can be read and registered at by copies of the API in older versions", (test) => {
    const sdks = new URL("../sdks/node_modules/ai-5/package.json", import.meta.url);
    const old = createRequire(sdks)("@opentelemetry/api") as typeof import("@opentelemetry/api");
    if (old.context === context) return test.skip("it is the same copy");
    using held = hold();
    assert.equal(old.context.active().getValue(KEY), "ours");
    assert.ok(old.context.setGlobalContextManager(manager("old")));
    assert.equal(current(), "old");
    assert.equal(held.seen.length, 1);
    old.context.disable();
    assert.equal(current(), "ours");
  });
});

describe("the tracers of a provider", () => {
  it("tell the instrumentations that have one, whatever their names", () => {
    const tracers = new Map(
      ["@opentelemetry/instrumentation-http@0.2.0:", "mine@:", "@mine@1.0:https://opentelemetry.io/schemas/1.9"].map(
        (key) => [key, {}],
      ),
    );
    const provider = { getTracer: () => trace.getTracer("x"), _tracers: tracers };
    assert.deepEqual(tracerNames(provider), ["@opentelemetry/instrumentation-http", "mine", "@mine"]);
    assert.deepEqual(tracerNames(undefined), []);
  });
});
