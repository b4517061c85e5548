import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createBackends } from "../../src/backends/index.ts";
import { formatUsd } from "../../ui/src/format/quantity.ts";
import { type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";

const HOUR_MS = 3_600_000;

describe("Cost, and Models & tools", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  let range: { readonly from: number; readonly to: number };
  before(async () => {
    shown = await startPage();
    const to = Date.now();
    range = { from: to - HOUR_MS, to };
  });
  after(() => shown?.close());
  const open = (path: string): Promise<void> =>
    shown.open(`${path}${path.includes("?") ? "&" : "?"}from=${range.from}&to=${range.to}&refresh=off`);
  const params = (): URLSearchParams => new URL(shown.page.url()).searchParams;
  const path = (): string => new URL(shown.page.url()).pathname;
  const card = (name: string) => shown.page.getByRole("region", { name, exact: true });
  const tab = (name: string) => shown.page.getByRole("tab", { name });
  /** The cells of each row. */
  const rowsOf = async (name: string): Promise<readonly (readonly string[])[]> => {
    const all = card(name).locator("tbody tr");
    // On a busy machine it takes long until the first question.
    await all.first().waitFor();
    const rows = await all.all();
    return Promise.all(rows.map((row) => row.locator("td").allInnerTexts()));
  };
  const dollars = (text = ""): number => Number(text.replace("$", ""));
  const near = (one: number, other: number, what: string): void =>
    assert.ok(Math.abs(one - other) <= 0.02 * other + 0.002, `${what}: ${one}, ${other}`);

  async function spent(): Promise<number> {
    const { prometheus } = createBackends({ url: shown.url });
    const window = "llm_cost_usd_total[3600s]";
    const { result } = await prometheus.query(`sum(max_over_time(${window}) - min_over_time(${window}))`, {
      timeMs: range.to,
    });
    return ("series" in result ? result.series[0]?.points[0]?.value : undefined) ?? assert.fail("nothing was spent");
  }

  it("Cost comes to the same sum by agent, model, user and session", async () => {
    const total = await spent();
    for (const by of ["agent", "model", "user", "session"]) {
      await open(`/cost?by=${by}`);
      const rows = await rowsOf(`${by.charAt(0).toUpperCase()}${by.slice(1)}s`);
      assert.ok(rows.length >= 2, by);
      near(
        rows.reduce((sum, [, cost]) => sum + dollars(cost), 0),
        total,
        by,
      );
    }
  });

  it("Cost says over what users and sessions were computed", async () => {
    await open("/cost?by=user");
    const text = await card("Users").innerText();
    assert.match(text, /Added up from \d+ traces with a priced call in the time range/);
    assert.match(text, new RegExp(`of the ${formatUsd(await spent()).replace("$", "\\$")} that were spent`));
    assert.deepEqual(
      (await rowsOf("Users"))
        .map(([name]) => name)
        .sort()
        .slice(0, 3),
      ["ada", "ben", "cleo"],
    );
  });

  it("Cost leads from a user to his traces, from a session to it, and is chosen by keys", async () => {
    await open("/cost?by=user");
    await card("Users").getByRole("link", { name: "cleo" }).click();
    assert.deepEqual([path(), params().get("user")], ["/traces", "cleo"]);
    await open("/cost?by=user");
    await tab("By user").focus();
    await shown.page.keyboard.press("ArrowRight");
    assert.equal(params().get("by"), "session");
    await card("Sessions").getByRole("link").first().click();
    assert.match(path(), /^\/session\/.+/);
  });

  it("Cost projects the day and the month", async () => {
    await open("/cost");
    const note = async (label: string): Promise<string> => shown.page.getByRole("link", { name: label }).innerText();
    assert.match(await note("Today"), /≈ \$[\d.]+ by midnight/);
    assert.match(await note("This month"), /≈ \$[\d.]+ at its end/);
  });

  it("Cost names calls without a price, and writes the prices that they lack", async () => {
    await open("/cost");
    const [row] = (await rowsOf("Calls without a price")).filter(([model]) => model?.includes("house-model"));
    assert.equal(row?.[1], "no price is known for the model");
    assert.match(await card("Calls without a price").innerText(), /"house-model": \{ input: 0\.2, output: 0\.6 \}/);
  });

  it("Models has each model with its errors, and opens one with its calls as dots", async () => {
    await open("/models");
    const rows = await rowsOf("Models");
    assert.ok(rows.some(([model]) => model?.includes("gpt-4o-mini")));
    assert.ok(
      rows.some((cells) => /rate_limit \d+/.test(cells[3] ?? "")),
      "errors by category",
    );
    await card("Models").getByRole("link", { name: "gpt-4o", exact: true }).click();
    assert.equal(params().get("model"), "gpt-4o");
    await shown.settled();
    assert.ok((await rowsOf("Who calls it")).length >= 2);
    const dot = card("Duration; a dot is a call")
      .getByRole("button", { name: /open the trace/ })
      .first();
    await dot.waitFor();
    await dot.focus();
    await shown.page.keyboard.press("Enter");
    await shown.page.waitForURL(/\/trace\/[0-9a-f]{32}\?/);
  });

  it("Models leads to the traces and log lines of a model", async () => {
    await open("/models?model=gpt-4o");
    const ways = shown.page.getByRole("navigation", { name: "About gpt-4o" });
    await ways.getByRole("link", { name: "Failed traces" }).click();
    assert.deepEqual([path(), params().get("model"), params().get("status")], ["/traces", "gpt-4o", "error"]);
    await open("/models?model=gpt-4o");
    await ways.getByRole("link", { name: "Log lines" }).click();
    assert.deepEqual(
      [path(), params().get("query")],
      ["/logs", '{service_name=~".+"} | gen_ai_request_model="gpt-4o"'],
    );
  });

  it("Tools has each tool with who calls it, and MCP both sides", async () => {
    await open("/models?view=tools");
    const rows = await rowsOf("Tools");
    assert.ok(
      rows.some(([tool, , success]) => tool === "lose" && success?.includes("0 %")),
      JSON.stringify(rows),
    );
    await card("Tools").getByRole("link", { name: "lose", exact: true }).click();
    await shown.settled();
    assert.deepEqual(
      (await rowsOf("Who calls it")).map(([agent]) => agent),
      ["dispatcher"],
    );
    await tab("MCP").click();
    await shown.settled();
    const sides = (await rowsOf("MCP")).map((cells) => cells[2]?.split("\n").at(-1));
    assert.ok(sides.includes("asks") && sides.includes("answers"), sides.join());
  });

  it("a model with a hostile name is text", async () => {
    await open(`/models?model=${encodeURIComponent('<img src=x onerror=alert(1)> $model "} or vector(1)')}`);
    assert.match(await shown.page.getByRole("main").innerText(), /<img src=x onerror=alert\(1\)>/);
    assert.match(await card("Who calls it").innerText(), /Nobody called it/);
  });

  it("fit a phone", async () => {
    await shown.page.setViewportSize({ width: 390, height: 844 });
    for (const view of ["/cost", "/cost?by=session", "/models", "/models?view=tools", "/models?model=gpt-4o"]) {
      await shown.open(`${view}${view.includes("?") ? "&" : "?"}refresh=off`);
      assert.equal(await shown.page.evaluate("document.documentElement.scrollWidth"), 390, view);
    }
    await shown.page.setViewportSize({ width: 1440, height: 900 });
  });
});
