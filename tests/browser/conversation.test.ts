import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createBackends, searchTraces } from "../../src/backends/index.ts";
import { hasCount, type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { tellTrace } from "./told-spans.ts";

const HOUR_MS = 3_600_000;
const HOSTILE = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;
const words = (role: string, content: string) => ({ role, parts: [{ type: "text", content }] });

/** Two agents of which one hands over to the other; one looks at an image, thinks, and says a lot. */
const tellRich = (url: string): Promise<string> =>
  tellTrace(url, "c0ffee00000000000000000000000001", "clinic", 60_000, [
    {
      id: "1",
      name: "invoke_workflow desk",
      at: [0, 900],
      attributes: { "gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "desk" },
    },
    {
      id: "2",
      parent: "1",
      name: "invoke_agent triage",
      at: [1, 300],
      attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "triage" },
    },
    {
      id: "3",
      parent: "2",
      name: "chat gpt-4o",
      at: [2, 200],
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 1200,
        "gen_ai.usage.output_tokens": 40,
        "gen_ai.system_instructions": JSON.stringify([{ type: "text", content: "You are the triage desk." }]),
        "gen_ai.input.messages": JSON.stringify([
          {
            role: "user",
            parts: [
              { type: "text", content: HOSTILE },
              { type: "blob", modality: "image", mime_type: "image/png", size: 48_000 },
            ],
          },
        ]),
        "gen_ai.output.messages": JSON.stringify([
          {
            role: "assistant",
            parts: [
              { type: "reasoning", content: "A secret thought." },
              { type: "tool_call", id: "h1", name: "transfer_to_billing", arguments: "{}" },
            ],
          },
        ]),
      },
    },
    {
      id: "4",
      parent: "2",
      name: "execute_tool transfer_to_billing",
      at: [201, 210],
      attributes: {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "transfer_to_billing",
        "gen_ai.tool.call.id": "h1",
        "agent_observatory.handoff.from_agent": "triage",
        "agent_observatory.handoff.to_agent": "billing",
      },
    },
    {
      id: "5",
      parent: "1",
      name: "invoke_agent billing",
      at: [310, 890],
      attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "billing" },
    },
    {
      id: "6",
      parent: "5",
      name: "chat gpt-4o",
      at: [320, 800],
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 30,
        "gen_ai.usage.output_tokens": 9000,
        "gen_ai.input.messages": JSON.stringify([words("user", "How much?")]),
        "gen_ai.output.messages": JSON.stringify([words("assistant", `${"So much. ".repeat(900)}THE END`)]),
      },
    },
  ]);

