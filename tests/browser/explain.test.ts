import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createBackends, searchTraces } from "../../src/backends/index.ts";
import { explain } from "../../src/explain/index.ts";
import { type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { tellTrace } from "./told-spans.ts";

const HOUR_MS = 3_600_000;

describe("a trace explained", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  let failing: string;
  before(async () => {
    shown = await startPage();
    const { jaeger } = createBackends({ url: shown.url });
    const { found } = await searchTraces(jaeger, {
      startMs: Date.now() - HOUR_MS,
      endMs: Date.now(),
      limit: 50,
      service: "research-team",
      status: "error",
    });
    const failed = found.find(
      ({ trace }) => trace.spans.find(({ parentSpanId }) => parentSpanId === undefined)?.status === "error",
    );
    failing = failed?.summary.traceId ?? assert.fail("no run of the team failed");
  });
  after(() => shown?.close());
  const panel = () => shown.page.getByRole("tabpanel");

  it("says what `agent-observatory explain` says, and each step leads to its span", async () => {
    const expected =
      (await explain(failing, { backends: { url: shown.url } })) ?? assert.fail("it cannot be explained");
    await shown.open(`/trace/${failing}?tab=explain`);
    const story = await panel().getByRole("region", { name: "What happened" }).locator("p").allTextContents();
    assert.deepEqual(story, expected.story);
    const { failure, until } = expected;
    assert.ok(failure !== undefined);
    const where = panel().getByRole("region", { name: "Where it failed" });
    assert.ok((await where.textContent())?.includes(failure.error.category));
    for (const advice of expected.next) assert.ok((await where.textContent())?.includes(advice), advice);
    assert.match(
      (await panel().getByText("Model calls until then").locator("xpath=..").textContent()) ?? "",
      new RegExp(`${until.llmCalls}`),
    );
    const logs = panel().getByRole("region", { name: "Log lines around it" });
    await shown.until(`document.querySelectorAll("li[data-level]").length === ${expected.logs.length}`);
    assert.ok((await logs.textContent())?.includes(expected.logs[0]?.line.slice(0, 40) ?? "?"));
    await where.getByRole("link", { name: failure.at.name, exact: true }).click();
    await shown.page.waitForURL((url) => url.searchParams.get("span") === failure.at.spanId);
  });

  it("shows what debugRun recorded, tools with arguments, settings and who it was for", async () => {
    const traceId = await tellTrace(shown.served.otlp.traces, "c0ffee00000000000000000000000002", "shop", 60_000, [
      {
        id: "1",
        name: "invoke_agent buyer",
        at: [0, 500],
        error: "no such order",
        attributes: {
          "gen_ai.operation.name": "invoke_agent",
          "gen_ai.agent.name": "buyer",
          "session.id": "s-debug",
          "agent_observatory.debug": true,
          "agent_observatory.debug.input": '{"order":1999}',
          "agent_observatory.debug.state": '{"cart":["a"]}',
          "agent_observatory.debug.environment": '{"node":"24.12.0"}',
        },
      },
      {
        id: "2",
        parent: "1",
        name: "chat gpt-4o",
        at: [1, 100],
        attributes: {
          "gen_ai.operation.name": "chat",
          "gen_ai.request.model": "gpt-4o",
          "gen_ai.request.temperature": 0.3,
          "gen_ai.usage.input_tokens": 100,
          "gen_ai.usage.output_tokens": 10,
          "gen_ai.tool.definitions": '[{"name":"find_order"},{"name":"refund"}]',
        },
      },
      {
        id: "3",
        parent: "1",
        name: "execute_tool find_order",
        at: [101, 400],
        error: "no such order",
        attributes: {
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": "find_order",
          "gen_ai.tool.call.arguments": '{"id":1999}',
          "error.type": "NotFound",
        },
      },
    ]);
    await shown.open(`/trace/${traceId}?tab=explain`);
    const inFull = (await panel().getByRole("region", { name: "Recorded in full" }).textContent()) ?? "";
    assert.match(inFull, /order: 1999/);
    const around = (await panel().getByRole("region", { name: "Circumstances" }).textContent()) ?? "";
    for (const part of ["find_order", "refund", "gen_ai.request.temperature", "0.3", "s-debug"])
      assert.ok(around.includes(part), part);
    const tools = (await panel().getByRole("region", { name: "Tools that were called" }).textContent()) ?? "";
    assert.match(tools, /find_order.*failed.*\{"id":1999\}.*no such order/);
    await panel().getByRole("link", { name: "chat gpt-4o" }).first().waitFor();
  });
});
