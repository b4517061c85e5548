import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hasCount, type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";

describe("going by the keyboard", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  before(async () => {
    shown = await startPage();
  });
  after(() => shown?.close());
  const press = (...keys: string[]) =>
    keys.reduce((all, key) => all.then(() => shown.page.keyboard.press(key)), Promise.resolve());
  const path = (): string => new URL(shown.page.url()).pathname;
  const input = () => shown.page.getByRole("combobox", { name: /^Go to/ });
  const options = () => shown.page.getByRole("listbox", { name: "Found" }).getByRole("option");
  const focused = (): Promise<unknown> =>
    shown.page.evaluate("document.activeElement?.id || document.activeElement?.tagName");

  it("leads to views by two keys, and names the tab after the view", async () => {
    await shown.open("/");
    await press("g", "l");
    await shown.page.waitForURL("**/logs*");
    await shown.until("document.title === 'Logs · agent-observatory'");
    await press("g", "e");
    await shown.page.waitForURL("**/errors*");
    await shown.until("document.title === 'Errors · agent-observatory'");
  });

  it("puts the focus where the new view begins", async () => {
    await shown.open("/");
    await shown.page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Cost" }).click();
    await shown.page.waitForURL("**/cost*");
    await shown.until("document.activeElement?.id === 'main'");
  });

  it("shows its keys", async () => {
    await shown.open("/");
    await press("?");
    const keys = shown.page.getByRole("dialog", { name: "Keys" });
    await keys.getByText("Traces").waitFor();
    await press("Escape");
    await keys.waitFor({ state: "detached" });
  });

  it("finds views, agents, tools, models, dashboards, alerts and recent traces", async () => {
    await shown.open("/");
    await press("Control+k");
    await input().waitFor();
    assert.equal(await focused(), "INPUT");
    for (const [text, kind, title] of [
      ["cost", "View", "Cost"],
      ["planner", "Agent", "planner"],
      ["gpt-4o", "Model", "gpt-4o"],
      ["agent overv", "Dashboard", /overview/i],
      ["AgentSystemDown", "Alert", "AgentSystemDown"],
      ["web", "Tool", /web/],
    ] as const) {
      await input().fill(text);
      await options().filter({ hasText: kind }).filter({ hasText: title }).first().waitFor();
    }
    await input().fill("trace invoke");
    await options().filter({ hasText: "Trace" }).first().waitFor();
  });

  it("goes where the arrows point, and where a pasted trace id leads", async () => {
    await shown.open("/?from=now-6h");
    await press("Control+k");
    await input().fill("a");
    await options().first().waitFor();
    assert.equal(await options().first().getAttribute("aria-selected"), "true");
    await press("ArrowDown", "ArrowDown", "ArrowUp");
    assert.equal(await options().nth(1).getAttribute("aria-selected"), "true");
    const id = "0af7651916cd43dd8448eb211c80319c";
    await input().fill(id);
    await press("Enter");
    await shown.page.waitForURL(`**/trace/${id}*`);
    assert.equal(new URL(shown.page.url()).searchParams.get("from"), "now-6h");
    await hasCount(input(), 0);
  });

  it("closes by Escape and gives the focus back, and a click opens it", async () => {
    await shown.open("/cost");
    const button = shown.page.getByRole("button", { name: "Go to…" });
    await button.click();
    await input().waitFor();
    await press("Escape");
    await input().waitFor({ state: "detached" });
    assert.equal(path(), "/cost");
    // No key acts while somebody types.
    await button.click();
    await input().fill("g l ?");
    assert.equal(path(), "/cost");
    await press("Escape");
  });
});
