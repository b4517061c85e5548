import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import {
  createJaegerBackend,
  firstErrorOf,
  isFailedTrace,
  partsOfTrace,
  spentInTrace,
  summarizeTrace,
  type Trace,
} from "../../src/backends/index.ts";
import { copyRecording } from "../browser/recording.ts";
import { type SentSpan, sendSpans } from "../browser/sent-traces.ts";
import { type Served, startServed } from "./served.ts";

const LARGE = 10_000;
const LARGE_ID = "5".repeat(32);
const MB = 1024 * 1024;

/** The support desk, the research team and a program at work, as they were observed. */
describe("totals of what was observed", () => {
  let directory: string;
  let served: Served;
  before(async () => {
    directory = await copyRecording();
    served = await startServed({ dataDirectory: directory });
  });
  after(async () => {
    await served?.close();
    await rm(directory, { recursive: true, force: true });
  });
  const recently = () => ({ startMs: Date.now() - 3_600_000, endMs: Date.now() + 1000 });
  const readOf = (trace: Trace) => ({
    summary: summarizeTrace(trace),
    isFailed: isFailedTrace(trace),
    firstError: firstErrorOf(trace)?.spanId,
    sessions: partsOfTrace(trace, "session"),
    users: partsOfTrace(trace, "user"),
    spentBySession: spentInTrace(trace, "session"),
    spentByUser: spentInTrace(trace, "user"),
  });

  it("are what the spans of each trace come to, whatever service it is of", async () => {
    const jaeger = createJaegerBackend({ url: served.jaeger });
    let [looked, spans, calls, failed] = [0, 0, 0, 0];
    for (const service of await jaeger.services()) {
      const query = { service, ...recently(), limit: 500 };
      const whole = await jaeger.findTraces(query);
      const told = await jaeger.findTraces({ ...query, part: { spans: 2, spending: true } });
      assert.deepEqual(told.map(readOf), whole.map(readOf), service);
      assert.ok(told.every((trace) => trace.spans.length <= 2 && trace.totals !== undefined));
      for (const { summary } of whole.map(readOf)) {
        looked += 1;
        spans += summary.spans;
        calls += summary.llmCalls;
        failed += summary.errors;
      }
    }
    assert.ok(looked > 5 && spans > 50 && calls > 5 && failed > 0, `${looked} traces, ${spans}, ${calls}, ${failed}`);
  });

  it(`hold for a trace of ${LARGE} spans that grows, in an answer of a few kilobytes`, async () => {
    const startMs = Date.now() - 60_000;
    const said = "what was said ".repeat(100);
    const spans = Array.from(
      { length: LARGE },
      (_, index): SentSpan => ({
        id: index + 1,
        ...(index > 0 && { parent: 1 }),
        name: index === 0 ? "invoke_agent crawler" : "chat gpt-4o",
        service: "large",
        startMs: startMs + index,
        ms: 1,
        ...(index % 1000 === 999 && { error: "too many" }),
        attributes: {
          "gen_ai.operation.name": index === 0 ? "invoke_agent" : "chat",
          "gen_ai.request.model": "gpt-4o",
          "gen_ai.usage.input_tokens": 1000,
          "gen_ai.usage.output_tokens": 10,
          "gen_ai.output.messages": said,
        },
      }),
    );
    await sendSpans(served, LARGE_ID, spans.slice(0, -1));
    let chars = 0;
    const jaeger = createJaegerBackend({
      url: served.jaeger,
      fetch: async (input, init) => {
        const body = await (await fetch(input, init)).text();
        chars = body.length;
        return new Response(body);
      },
    });
    const told = async (): Promise<Trace> => {
      const [trace = assert.fail()] = await jaeger.findTraces({
        service: "large",
        ...recently(),
        limit: 10,
        part: { spans: 2 },
      });
      return trace;
    };
    const before = summarizeTrace(await told());
    assert.deepEqual(
      [before.spans, before.llmCalls, before.inputTokens, before.errors, before.name],
      [LARGE - 1, LARGE - 2, 1000 * (LARGE - 2), LARGE / 1000 - 1, "invoke_agent crawler"],
    );
    assert.ok(chars < 10_000, `${chars} characters`);
    await sendSpans(served, LARGE_ID, spans.slice(-1));
    const grown = await told();
    assert.deepEqual(
      [summarizeTrace(grown).spans, summarizeTrace(grown).errors, grown.spans.length],
      [LARGE, LARGE / 1000, 2],
    );
    const whole = await jaeger.trace(LARGE_ID);
    assert.ok(chars > 10 * MB, `${chars} characters`);
    assert.deepEqual(whole && summarizeTrace(whole), summarizeTrace(grown));
  });
});
