import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { Response } from "playwright-core";
import { hasCount, type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { announceRun, sendSpans } from "./sent-traces.ts";

const AGENT = { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "courier" };
const CALL = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o",
  "gen_ai.usage.input_tokens": 1000,
  "gen_ai.usage.output_tokens": 100,
};
const newTraceId = (): string => randomBytes(16).toString("hex");

describe("finding traces", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  before(async () => {
    shown = await startPage();
  });
  after(() => shown?.close());
  const search = () => new URL(shown.page.url()).searchParams;
  const rows = () => shown.page.getByRole("region", { name: "Traces" }).locator("tbody tr");
  /** Until all rows have the text. */
  const shownWith = async (text: string): Promise<void> => {
    await rows().filter({ hasNotText: text }).first().waitFor({ state: "detached" });
    await rows().first().waitFor();
  };
  const noRows = (text: string) => shown.page.getByText(text);

  it("lists what agents did, with state, duration, cost and tokens, and leaves probes out unless asked", async () => {
    await shown.open("/traces");
    await rows().first().waitFor();
    const texts = await rows().allTextContents();
    assert.ok(texts.some((text) => text.includes("research-team")));
    assert.ok(!texts.some((text) => text.includes("GET /readyz")), texts.join("\n"));
    assert.ok(texts.some((text) => /✓ ok/.test(text)) && texts.some((text) => /✗ error/.test(text)));
    assert.ok(
      texts.some((text) => /\$\d/.test(text) && /\d → \d/.test(text)),
      texts[0],
    );
  });

  it("searches by agent, status, text and attribute, each in the address and taken away again", async () => {
    await shown.open("/traces");
    await rows().first().waitFor();
    const all = await rows().count();
    await shown.page.getByLabel("Agent", { exact: true }).fill("planner");
    await shown.page.keyboard.press("Enter");
    await shown.page.getByRole("button", { name: "Remove Agent planner" }).waitFor();
    await shownWith("planner");
    assert.equal(search().get("agent"), "planner");
    const some = await rows().count();
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
    for (const text of await rows().allTextContents()) assert.match(text, /planner/);

    await shown.page.getByRole("button", { name: "error", exact: true }).click();
    await shownWith("✗ error");
    const failed = await rows().allTextContents();
    assert.ok(failed.length > 0 && failed.length <= some);
    for (const text of failed) assert.match(text, /✗ error/);

    await shown.page.getByRole("button", { name: "Remove all" }).click();
    await shown.page.getByRole("button", { name: "All", exact: true }).click();
    await rows()
      .nth(all - 1)
      .waitFor();

    await shown.open("/traces?attribute=gen_ai.agent.name%3Dplanner&minDuration=1us");
    await rows().first().waitFor();
    await hasCount(rows(), some);
    await shown.open("/traces?text=nobody%20says%20this");
    await noRows("No trace matches").waitFor();
  });

  it("has calls of models that no agent made, whatever they are called, and their sessions", async () => {
    const at = Date.now() - 2000;
    const call = (operation: string) => ({
      ...CALL,
      "gen_ai.operation.name": operation,
      "session.id": `s-${operation}`,
    });
    const send = (service: string, operation: string) =>
      sendSpans(shown.served, newTraceId(), [
        { id: 1, name: `${operation} lonely`, service, startMs: at, ms: 20, attributes: call(operation) },
      ]);
    await send("gemini-only", "generate_content");
    // A service that has agents as well.
    await sendSpans(shown.served, newTraceId(), [
      {
        id: 1,
        name: "invoke_agent rider",
        service: "couriers",
        startMs: at,
        ms: 20,
        attributes: { ...AGENT, "gen_ai.agent.name": "rider" },
      },
    ]);
    await send("couriers", "text_completion");
    await shown.open("/traces");
    await hasCount(rows().filter({ hasText: "lonely" }), 2);
    await shown.open("/sessions");
    for (const operation of ["generate_content", "text_completion"])
      await shown.page.getByRole("link", { name: `s-${operation}` }).waitFor();
  });

  it("suggests names that there are", async () => {
    await shown.open("/traces");
    await shown.page.getByLabel("Agent", { exact: true }).focus();
    await shown.page.locator('datalist option[value="planner"]').first().waitFor({ state: "attached" });
  });

  it("leads from the reason of a failure to the span that failed", async () => {
    await shown.open("/traces?agent=planner&status=error");
    await rows().first().locator("a").nth(1).click();
    await shown.page.getByRole("complementary", { name: "Span details" }).waitFor();
    await shown.page.getByRole("region", { name: "Error" }).waitFor();
    assert.match(shown.page.url(), /\/trace\/[0-9a-f]{32}\?.*span=[0-9a-f]{16}/);
  });

  it("selects a time by dragging over the dots", async () => {
    await shown.open("/traces?from=now-30m");
    const box = await shown.page.getByRole("group", { name: /traces by start and duration/ }).boundingBox();
    assert.ok(box !== null);
    const y = box.y + box.height / 2;
    await shown.page.mouse.move(box.x + box.width * 0.5, y);
    await shown.page.mouse.down();
    await shown.page.mouse.move(box.x + box.width * 0.99, y + 2, { steps: 5 });
    await shown.page.mouse.up();
    await shown.page.waitForURL(/from=\d{13}&to=\d{13}|to=\d{13}/);
    const [from, to] = [Number(search().get("from")), Number(search().get("to"))];
    assert.ok(to - from > 12 * 60_000 && to - from < 17 * 60_000, `${(to - from) / 60_000} min`);
    assert.equal(search().get("minDuration"), null);
  });

  it("compares two that were chosen", async () => {
    await shown.open("/traces");
    const boxes = rows().getByRole("checkbox");
    await boxes.nth(0).check();
    await shown.page.getByRole("button", { name: "Choose another to compare" }).waitFor();
    await boxes.nth(1).check();
    await shown.page.getByRole("button", { name: "Compare the two" }).click();
    await shown.page.waitForURL(/\/compare\?/);
    assert.match(search().get("a") ?? "", /^[0-9a-f]{32}$/);
    assert.notEqual(search().get("a"), search().get("b"));
  });

  it("has new traces come in at the top while it is live, and holds them back while it is paused", async () => {
    await shown.open("/traces?agent=courier");
    await noRows("No trace matches").waitFor();
    await shown.page.getByRole("button", { name: "Live", exact: true }).click();
    await noRows("No trace matches yet").waitFor();
    const send = async (name: string): Promise<void> =>
      sendSpans(shown.served, newTraceId(), [{ id: 1, name, startMs: Date.now() - 50, ms: 50, attributes: AGENT }]);
    await send("first parcel");
    await rows().filter({ hasText: "first parcel" }).waitFor();
    await send("second parcel");
    await rows().filter({ hasText: "second parcel" }).waitFor();
    assert.match((await rows().first().textContent()) ?? "", /second parcel/);

    await shown.page.getByRole("button", { name: "❚❚ Pause" }).click();
    await send("third parcel");
    await shown.page.getByRole("button", { name: "▶ Go on (1 new)" }).waitFor();
    await hasCount(rows().filter({ hasText: "third parcel" }), 0);
    await shown.page.getByRole("button", { name: "▶ Go on (1 new)" }).click();
    await rows().filter({ hasText: "third parcel" }).waitFor();
  });

  it("shows a run that is going on, and it grows before one's eyes until it ends", async () => {
    const traceId = newTraceId();
    const startMs = Date.now() - 3000;
    const run = {
      id: 1,
      name: "invoke_agent long-hauler",
      startMs,
      ms: 0,
      attributes: { ...AGENT, "gen_ai.agent.name": "long-hauler" },
    };
    await announceRun(shown.served, traceId, run);
    // No trace is stored of it yet, and nothing fails for that: the browser has nothing to complain of.
    await shown.open("/traces?agent=long-hauler&status=running");
    await rows().filter({ hasText: "● running" }).getByRole("link").first().click();
    const items = shown.page.getByRole("tree", { name: "Spans" }).getByRole("treeitem");
    await items.filter({ hasText: "running" }).waitFor();
    await hasCount(items, 1);
    await sendSpans(shown.served, traceId, [
      { id: 2, parent: 1, name: "chat gpt-4o", startMs: startMs + 500, ms: 800, attributes: CALL },
    ]);
    await items.filter({ hasText: "chat gpt-4o" }).waitFor();
    await hasCount(items, 2);
    await sendSpans(shown.served, traceId, [{ ...run, ms: 4000 }]);
    await shown.page.getByText("✓ ok").waitFor();
    await hasCount(items.filter({ hasText: "running" }), 0);
    await shown.page.getByText("1000 → 100").waitFor();
  });

  it("lists a trace of twenty thousand spans with all that it comes to, from an answer without them", async () => {
    const traceId = newTraceId();
    const startMs = Date.now() - 30_000;
    await sendSpans(shown.served, traceId, [
      {
        id: 1,
        name: "invoke_agent crawler",
        startMs,
        ms: 25_000,
        attributes: { ...AGENT, "gen_ai.agent.name": "crawler", "session.id": "crawl-1", "user.id": "carla" },
      },
      ...Array.from({ length: 19_999 }, (_, index) => ({
        id: index + 2,
        parent: 1,
        name: "chat gpt-4o",
        startMs: startMs + index,
        ms: 1,
        attributes: { ...CALL, "gen_ai.agent.name": "crawler" },
        ...(index === 9999 && { error: "the page is gone" }),
      })),
    ]);
    let bytes = 0;
    const count = async (response: Response): Promise<void> => {
      if (response.url().includes("/api/traces?")) bytes += (await response.body()).length;
    };
    shown.page.on("response", count);
    await shown.open("/traces?agent=crawler");
    const row = rows().filter({ hasText: "invoke_agent crawler" });
    await row.getByText("the page is gone").waitFor();
    const text = (await row.textContent()) ?? "";
    for (const told of ["✗ error", "crawler", "25", "19999 + 0"]) assert.ok(text.includes(told), `${told} in ${text}`);
    await shown.open("/sessions?user=carla");
    await shown.page.getByRole("link", { name: "crawl-1" }).first().waitFor();
    await shown.open("/cost?by=user");
    await shown.page.getByRole("link", { name: "carla" }).waitFor();
    await shown.open("/session/crawl-1");
    await shown.page.getByText(/Read from 500 of its 20\S* ?\S* spans/).waitFor();
    shown.page.off("response", count);
    assert.ok(bytes > 0 && bytes < 3_000_000, `${bytes} bytes`);
  });

  it("fits on a phone", async () => {
    await shown.page.setViewportSize({ width: 390, height: 844 });
    await shown.open("/traces");
    assert.equal(await shown.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), true);
    await shown.page.setViewportSize({ width: 1440, height: 900 });
  });
});
