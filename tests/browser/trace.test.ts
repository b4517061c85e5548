import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { hasCount, type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { type SentSpan, sendSpans, spanIdOf } from "./sent-traces.ts";

const newTraceId = (): string => randomBytes(16).toString("hex");
const AGENT = { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "courier" };
const CALL = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o",
  "gen_ai.usage.input_tokens": 1000,
  "gen_ai.usage.output_tokens": 100,
};
const HOSTILE = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;

describe("one trace", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  const traceId = newTraceId();
  const startMs = Date.now() - 60_000;
  before(async () => {
    shown = await startPage();
    await sendSpans(shown.served, traceId, [
      { id: 1, name: "invoke_agent courier", startMs, ms: 1000, attributes: AGENT },
      { id: 2, parent: 1, name: "chat gpt-4o", startMs: startMs + 10, ms: 400, attributes: CALL },
      {
        id: 3,
        parent: 1,
        name: "execute_tool deliver",
        startMs: startMs + 420,
        ms: 300,
        error: "nobody\nat home",
        attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "deliver", note: HOSTILE },
      },
      {
        id: 4,
        parent: 3,
        name: "POST",
        service: "door",
        startMs: startMs + 300,
        ms: 100,
        attributes: { "http.request.method": "POST" },
      },
      {
        id: 5,
        parent: 99,
        name: "SELECT parcels",
        startMs: startMs + 800,
        ms: 100,
        attributes: { "db.system.name": "postgresql" },
      },
    ]);
  });
  after(() => shown?.close());
  const open = (rest = ""): Promise<void> => shown.open(`/trace/${traceId}${rest}`);
  const tree = () => shown.page.getByRole("tree", { name: "Spans" });
  const items = () => tree().getByRole("treeitem");
  const item = (name: string) => items().filter({ hasText: name });
  const details = () => shown.page.getByRole("complementary", { name: "Span details" });
  const search = () => new URL(shown.page.url()).searchParams;
  const button = (name: string | RegExp) => shown.page.getByRole("button", { name, exact: true });

  it("says what it was, and what one has to know before believing it", async () => {
    await open();
    await shown.page.getByRole("heading", { level: 1, name: "invoke_agent courier" }).waitFor();
    await shown.page.getByText("1000 → 100").first().waitFor();
    await shown.page.getByText("Clocks differ:").waitFor();
    await shown.page.getByText("A parent is missing:").waitFor();
    await hasCount(items(), 5);
    assert.deepEqual(await items().evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-level"))), [
      "1",
      "2",
      "2",
      "3",
      "1",
    ]);
  });

  it("is gone through by keys, with the details beside, and a copied address shows the same", async () => {
    await open();
    await tree().focus();
    await shown.page.keyboard.press("ArrowDown");
    await details().getByRole("heading", { name: "invoke_agent courier" }).waitFor();
    await shown.page.keyboard.press("ArrowDown");
    await shown.page.keyboard.press("ArrowDown");
    await details().getByRole("heading", { name: "execute_tool deliver" }).waitFor();
    await details().getByRole("region", { name: "Error" }).getByText("at home").waitFor();
    await shown.page.waitForURL(/span=0000000000000003/);
    await shown.page.keyboard.press("ArrowLeft");
    await hasCount(items(), 4);
    await shown.page.keyboard.press("ArrowRight");
    await hasCount(items(), 5);
    await shown.page.keyboard.press("e");
    assert.equal(await item("execute_tool deliver").getAttribute("aria-selected"), "true");
    await shown.page.reload();
    await details().getByRole("heading", { name: "execute_tool deliver" }).waitFor();
    await tree().focus();
    await shown.page.keyboard.press("Escape");
    await details().waitFor({ state: "detached" });
    await shown.page.waitForURL((url) => !url.searchParams.has("span"));
  });

  it("has every span as a link of its own, and its content is text", async () => {
    await open();
    const href = await item("execute_tool deliver").getByRole("link").getAttribute("href");
    assert.equal(href, `/trace/${traceId}?span=${spanIdOf(3)}`);
    await item("execute_tool deliver").click();
    await details().getByText("<script>").waitFor();
    assert.match(await shown.page.title(), /invoke_agent courier/);
  });

  it("finds what spans say, wherever it is hidden", async () => {
    await open();
    await button("Collapse").click();
    await hasCount(items(), 4);
    await tree().focus();
    await shown.page.keyboard.press("/");
    await shown.page.keyboard.type("POST");
    await shown.page.getByText("2 found").waitFor();
    await shown.page.keyboard.press("Enter");
    await shown.page.keyboard.press("Enter");
    await details().waitFor();
    await shown.page.waitForURL(/find=POST/);
    await hasCount(items(), 5);
  });

  it("leaves out what libraries do, zooms, and shows the critical path", async () => {
    await open();
    await button("Agents only").click();
    await shown.page.waitForURL(/only=agents/);
    await hasCount(item("POST"), 0);
    await item("chat gpt-4o").click();
    await tree().focus();
    const width = (): Promise<number> =>
      item("chat gpt-4o")
        .locator("[class*=bar_]")
        .first()
        .evaluate((bar) => bar.getBoundingClientRect().width);
    const before = await width();
    await shown.page.keyboard.press("z");
    await shown.page.waitForURL(/zoom=/);
    assert.ok((await width()) > 1.5 * before);
    await shown.page.keyboard.press("0");
    await shown.page.waitForURL((url) => !url.searchParams.has("zoom"));
    assert.ok((await tree().locator("svg path").count()) > 0);
    await button("Critical path").click();
    await hasCount(tree().locator("svg path"), 0);
  });

  it("has figures in columns as a tree", async () => {
    await open("?tab=tree");
    for (const title of ["Duration", "Self", "Tokens", "Cost"])
      await shown.page.getByRole("tabpanel").getByText(title, { exact: true }).waitFor();
    await item("chat gpt-4o").getByText("1000 → 100").waitFor();
  });

  it("shows the log lines of a trace, and leads from one to its span", async () => {
    await shown.open("/traces?service=support-desk&limit=200");
    const rows = shown.page.getByRole("region", { name: "Traces" }).locator("tbody tr");
    await rows.or(shown.page.getByText("No trace matches")).first().waitFor();
    // Without a Postgres there is no support desk.
    const link = rows.getByRole("link", { name: "POST /sessions/:sessionId/messages" }).first();
    if ((await link.count()) === 0) return;
    await link.click();
    await shown.page.getByRole("tab", { name: /^Logs \(\d+\)/ }).click();
    const lines = shown.page.getByRole("region", { name: "Log lines" });
    await lines.getByRole("button").first().click();
    await details().waitFor();
    assert.match(search().get("span") ?? "", /^[0-9a-f]{16}$/);
    await details()
      .getByText(/^Logs \(\d+\)$/)
      .waitFor();
  });

  it("says of an id that is none, of one that is not stored, and takes the beginning of one", async () => {
    await shown.open("/trace/nothing");
    await shown.page.getByText("That is no trace id").waitFor();
    await shown.page.goto(`/trace/${"0".repeat(31)}1`);
    await shown.page.getByText("There is no such trace").waitFor();
    await shown.open(`/trace/${traceId.slice(0, 12)}`);
    await shown.page.getByRole("heading", { level: 1, name: "invoke_agent courier" }).waitFor();
  });

  it("fits on a phone", async () => {
    await shown.page.setViewportSize({ width: 390, height: 844 });
    await open(`?span=${spanIdOf(3)}`);
    await details().waitFor();
    assert.equal(await shown.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), true);
    await shown.page.setViewportSize({ width: 1440, height: 900 });
  });

  it("draws the rows in sight of ten thousand spans, and gets to the last with one key", async () => {
    const large = newTraceId();
    const spans = Array.from(
      { length: 10_000 },
      (_, index): SentSpan => ({
        id: index + 1,
        ...(index > 0 && { parent: index < 50 ? 1 : Math.ceil(index / 3) }),
        name: `step ${index}`,
        startMs: startMs + index,
        ms: index === 0 ? 20_000 : 30,
      }),
    );
    await sendSpans(shown.served, large, spans);
    await shown.open(`/trace/${large}`);
    await items().first().waitFor();
    assert.ok((await items().count()) < 100);
    await tree().focus();
    await shown.page.keyboard.press("End");
    const selected = tree().locator('[aria-selected="true"]');
    await selected.waitFor();
    assert.equal(await selected.getAttribute("aria-posinset"), "10000");
    assert.ok((await items().count()) < 100);
  });
});
