import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { listPanelQueries } from "../../grafana/source/panel-queries.ts";
import { createBackends } from "../../src/backends/index.ts";
import { formatCount, formatRatio, formatSeconds, formatUsd } from "../../ui/src/format/quantity.ts";
import { type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";

const HOUR_MS = 3_600_000;
/** Of Home and of the Overview board: the same number. */
const SAME: readonly (readonly [stat: string, panel: string, format: (value: number) => string])[] = [
  ["Agent runs", "Agent runs", formatCount],
  ["Failed runs", "Failed runs", formatRatio],
  ["Response time, p95", "Response time, p95", formatSeconds],
  ["Tool success", "Tool success", formatRatio],
  ["Fullest budget", "Fullest budget", formatRatio],
  ["Oldest run", "Oldest run", (value) => (value === 0 ? "–" : formatSeconds(value))],
  ["Firing alerts", "Firing alerts", formatCount],
];

describe("Home", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  let range: { readonly from: number; readonly to: number };
  before(async () => {
    shown = await startPage();
    const to = Date.now();
    range = { from: to - HOUR_MS, to };
  });
  after(() => shown?.close());
  const address = (path = "/"): string => `${path}?from=${range.from}&to=${range.to}&refresh=off`;
  /** Opens Home and waits for its numbers: on a busy machine it takes long until the first question. */
  const openHome = async (): Promise<void> => {
    await shown.open(address());
    await shown.page.getByRole("link", { name: /^Agent runs/ }).waitFor();
    await shown.settled();
  };
  const path = (): string => new URL(shown.page.url()).pathname;
  const params = (): URLSearchParams => new URL(shown.page.url()).searchParams;
  const card = (name: string) => shown.page.getByRole("region", { name });
  /** Label, number and note of a number. */
  const stat = async (label: string): Promise<readonly string[]> =>
    (await shown.page.getByRole("link", { name: new RegExp(`^${label}`) }).innerText())
      .split("\n")
      .filter((line) => line !== "");

  it("shows the numbers of the Overview board, of the same time", async () => {
    await openHome();
    const { prometheus } = createBackends({ url: shown.url });
    const panels = listPanelQueries({ service: ".*", traced_service: "any", __range: "3600s" });
    const drawn = async (title: string): Promise<number | undefined> => {
      const panel = panels.find((one) => one.dashboard === "ao-overview" && one.panel === title);
      const { result } = await prometheus.query(panel?.expr ?? assert.fail(title), { timeMs: range.to });
      return "series" in result ? result.series[0]?.points[0]?.value : undefined;
    };
    let numbers = 0;
    for (const [label, panel, format] of SAME) {
      const value = await drawn(panel);
      if (value !== undefined) numbers += 1;
      const [name, text = ""] = await stat(label);
      assert.equal(name, label);
      // Sums of fractions differ in their last binary digit, which tips what is half-way between two texts: 1.575.
      const texts = value === undefined ? ["–"] : [1, 1 - 1e-9, 1 + 1e-9].map((factor) => format(value * factor));
      assert.ok(texts.includes(text), `${panel}: expected ${texts.join(" or ")}, got ${text}`);
    }
    assert.ok(numbers >= 6, `${numbers} numbers`);
    const spent = await drawn("LLM spend");
    assert.ok(spent !== undefined && spent > 0);
    assert.match((await stat("Model calls"))[2] ?? "", new RegExp(`^${formatUsd(spent).replace("$", "\\$")}`));
    assert.ok(Number((await stat("Agent runs"))[1]) >= 10, "there is something to compare");
  });

  it("says in one line what is wrong, and each reason leads to it", async () => {
    await openHome();
    const verdict = shown.page.getByRole("status", { name: "Verdict" });
    assert.match(await verdict.innerText(), /Something is wrong\..* of the runs failed/s);
    await verdict.getByRole("link", { name: /of the runs failed/ }).click();
    assert.deepEqual([path(), params().get("status")], ["/traces", "error"]);
    assert.ok((params().get("agent") ?? "") !== "");
    assert.equal(params().get("to"), String(range.to), "the time range is kept");
  });

  it("opens the latest failures explained", async () => {
    await openHome();
    const failure = card("Latest failures").getByRole("link").first();
    assert.ok((await failure.innerText()).length > 10);
    await failure.click();
    assert.match(path(), /^\/trace\/[0-9a-f]{32}$/);
    assert.equal(params().get("tab"), "explain");
  });

  it("asks for everything at once and nothing twice", async () => {
    const asked: string[] = [];
    let answered = 0;
    let afterAnswers = 0;
    const isQuestion = (url: string): boolean => /\/(?:api|loki)\//.test(url);
    shown.page.on("request", (request) => {
      if (!isQuestion(request.url())) return;
      asked.push(`${request.url()} ${request.postData() ?? ""}`);
      // Failed traces are asked for by service.
      if (answered > 0 && !request.url().includes("/api/traces")) afterAnswers += 1;
    });
    shown.page.on("requestfinished", (request) => {
      if (isQuestion(request.url()) && !request.url().includes("buildinfo")) answered += 1;
    });
    await openHome();
    const own = asked.filter((one) => !one.includes("buildinfo"));
    assert.ok(own.length >= 8 && own.length <= 8 + 12, own.join("\n"));
    assert.equal(new Set(own).size, own.length, own.join("\n"));
    assert.ok(afterAnswers <= 1, `${afterAnswers} questions waited for an answer`);
    shown.page.removeAllListeners("request");
    shown.page.removeAllListeners("requestfinished");
  });

  it("fits a phone", async () => {
    await shown.page.setViewportSize({ width: 390, height: 844 });
    await shown.open("/?refresh=off");
    await shown.page.getByRole("link", { name: /^Agent runs/ }).waitFor();
    await shown.settled();
    assert.equal(await shown.page.evaluate("document.documentElement.scrollWidth"), 390);
    await shown.page.setViewportSize({ width: 1440, height: 900 });
  });

  it("judges nothing where nothing ran in the time range", async () => {
    await shown.open(`/?from=${range.from - 50 * HOUR_MS}&to=${range.to - 49 * HOUR_MS}&refresh=off`);
    assert.match(await shown.page.getByRole("status", { name: "Verdict" }).innerText(), /Nothing ran|alert|fire/);
    await card("Latest failures").getByText("Nothing failed").waitFor();
  });
});

describe("Home without data", { skip: WITHOUT_BROWSER }, () => {
  it("says in three lines how to get some", async () => {
    await using shown = await startPage({ scenario: "empty" });
    await shown.open("/?refresh=off");
    const ways = shown.page.getByRole("listitem").locator("code");
    await ways.first().waitFor();
    assert.deepEqual(await ways.allTextContents(), [
      "npx agent-observatory dev -- node app.js",
      "npm i agent-observatory",
      "npm run demo",
    ]);
  });
});
