import assert from "node:assert/strict";
import { Agent, get } from "node:http";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { createLlmDouble, failures, type LlmRequest, type Reply } from "../../examples/support/llm-double.ts";
import type { ReceivedPoint } from "../../scripts/otlp-receiver.ts";
import { createPricer } from "../../src/cost/index.ts";
import { freePort, isInference, type ProgramRun, pushedValue, runProgram } from "./run-program.ts";

const usage = { inputTokens: 1000, outputTokens: 200, cachedTokens: 400, reasoningTokens: 50 };
const respond = ({ model }: LlmRequest): Reply => (model === "broken" ? failures.serverError() : { usage });

const HEAD = `import OpenAI from "openai";
  import { agent, node, setQueueDepth, tool, workflow } from "agent-observatory";
  const openai = new OpenAI({ baseURL: process.env.BASE, apiKey: "k", maxRetries: 0 });
  const ask = (model) => openai.chat.completions.create({ model, messages: [{ role: "user", content: "Go" }] });`;

type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar: Readonly<Record<string, string>> | undefined;
};

const labelsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map((match) => [match[1] ?? "", match[2] ?? ""]),
  );

/** Reads OpenMetrics text; throws at a line that is none. */
function parseOpenMetrics(body: string): { readonly samples: Sample[]; readonly types: Map<string, string> } {
  assert.ok(body.endsWith("# EOF\n"), "ends with its end mark");
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  for (const line of body.split("\n").slice(0, -2)) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type !== null) {
      assert.ok(!types.has(type[1]!), `${type[1]} is described twice`);
      types.set(type[1]!, type[2]!);
    } else if (!/^# (HELP|UNIT) \S+ /.test(line)) {
      const sample =
        /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)(?: # \{([^}]*)\} (\S+)(?: (\S+))?)?$/.exec(
          line,
        );
      assert.ok(sample !== null, `not a line of OpenMetrics: ${line}`);
      const value = Number(sample[3]);
      assert.ok(!Number.isNaN(value), line);
      samples.push({
        name: sample[1]!,
        labels: labelsOf(sample[2] ?? ""),
        value,
        exemplar: sample[4] === undefined ? undefined : labelsOf(sample[4]),
      });
    }
  }
  return { samples, types };
}

