import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { type ToldSpan, tellTrace } from "./told-spans.ts";

const [A, B] = ["c0ffee0000000000000000000000000a", "c0ffee0000000000000000000000000b"];
const run = (model: string, tool: string, answer: string, tokens: number): readonly ToldSpan[] => [
  {
    id: "1",
    name: "invoke_agent guide",
    at: [0, 900],
    attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "guide" },
  },
  {
    id: "2",
    parent: "1",
    name: `chat ${model}`,
    at: [1, 200],
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": model,
      "gen_ai.usage.input_tokens": tokens,
      "gen_ai.usage.output_tokens": 40,
      "agent_observatory.cost.usd": tokens / 1000,
      "agent_observatory.cost.status": "priced",
      "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Where to?"}]}]',
      "gen_ai.output.messages": JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: answer }] }]),
    },
  },
  {
    id: "3",
    parent: "1",
    name: `execute_tool ${tool}`,
    at: [201, 300],
    attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool },
  },
];

describe("two traces compared", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  before(async () => {
    shown = await startPage({ scenario: "empty" });
    await tellTrace(shown.served.otlp.traces, A, "tour", 60_000, run("gpt-4o", "map", "Go to the old harbour.", 1000));
    await tellTrace(
      shown.served.otlp.traces,
      B,
      "tour",
      50_000,
      run("gpt-5", "weather", "Go to the new harbour.", 1500),
    );
  });
  after(() => shown?.close());
  const steps = () => shown.page.getByRole("region", { name: "Steps of both" }).getByRole("listitem");

  it("tell what differs: sums, models, tools, words and steps", async () => {
    await shown.open(`/compare?a=${A}&b=${B}`);
    const sums = (await shown.page.getByRole("region", { name: "Sums of both" }).textContent()) ?? "";
    assert.match(sums, /Input tokens10001500\+500 \(\+50 %\)/);
    assert.match(sums, /Cost\$1\.00\$1\.50\+\$0\.50 \(\+50 %\)/);
    await shown.page.getByText("only in A: map").waitFor();
    await shown.page.getByText("only in B: gpt-5").waitFor();
    const answer = shown.page.getByRole("region", { name: "Answer" });
    assert.deepEqual(
      [await answer.locator("del").allTextContents(), await answer.locator("ins").allTextContents()],
      [["old"], ["new"]],
    );
    const found = await steps().allTextContents();
    assert.match(found[1] ?? "", /different.*chat gpt-4o.*chat gpt-5.*model gpt-4o → gpt-5, answer, tokens/);
    assert.match(found[2] ?? "", /only in A.*execute_tool map/);
    assert.match(found[3] ?? "", /only in B.*execute_tool weather/);
  });

  it("lead to their spans, can be swapped, and are chosen from those that are alike", async () => {
    await shown.open(`/compare?a=${A}`);
    await shown.page.getByRole("button", { name: "invoke_agent guide" }).click();
    await shown.page.waitForURL((url) => url.searchParams.get("b") === B);
    await shown.page.getByRole("button", { name: "⇄ Swap" }).click();
    await shown.page.waitForURL((url) => url.searchParams.get("a") === B && url.searchParams.get("b") === A);
    await steps().filter({ hasText: "execute_tool weather" }).getByRole("link").click();
    await shown.page.waitForURL(
      (url) => url.pathname === `/trace/${B}` && url.searchParams.get("span") === "0000000000000003",
    );
  });

  it("say so where one is not there, or both are the same", async () => {
    await shown.open(`/compare?a=${A}&b=${"f".repeat(32)}`);
    await shown.page.getByText(`There is no trace ${"f".repeat(32)}`).waitFor();
    await shown.open(`/compare?a=${A}&b=${A}`);
    await shown.page.getByText("one and the same trace").waitFor();
  });
});
