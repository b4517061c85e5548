import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { createLlmDouble, type Reply } from "../../examples/support/llm-double.ts";
import { ATTR } from "../../src/model/index.ts";
import { createHeadSampler } from "../../src/telemetry/sampling/head.ts";
import { createTailSampler, type TailRules } from "../../src/telemetry/sampling/tail.ts";
import { type ProgramRun, pushedValue, runProgram } from "../process/run-program.ts";

type Said = { failed?: boolean; durationMs?: number; costUsd?: number; text?: string };

const spanOf = ({ failed = false, durationMs = 1, costUsd, text }: Said = {}): ReadableSpan =>
  ({
    status: { code: failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    duration: [Math.floor(durationMs / 1000), (durationMs % 1000) * 1e6],
    attributes: { [ATTR.costUsd]: costUsd, text },
    events: [],
  }) as unknown as ReadableSpan;

const RULES: TailRules = { errors: true, slowerThanMs: 1000, costlierThanUsd: 0.1 };

function sampler(rules: Partial<TailRules> = {}, bounds: { maxSpans?: number; maxBytes?: number } = {}) {
  const kept: ReadableSpan[] = [];
  const tail = createTailSampler({ rules: { ...RULES, ...rules }, onKeep: (span) => kept.push(span), ...bounds });
  /** A trace of these spans, the last of which is the one that it began with. */
  const trace = (...said: readonly Said[]): void => {
    const one = tail.begin();
    if (one === undefined) return;
    for (const [at, each] of said.entries()) tail.add(one, spanOf(each), at === said.length - 1);
  };
  return { kept, tail, trace };
}

describe("a trace that the share leaves out", () => {
  it("is kept whole where something failed, it took long, or it cost much", () => {
    for (const said of [{ failed: true }, { costUsd: 0.2 }] as const) {
      const { kept, trace, tail } = sampler();
      trace({}, said, {}, {});
      assert.equal(kept.length, 4);
      assert.deepEqual(tail.held(), { spans: 0, bytes: 0 });
    }
    const { kept, trace } = sampler();
    trace({}, { durationMs: 1500 });
    trace({ costUsd: 0.06 }, { costUsd: 0.06 }, {});
    assert.equal(kept.length, 5);
  });

  it("is let go otherwise, with all that ends after it", () => {
    const { kept, trace, tail } = sampler();
    trace({ durationMs: 5000 }, { durationMs: 999 }, { costUsd: 0.05 }, {});
    const one = tail.begin();
    assert.ok(one !== undefined);
    tail.add(one, spanOf(), true);
    tail.add(one, spanOf({ failed: true }), false);
    assert.deepEqual(kept, []);
    assert.deepEqual(tail.held(), { spans: 0, bytes: 0 });
  });

  it("is not held at all where nothing is to be kept", () => {
    const { tail } = sampler({ errors: false, slowerThanMs: undefined, costlierThanUsd: undefined });
    assert.equal(tail.begin(), undefined);
  });

  it("is let go undecided, the oldest first, where too many spans wait", () => {
    const { kept, tail } = sampler({}, { maxSpans: 10 });
    const traces = Array.from({ length: 12 }, () => tail.begin());
    for (const one of traces) if (one !== undefined) tail.add(one, spanOf(), false);
    assert.equal(tail.held().spans, 10);
    for (const one of traces) if (one !== undefined) tail.add(one, spanOf({ failed: true }), true);
    assert.equal(kept.length, 20, "all but the two oldest");
  });

  it("takes bounded memory, whatever is said in it", () => {
    const { tail } = sampler({}, { maxBytes: 1_000_000 });
    let most = 0;
    for (let round = 0; round < 2000; round += 1) {
      const one = tail.begin();
      if (one !== undefined) tail.add(one, spanOf({ text: "x".repeat(10_000) }), false);
      most = Math.max(most, tail.held().bytes);
    }
    assert.ok(most > 900_000 && most <= 1_000_000, `${most}`);
  });
});

describe("the share", () => {
  const parent = (traceFlags: number) => ({ traceId: "0".repeat(31).concat("1"), spanId: "1".repeat(16), traceFlags });

  it("is decided by the trace alone, alike in every process", () => {
    const decide = createHeadSampler({ ratio: 0.5, parentBased: true });
    const again = createHeadSampler({ ratio: 0.5, parentBased: false });
    let count = 0;
    for (let at = 0; at < 2000; at += 1) {
      const traceId = crypto.randomUUID().replaceAll("-", "");
      assert.equal(decide(traceId, undefined), again(traceId, undefined));
      if (decide(traceId, undefined)) count += 1;
    }
    assert.ok(count > 850 && count < 1150, `${count} of 2000`);
  });

  it("gives way to the caller, unless it is told not to", () => {
    const zero = { ratio: 0, parentBased: true };
    assert.equal(createHeadSampler(zero)("1".repeat(32), parent(1)), true);
    assert.equal(createHeadSampler({ ratio: 1, parentBased: true })("1".repeat(32), parent(0)), false);
    assert.equal(createHeadSampler({ ...zero, parentBased: false })("1".repeat(32), parent(1)), false);
  });
});

const PROGRAM = `import { context, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
  const tracer = trace.getTracer("mine");
  const ask = (model) => fetch(process.env.BASE + "/chat/completions", { method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "x" }] }) }).then((answer) => answer.text());
  const run = (name, model) => tracer.startActiveSpan(name, async (span) => {
    tracer.startSpan(name + ".first").end();
    await ask(model);
    span.end();
  });
  await run("fine", "gpt-4o");
  await run("fails", "gpt-4.1");
  await run("dear", "o1-pro");
  const never = propagation.extract(ROOT_CONTEXT, { traceparent: "00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-00" });
  await context.with(never, () => run("called", "gpt-4o"));
`;

async function run(env: Readonly<Record<string, string>>): Promise<ProgramRun> {
  const respond = ({ model }: { readonly model: string }): Reply | undefined => {
    if (model === "gpt-4.1") return { status: 400 };
    return model === "o1-pro" ? { usage: { inputTokens: 10, outputTokens: 10_000 } } : undefined;
  };
  await using double = await createLlmDouble({ medianLatencyMs: 0, respond }).start();
  return await runProgram(PROGRAM, { env: { BASE: double.url, ...env } });
}

const traces = ({ spans }: ProgramRun): string[] =>
  spans
    .map(({ name }) => name)
    .filter((name) => !name.startsWith("chat"))
    .sort();

describe("a program that sends a share of its traces", () => {
  const few = "0.0000000001";

  it("sends those whole that failed or were dear, and counts all", async () => {
    const observed = await run({ TRACING_SAMPLE_RATE: few, AGENT_OBSERVATORY_KEEP_COSTLIER_THAN_USD: "0.1" });
    assert.deepEqual(traces(observed), ["dear", "dear.first", "fails", "fails.first"]);
    assert.equal(observed.spans.length, 6);
    assert.equal(pushedValue(observed.points, "llm_requests_total"), 4);
  });

  it("sends none of them where it wants none, and still counts all", async () => {
    const observed = await run({ TRACING_SAMPLE_RATE: "0" });
    assert.deepEqual(observed.spans, []);
    assert.equal(pushedValue(observed.points, "llm_requests_total"), 4);
    const off = await run({ OTEL_TRACES_SAMPLER: "always_off" });
    assert.deepEqual(off.spans, []);
  });

  it("lets a caller decide, where nothing goes wrong", async () => {
    const all = ["called", "called.first", "dear", "dear.first", "fails", "fails.first", "fine", "fine.first"];
    assert.deepEqual(traces(await run({})), all.slice(2));
    assert.deepEqual(traces(await run({ OTEL_TRACES_SAMPLER: "always_on" })), all);
  });
});