const pulledValue = (samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number =>
  samples
    .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((sum, one) => sum + one.value, 0);

/** What a process takes of its machine is never the same twice. */
const COMPARABLE = { AGENT_OBSERVATORY_RUNTIME_METRICS: "false" };

async function run(body: string, env: Record<string, string> = {}): Promise<ProgramRun> {
  await using double = await createLlmDouble({ respond, medianLatencyMs: 0 }).start();
  const result = await runProgram(`${HEAD}${body}`, { env: { BASE: double.url, ...COMPARABLE, ...env } });
  assert.equal(result.code, 0, result.stderr);
  return result;
}

const WORK = `
  await workflow("flow", () => node("step", () => agent("worker", async () => {
    await ask("gpt-4o"); await ask("gpt-4o"); await ask("no-such-model-anywhere"); await ask("broken").catch(() => {});
    for await (const _ of await openai.chat.completions.create({ model: "gpt-4o-mini", stream: true, stream_options: { include_usage: true }, messages: [] })) {}
    tool("adds", () => 1)();
    try { tool("fails", () => { throw new TypeError("mine"); })(); } catch {}
    setQueueDepth("worker", 7);
  })())())();`;

/** The last point of each series. */
function lastPoints(points: readonly ReceivedPoint[]): Map<string, ReceivedPoint> {
  return new Map(
    points.map((point) => [`${point.metric} ${JSON.stringify(Object.entries(point.labels).toSorted())}`, point]),
  );
}

describe("metrics that are pulled and pushed", () => {
  it("are the same numbers, with exemplars that lead to spans", async () => {
    const port = String(await freePort());
    const result = await run(
      `${WORK}
       const pulled = await fetch("http://127.0.0.1:${port}/metrics");
       console.log(pulled.headers.get("content-type")); console.log(await pulled.text());
       console.log((await fetch("http://127.0.0.1:${port}/else")).status);`,
      { AGENT_OBSERVATORY_METRICS_PORT: port },
    );
    const [type, ...rest] = result.stdout.split("\n");
    assert.match(type ?? "", /^application\/openmetrics-text; ?version=1\.0\.0/);
    assert.match(result.stdout, /\n404\n$/);
    const { samples, types } = parseOpenMetrics(`${rest.slice(0, rest.lastIndexOf("# EOF") + 1).join("\n")}\n`);

    const call = { agent: "worker", provider: "openai", operation: "chat" };
    assert.equal(pulledValue(samples, "llm_requests_total", { ...call, model: "gpt-4o", status: "ok" }), 2);
    assert.equal(pulledValue(samples, "llm_requests_total", { ...call, model: "broken", status: "error" }), 1);
    assert.equal(pulledValue(samples, "llm_errors_total", { model: "broken", category: "api" }), 1);
    assert.equal(pulledValue(samples, "llm_requests_active"), 0);
    for (const [kind, count] of Object.entries({ input: 2000, output: 400, cached: 800, reasoning: 100 })) {
      assert.equal(pulledValue(samples, "llm_tokens_total", { model: "gpt-4o", type: kind }), count, kind);
    }
    assert.equal(pulledValue(samples, "llm_time_to_first_token_seconds_count", { model: "gpt-4o-mini" }), 1);
    assert.equal(pulledValue(samples, "agent_tool_calls_total", { agent: "worker", tool: "adds", status: "ok" }), 1);
    assert.equal(pulledValue(samples, "agent_tool_errors_total", { tool: "fails", category: "internal" }), 1);
    assert.equal(
      pulledValue(samples, "workflow_nodes_executed_total", { workflow: "flow", node: "step", status: "ok" }),
      1,
    );
    assert.equal(pulledValue(samples, "agent_queue_depth", { agent: "worker" }), 7);

    const spanIds = new Set(result.spans.map((span) => `${span.traceId}/${span.spanId}`));
    const exemplars = samples.flatMap(({ exemplar }) => (exemplar === undefined ? [] : [exemplar]));
    assert.ok(exemplars.length > 10);
    for (const exemplar of exemplars) assert.ok(spanIds.has(`${exemplar["trace_id"]}/${exemplar["span_id"]}`));

    let compared = 0;
    for (const point of lastPoints(result.points).values()) {
      const name = point.metric.includes(".") ? undefined : point.metric;
      // The goodbye of the last push comes after the scrape.
      if (name === undefined || name === "agent_observatory_up") continue;
      const labels = point.labels as Record<string, string>;
      const value =
        point.histogram === undefined
          ? pulledValue(samples, name, labels)
          : pulledValue(samples, `${name}_sum`, labels);
      assert.equal(point.value, value, `${name} ${JSON.stringify(labels)}`);
      if (point.histogram !== undefined) {
        assert.equal(point.histogram.count, pulledValue(samples, `${name}_count`, labels));
        let cumulative = 0;
        for (const [at, bound] of point.histogram.bounds.entries()) {
          cumulative += point.histogram.counts[at] ?? 0;
          const bucket: Sample | undefined = samples.find(
            (one) =>
              one.name === `${name}_bucket` &&
              Number(one.labels["le"]) === bound &&
              Object.entries(labels).every(([key, label]) => one.labels[key] === label),
          );
          assert.equal(bucket?.value, cumulative, `${name} le ${bound}`);
        }
        assert.equal(
          point.histogram.counts.reduce((sum, count) => sum + count, 0),
          point.histogram.count,
        );
      }
      for (const exemplar of point.exemplars) assert.ok(spanIds.has(`${exemplar.traceId}/${exemplar.spanId}`), name);
      compared += 1;
    }
    assert.ok(compared >= 20, `${compared} series were compared`);
    assert.ok(types.size > 20);
  });

  it("have a start per series, so that what is born at 1 counts", async () => {
    const before = Date.now();
    const result = await run(
      `tool("early", () => 1)(); await new Promise((resolve) => setTimeout(resolve, 100)); tool("late", () => 1)(); tool("early", () => 1)();`,
      { OTEL_METRIC_EXPORT_INTERVAL: "60" },
    );
    const starts = (name: string) => [
      ...new Set(
        result.points
          .filter((point) => point.metric === "agent_tool_calls_total" && point.labels["tool"] === name)
          .map((point) => point.startMs),
      ),
    ];
    assert.equal(starts("early").length, 1, "the start stays while the series lives");
    assert.equal(starts("late").length, 1);
    assert.ok(starts("late")[0]! > starts("early")[0]!);
    assert.ok(starts("early")[0]! >= before - 1000);
    for (const point of result.points) assert.ok(point.startMs <= point.timeMs, point.metric);
    const early = result.points.filter(
      (point) => point.metric === "agent_tool_calls_total" && point.labels["tool"] === "early",
    );
    const times = early.map((point) => point.timeMs);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.equal(early.at(-1)?.value, 2);
    assert.equal(pushedValue(result.points, "agent_observatory_up"), 0, "the last push says goodbye");
  });

  it("fold label values beyond the limit, and count that", async () => {
    const result = await run(`for (let at = 0; at < 20; at += 1) tool("tool-" + at, () => 1)();`, {
      AGENT_OBSERVATORY_LABEL_VALUE_LIMIT: "5",
    });
    const tools = new Set(
      result.points.filter((point) => point.metric === "agent_tool_calls_total").map((point) => point.labels["tool"]),
    );
    assert.deepEqual([...tools].toSorted(), ["other", "tool-0", "tool-1", "tool-2", "tool-3", "tool-4"]);
    assert.equal(pushedValue(result.points, "agent_tool_calls_total"), 20);
    assert.equal(pushedValue(result.points, "agent_tool_calls_total", { tool: "other" }), 15);
    assert.equal(
      pushedValue(result.points, "agent_observatory_label_values_folded_total", {
        metric: "agent_tool_calls_total",
        label: "tool",
      }),
      15,
    );
    assert.equal(result.spans.length, 20, "spans keep their own names");
    assert.ok(result.spans.some((span) => span.name === "execute_tool tool-19"));
  });

  it("do not depend on sampling, whose spans alone are exemplars", async () => {
    const work = `for (let at = 0; at < 200; at += 1) agent("a", () => tool("t", () => 1)())(); await agent("llm", () => ask("gpt-4o"))();`;
    const all = await run(work);
    const some = await run(work, { TRACING_SAMPLE_RATE: "0.1" });
    const none = await run(work, { TRACING_SAMPLE_RATE: "0" });
    assert.equal(all.spans.length, 402);
    assert.ok(some.spans.length > 0 && some.spans.length < 200, `${some.spans.length} spans`);
    assert.equal(none.spans.length, 0);
    const numbers = (result: ProgramRun) =>
      [...lastPoints(result.points).values()]
        .filter((point) => !point.metric.startsWith("agent_observatory_"))
        .map((point) => [point.metric, JSON.stringify(point.labels), point.histogram?.count ?? point.value])
        .toSorted();
    assert.deepEqual(numbers(some), numbers(all));
    assert.deepEqual(numbers(none), numbers(all));
    const sampled = new Set(some.spans.map((span) => span.traceId));
    const exemplars = some.points.flatMap((point) => point.exemplars);
    assert.ok(exemplars.length > 0);
    for (const exemplar of exemplars) assert.ok(sampled.has(exemplar.traceId));
    assert.deepEqual(
      none.points.flatMap((point) => point.exemplars),
      [],
    );
    for (const traceId of sampled) {
      const [root] = some.spans.filter((span) => span.traceId === traceId && span.parentSpanId === undefined);
      assert.ok(root !== undefined, "a trace is sampled whole");
    }
  });

  it("know what a known model costs and count what has no price", async () => {
    const result = await run(WORK);
    const price = createPricer().price({
      provider: "openai",
      models: ["gpt-4o-2024-08-06"],
      usage: { input: 1000, output: 200, cacheRead: 400 },
    });
    assert.equal(price.status, "priced");
    const expected = price.status === "priced" ? price.costUsd : 0;
    // By the price list of the day the test was written: $2.50 and $10 per million, cached input at half.
    assert.ok(Math.abs(expected - (600 * 2.5 + 400 * 1.25 + 200 * 10) / 1e6) < 1e-12);
    const [span] = result.spans.filter(
      (one) => isInference(one) && one.attributes["gen_ai.request.model"] === "gpt-4o",
    );
    assert.equal(span?.attributes["agent_observatory.cost.usd"], expected);
    assert.equal(pushedValue(result.points, "llm_cost_usd_total", { model: "gpt-4o" }), 2 * expected);
    assert.equal(pushedValue(result.points, "llm_cost_usd_total", { model: "no-such-model-anywhere" }), undefined);
    const unpriced = { model: "no-such-model-anywhere", reason: "unknown_model" };
    assert.equal(pushedValue(result.points, "llm_unpriced_requests_total", unpriced), 1);
    assert.equal(pushedValue(result.points, "llm_unpriced_requests_total", { model: "gpt-4o" }), undefined);
    assert.equal(
      pushedValue(result.points, "llm_unpriced_requests_total", { model: "broken" }),
      undefined,
      "nor what failed",
    );
  });

  it("let the program end while a scraper holds its connection", async () => {
    const port = await freePort();
    const agent = new Agent({ keepAlive: true });
    try {
      const result = await runProgram(
        `import { tool } from "agent-observatory"; tool("one", () => 1)();
         console.log("READY"); process.stdin.resume(); const timer = setInterval(() => {}, 1000);
         process.once("SIGUSR2", () => { clearInterval(timer); process.stdin.destroy(); });`,
        {
          env: { AGENT_OBSERVATORY_METRICS_PORT: String(port) },
          onStart: (child) => {
            child.stdout?.once("data", () => {
              get({ port, host: "127.0.0.1", path: "/metrics", agent }, async (response) => {
                assert.match(await text(response), /agent_tool_calls_total/);
                child.kill("SIGUSR2");
              });
            });
          },
        },
      );
      assert.deepEqual([result.code, result.signal], [0, null]);
      assert.equal(result.spans.length, 1);
      assert.ok(result.elapsedMs < 30_000);
    } finally {
      agent.destroy();
    }
  });
});
