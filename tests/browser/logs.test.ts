import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { hasCount, type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";

type Sent = {
  readonly text: string;
  readonly severity?: number;
  /** Before now. */
  readonly agoMs?: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly traceId?: string;
  readonly spanId?: string;
};
const TRACE = "0123456789abcdef0123456789abcdef";
const SPAN = "0123456789abcdef";
const LINES = 3000;

const attributesOf = (given: Readonly<Record<string, string>>) =>
  Object.entries(given).map(([key, value]) => ({ key, value: { stringValue: value } }));

async function send(shown: ShownPage, service: string, lines: readonly Sent[]): Promise<void> {
  const nowMs = Date.now();
  const response = await fetch(shown.served.otlp.logs, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: attributesOf({ "service.name": service, "service.instance.id": `${service}-1` }) },
          scopeLogs: [
            {
              logRecords: lines.map(({ text, severity = 9, agoMs = 0, attributes = {}, ...ids }) => ({
                timeUnixNano: `${nowMs - agoMs}000000`,
                severityNumber: severity,
                body: { stringValue: text },
                attributes: attributesOf(attributes),
                ...ids,
              })),
            },
          ],
        },
      ],
    }),
  });
  assert.equal(response.status, 200, await response.text());
}

describe("logs", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  before(async () => {
    shown = await startPage({ scenario: "empty" });
    await send(
      shown,
      "shop",
      Array.from({ length: LINES }, (_, index) => ({
        text: `took ${index} ms for order ${index}`,
        agoMs: 60_000 + index * 100,
        severity: index % 10 === 0 ? 17 : 9,
        attributes: { "gen_ai.agent.name": index % 2 === 0 ? "planner" : "writer" },
      })),
    );
    await send(shown, "till", [
      { text: "\u001b[31mred\u001b[0m alert", agoMs: 40_000 },
      { text: `<script>document.title="run"</script><img src=x onerror="document.title='run'">`, agoMs: 39_000 },
      { text: `huge ${"x".repeat(900_000)}`, agoMs: 38_000 },
      { text: "paid by card", agoMs: 37_000, traceId: TRACE, spanId: SPAN, attributes: { "session.id": "s 1" } },
      { text: '{"amount":5,"items":["a"]}', agoMs: 36_000 },
    ]);
  });
  after(() => shown?.close());

  const rows = () =>
    shown.page
      .getByRole("list")
      .filter({ has: shown.page.locator("li[data-key]") })
      .getByRole("listitem");
  const box = () => shown.page.getByRole("searchbox", { name: "Search the logs" });
  const search = async (text: string): Promise<void> => {
    await box().fill(text);
    await box().press("Enter");
    await shown.settled();
  };
  const query = (): string | null => new URL(shown.page.url()).searchParams.get("query");
  const line = (name: string | RegExp) => shown.page.getByRole("button", { name }).first();

  it("are shown the latest first, and only those that are seen are drawn", async () => {
    await shown.open("/logs");
    await shown.page.getByText("the latest 500 lines").waitFor();
    assert.match((await rows().first().textContent()) ?? "", /"amount":5/);
    assert.ok((await rows().count()) < 80, String(await rows().count()));
    await shown.page.evaluate("document.querySelector('[aria-label^=\"Log lines\"]').scrollTop = 1e6");
    await shown.page.getByRole("button", { name: "Load older lines" }).click();
    await shown.page.getByText("the latest 2000 lines").waitFor();
  });

  it("are found by words and fields, which are shown as LogQL and kept in the address", async () => {
    await shown.open("/logs");
    await search("order 17 agent:writer level:info");
    assert.equal(query(), "order 17 agent:writer level:info");
    await shown.page
      .getByText('{service_name=~".+"} |~ "(?i)order" |= "17" | gen_ai_agent_name="writer" | detected_level="info"')
      .waitFor();
    const texts = await rows().allTextContents();
    assert.ok(texts.length > 0 && texts.every((text) => text.includes("17")), texts.join("\n"));
    const address = shown.page.url();
    await shown.page.goto("about:blank");
    await shown.page.goto(address);
    await rows().first().waitFor();
    assert.equal(await box().inputValue(), "order 17 agent:writer level:info");
    assert.deepEqual(await rows().allTextContents(), texts);
  });

  it("say in Loki's words what is wrong with a query", async () => {
    shown.expectComplaints(/400/);
    await shown.open("/logs");
    await search('{service_name="shop"} | nothing such');
    await shown.page.getByRole("alert").filter({ hasText: "parse error" }).first().waitFor();
    await search("");
    await rows().first().waitFor();
  });

  it("show all that is known of one, and its trace and session are a click away", async () => {
    await shown.open("/logs?query=paid");
    await line(/paid by card/).click();
    const trace = shown.page.getByRole("link", { name: "Open the trace at its span" });
    assert.match((await trace.getAttribute("href")) ?? "", new RegExp(`^/trace/${TRACE}\\?span=${SPAN}`));
    const session = shown.page.getByRole("link", { name: "Session" });
    assert.match((await session.last().getAttribute("href")) ?? "", /^\/session\/s%201/);
    await shown.page.getByRole("button", { name: "Only lines whose session_id is this" }).click();
    await shown.settled();
    assert.equal(query(), 'paid session:"s 1"');
    await hasCount(rows(), 1);
    await line(/paid by card/).click();
    await shown.page.getByRole("button", { name: "No lines whose session_id is this" }).click();
    await shown.page.getByText("No line matches").waitFor();
    assert.equal(query(), 'paid -session:"s 1"');
  });

  it("show JSON laid out, colors of terminals, and what is huge in part", async () => {
    await shown.open("/logs?query=service:till");
    await line(/amount/).click();
    await shown.page.getByText('"amount": 5,').waitFor();
    const colorOf = (text: string): Promise<string> =>
      shown.page.evaluate(
        `getComputedStyle([...document.querySelectorAll("main li button span")].findLast((span) => span.textContent.trim() === "${text}")).color`,
      );
    assert.notEqual(await colorOf("red"), await colorOf("alert"));
    await line(/huge/).click();
    await shown.page.getByRole("button", { name: /Show all 900,005 characters/ }).waitFor();
    assert.ok((await shown.page.evaluate<number>("document.body.innerText.length")) < 100_000);
  });

  it("run nothing of what programs write", async () => {
    await shown.open("/logs?query=script");
    await line(/script/).click();
    await hasCount(shown.page.locator("main script, main img"), 0);
    assert.doesNotMatch(await shown.page.title(), /run/);
  });

  it("are counted by level over time; a level is chosen, and a part of the time is dragged over", async () => {
    await shown.open("/logs?query=service:shop");
    const histogram = shown.page.getByRole("img", { name: /lines over time/ });
    await histogram.waitFor();
    assert.match((await histogram.getAttribute("aria-label")) ?? "", /^3000 lines over time: 300 error, 2700 info$/);
    await shown.page.getByRole("button", { name: "error 300" }).click();
    await shown.settled();
    assert.equal(query(), "service:shop level:error");
    await shown.page.getByText("300 lines", { exact: true }).waitFor();
    const place = (await histogram.boundingBox()) ?? assert.fail();
    await shown.page.mouse.move(place.x + place.width * 0.6, place.y + 40);
    await shown.page.mouse.down();
    await shown.page.mouse.move(place.x + place.width * 0.8, place.y + 40, { steps: 4 });
    await shown.page.mouse.up();
    await shown.settled();
    const { searchParams } = new URL(shown.page.url());
    const minutes = (Number(searchParams.get("to")) - Number(searchParams.get("from"))) / 60_000;
    assert.ok(minutes >= 11 && minutes <= 15, String(minutes));
  });

  it("are followed live; reading on holds them back", async () => {
    await shown.open("/logs?query=service:live");
    await shown.page.getByText("No line matches").waitFor();
    await shown.page.getByRole("button", { name: "Live", exact: true }).click();
    await shown.page.getByText("Waiting for the next line").waitFor();
    await send(shown, "live", [{ text: "the first" }]);
    await line(/the first/).waitFor();
    await shown.page.getByRole("button", { name: "Pause" }).click();
    await send(shown, "live", [{ text: "the second" }]);
    await shown.page.getByText("paused · 1 new").waitFor();
    await hasCount(rows(), 1);
    await shown.page.getByRole("button", { name: "Go on" }).click();
    await line(/the second/).waitFor();
    assert.match((await rows().first().textContent()) ?? "", /the second/);
    // One that is open is not pushed away by what comes.
    await line(/the second/).click();
    await send(shown, "live", [{ text: "the third" }]);
    await shown.page.getByText("paused · 1 new").waitFor();
    await line(/the second/).click();
    await line(/the third/).waitFor();
  });

  it("show what was logged around one", async () => {
    await shown.open("/logs");
    await search('"order 1500"');
    await line(/order 1500/).click();
    await shown.page.getByRole("button", { name: "Lines around it" }).click();
    const dialog = shown.page.getByRole("dialog", { name: "Lines around this one" });
    await dialog.getByRole("button", { name: /order 1501/ }).waitFor();
    await dialog.getByRole("button", { name: /order 1499/ }).waitFor();
    await hasCount(dialog.getByRole("button", { name: /huge|card/ }), 0, "of the same process only");
    await shown.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });

  it("have shapes, and those of one shape can be left out", async () => {
    await shown.open("/logs?query=level:info&show=patterns");
    await shown.page.getByText("took ⋯ ms for order ⋯").waitFor();
    await shown.page
      .getByRole("listitem")
      .filter({ hasText: "took ⋯" })
      .getByRole("button", { name: "Not these" })
      .click();
    await shown.settled();
    assert.equal(query(), 'level:info !> "took <_> ms for order <_>"');
    await shown.page.getByText(/^\d+ lines$/).waitFor();
    await hasCount(shown.page.getByText("took ⋯"), 0);
  });

  it("can be taken along as a file", async () => {
    await shown.open("/logs?query=service:till");
    await rows().first().waitFor();
    const [download] = await Promise.all([
      shown.page.waitForEvent("download"),
      shown.page.getByRole("button", { name: "JSON" }).click(),
    ]);
    const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
    assert.equal(lines.length, 5);
    assert.equal((JSON.parse(lines[0] ?? "") as { line: string }).line, "\u001b[31mred\u001b[0m alert");
  });

  it("that are counted by LogQL are a chart", async () => {
    await shown.open(
      `/logs?query=${encodeURIComponent('sum by (gen_ai_agent_name) (count_over_time({service_name="shop"}[1m]))')}`,
    );
    await shown.page.getByText('gen_ai_agent_name="planner"').waitFor();
    await shown.page.getByText('gen_ai_agent_name="writer"').waitFor();
  });
});