describe("what was said in a trace", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  let team: string;
  let silent: string;
  let rich: string;
  before(async () => {
    shown = await startPage();
    const { jaeger } = createBackends({ url: shown.url });
    const range = { startMs: Date.now() - HOUR_MS, endMs: Date.now(), limit: 50 };
    const find = async (search: object): Promise<string> => {
      const { found } = await searchTraces(jaeger, { ...range, ...search });
      return found[0]?.summary.traceId ?? assert.fail(`no trace of ${JSON.stringify(search)}`);
    };
    team = await find({ service: "research-team", tool: "calculate" });
    silent = await find({ session: "s6", agent: "desk-billing" });
    rich = await tellRich(shown.served.otlp.traces);
  });
  after(() => shown?.close());
  const panel = () => shown.page.getByRole("tabpanel");
  const agent = (name: string) => panel().getByRole("group", { name: `Agent ${name}`, exact: true });

  it("is one thread an agent, with each message once, however often it was sent", async () => {
    await shown.open(`/trace/${team}?tab=conversation`);
    await hasCount(agent("researcher"), 3);
    const first = agent("researcher").first();
    await hasCount(first.getByText(/question 1 of 3/), 1);
    const tools = first.getByRole("article", { name: /^Tool / });
    assert.ok((await tools.count()) >= 2);
    const search = first.getByRole("article", { name: "Tool web_search" });
    assert.match(
      (await search.getByRole("group", { name: "Arguments" }).textContent()) ?? "",
      /query: price of electric buses/,
    );
    const result = (await search.getByRole("group", { name: "Result" }).textContent()) ?? "";
    assert.match(result, /battery bus costs about 540000/);
    assert.doesNotMatch(result, /langchain_core/);
    assert.match(
      (await first
        .getByRole("article", { name: /^Answer of/ })
        .first()
        .textContent()) ?? "",
      /\d+ → \d+ tokens · \$[\d.]+ · /,
    );
  });

  it("shows a tool that failed and a call that was made again", async () => {
    await shown.open(`/trace/${team}?tab=conversation`);
    await panel()
      .getByRole("article", { name: "Tool calculate" })
      .filter({ hasText: "division by zero" })
      .first()
      .waitFor();
    await panel().getByText("the same question again").first().waitFor();
  });

  it("leads from each answer to its span, and from a span in the address to what was said there", async () => {
    await shown.open(`/trace/${rich}?tab=conversation`);
    await agent("billing").getByRole("link", { name: "gpt-4o" }).click();
    await shown.page.waitForURL(
      (url) => url.searchParams.get("span") === "0000000000000006" && url.searchParams.get("tab") === "waterfall",
    );
    await shown.open(`/trace/${rich}?tab=conversation&span=0000000000000006`);
    const chosen = panel().locator('[data-chosen="true"]');
    assert.equal(await chosen.getAttribute("data-span"), "0000000000000006");
    await shown.until(
      `(() => { const { top } = document.querySelector('[data-chosen="true"]').getBoundingClientRect(); return top >= 0 && top < innerHeight; })()`,
    );
  });

  it("folds reasoning, cuts what is long, names images, and runs nothing", async () => {
    await shown.open(`/trace/${rich}?tab=conversation`);
    await hasCount(panel().getByText("A secret thought."), 0);
    await panel()
      .getByText(/^Reasoning \(/)
      .click();
    await panel().getByText("A secret thought.").waitFor();
    assert.match((await agent("triage").textContent()) ?? "", /image.*image\/png, 46\.9 KiB/);
    await panel().getByText("You are the triage desk.").waitFor();
    await hasCount(panel().getByText(HOSTILE), 1);
    assert.notEqual(await shown.page.title(), "run");
    await hasCount(agent("billing").getByText(/THE END/), 0);
    await agent("billing")
      .getByRole("button", { name: /^Show all/ })
      .click();
    await agent("billing")
      .getByText(/THE END/)
      .waitFor();
  });

  it("says where capture is off that it is, how to switch it on, and shows the course all the same", async () => {
    await shown.open(`/trace/${silent}?tab=conversation`);
    await panel().getByText("content capture is off").waitFor();
    await panel().getByText("AGENT_OBSERVATORY_CAPTURE_CONTENT=true").waitFor();
    assert.ok(
      (await panel()
        .getByRole("article", { name: /^Answer of/ })
        .count()) >= 1,
    );
    assert.ok(
      (await panel()
        .getByRole("article", { name: /^Tool / })
        .count()) >= 1,
    );
  });

  it("is a graph: handoffs, calls, time, cost and errors at each edge, by keys as well", async () => {
    await shown.open(`/trace/${rich}?tab=graph`);
    const edge = panel().getByRole("button", { name: /^triage hands over to billing: handoff 1×/ });
    await edge.focus();
    await shown.page.keyboard.press("Enter");
    const chosen = panel().getByRole("region", { name: "triage hands over to billing" });
    await chosen.waitFor();
    await chosen.getByRole("link", { name: "invoke_agent billing" }).click();
    await shown.page.waitForURL((url) => url.searchParams.get("span") === "0000000000000005");

    await shown.open(`/trace/${team}?tab=graph`);
    await panel()
      .getByRole("button", { name: /^researcher to calculate: 3× · 1 ✕/ })
      .waitFor({ timeout: 10_000 });
    await panel().getByRole("button", { name: "Models" }).click();
    await shown.page.waitForURL((url) => url.searchParams.get("kinds")?.includes("model") === false);
    await hasCount(panel().getByRole("button", { name: /gpt-4o-mini/ }), 0);
    await shown.page.reload();
    await panel()
      .getByRole("button", { name: /^researcher to calculate/ })
      .waitFor();
    await hasCount(panel().getByRole("button", { name: /gpt-4o-mini/ }), 0);
  });

  it("stands what is deeper than anybody reads, and keeps every digit of an id", async () => {
    const { traces } = shown.served.otlp;
    const deep = "[".repeat(30_000) + "]".repeat(30_000);
    const run = (name: string) => ({ "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name });
    const traceId = await tellTrace(traces, "dee9000000000000000000000000000d", "deep", 60_000, [
      { id: "1", name: "invoke_agent a", at: [0, 900], attributes: run("a") },
      {
        id: "2",
        parent: "1",
        name: "execute_tool find",
        at: [1, 30],
        attributes: {
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": "find",
          "gen_ai.tool.call.arguments": deep,
          "gen_ai.tool.call.result": '{"id":12345678901234567890}',
        },
      },
    ]);
    await shown.open(`/trace/${traceId}?tab=conversation`);
    const tool = shown.page.getByRole("article", { name: "Tool find" });
    await tool.getByText("12345678901234567890").waitFor();
    await tool.getByText("[[[[").waitFor();

    const chain = Array.from({ length: 6000 }, (_, at) => ({
      id: (at + 1).toString(16),
      ...(at > 0 && { parent: at.toString(16) }),
      name: `invoke_agent a${at}`,
      at: [at, 12_000 - at] as const,
      attributes: run(`a${at}`),
    }));
    const chainId = await tellTrace(traces, "dee9000000000000000000000000000e", "deep", 60_000, chain);
    await shown.open(`/trace/${chainId}?tab=conversation&span=${(5900).toString(16).padStart(16, "0")}`);
    await shown.page.getByRole("group", { name: "Agent a20", exact: true }).waitFor();
    await shown.open(`/trace/${chainId}?tab=graph`);
    await shown.page.getByText("Of 6000 the 200").waitFor();
    await hasCount(shown.page.locator("[data-node]"), 200);
  });

  it("draws no box over another, on a phone either", async () => {
    for (const width of [1440, 390]) {
      await shown.page.setViewportSize({ width, height: 900 });
      await shown.open(`/trace/${team}?tab=graph`);
      await panel().locator("[data-node]").first().waitFor();
      const overlaps = await shown.page.evaluate(`(() => {
        const boxes = [...document.querySelectorAll("[data-node]")].map((one) => one.getBoundingClientRect());
        return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length;
      })()`);
      assert.equal(overlaps, 0);
      assert.equal(await shown.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), true);
    }
    await shown.page.setViewportSize({ width: 1440, height: 900 });
  });
});
