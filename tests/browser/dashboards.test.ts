/** Dashboards in a real browser: their list, variables, links, zoom, rows, and those that somebody opens from a file. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Backends, createBackends } from "../../src/backends/index.ts";
import { hasCount, type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { BOARDS } from "./panel-values.ts";

const HOUR_MS = 3_600_000;

describe("the dashboards of the page", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  let backends: Backends;
  let [startMs, endMs, overview] = [0, 0, ""];
  before(async () => {
    // High enough for all panels to be seen, as those far below do not ask.
    shown = await startPage({ width: 1440, height: 3000 });
    backends = createBackends({ url: shown.url });
    endMs = Math.floor(Date.now() / 1000) * 1000;
    startMs = endMs - HOUR_MS;
    overview = `/d/ao-overview?from=${startMs}&to=${endMs}&refresh=off`;
  });
  after(() => shown?.close());

  const search = (): URLSearchParams => new URL(shown.page.url()).searchParams;

  it("lists the boards with what they answer", async () => {
    await shown.open("/dashboards");
    await shown.page.locator("main ul a").first().waitFor();
    await hasCount(shown.page.locator("main ul a"), BOARDS.length);
    await shown.page.getByRole("link", { name: /^Overview/ }).click();
    await shown.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });

  it("an exemplar's point opens its trace", async () => {
    await shown.open(overview);
    const dot = shown.page.locator("[data-panel] a[data-trace]").first();
    const trace = await dot.getAttribute("data-trace");
    await dot.focus();
    await shown.page.keyboard.press("Enter");
    await shown.page.waitForURL(`**/trace/${trace}?**`);
    assert.equal((await backends.jaeger.trace(trace ?? ""))?.traceId, trace);
  });

  it("what is chosen is in the address, and the address shows the same", async () => {
    await shown.open(overview);
    await shown.page.getByRole("button", { name: "Program: All" }).click();
    await shown.page.getByRole("checkbox", { name: "research-team" }).check();
    await shown.page.getByRole("dialog", { name: "Program" }).getByRole("button", { name: "Show" }).click();
    await shown.page.waitForURL("**var-job=research-team**");
    await shown.settled();
    const rows = async (): Promise<string[]> => {
      const found = shown.page.locator("[data-panel]", { hasText: "Agents by program" }).locator("tbody tr");
      await found.first().waitFor();
      // Older values stay until the new ones are there.
      await found.filter({ hasNotText: "research-team" }).first().waitFor({ state: "detached" });
      return found.allTextContents();
    };
    const chosen = await rows();
    assert.ok(chosen.length > 0 && chosen.every((row) => row.includes("research-team")), chosen.join("\n"));
    await shown.page.reload();
    await shown.settled();
    assert.deepEqual(await rows(), chosen);
    await shown.page.getByRole("button", { name: "Program: research-team" }).waitFor();
  });

  it("dragging over a chart shows that time", async () => {
    await shown.open(overview);
    const plot = shown.page.locator('[data-type="timeseries"] .u-over').first();
    const box = await plot.boundingBox();
    assert.ok(box !== null);
    await shown.page.mouse.move(box.x + box.width * 0.25, box.y + 40);
    await shown.page.mouse.down();
    await shown.page.mouse.move(box.x + box.width * 0.5, box.y + 40, { steps: 5 });
    await shown.page.mouse.move(box.x + box.width * 0.75, box.y + 40, { steps: 5 });
    await shown.page.mouse.up();
    await shown.page.waitForURL((url) => url.searchParams.get("from") !== String(startMs));
    const [from, to] = [Number(search().get("from")), Number(search().get("to"))];
    assert.ok(Math.abs(from - startMs - HOUR_MS / 4) < 120_000, `${from - startMs}`);
    assert.ok(Math.abs(endMs - to - HOUR_MS / 4) < 120_000, `${endMs - to}`);
  });

  it("a row folds, and the address keeps it", async () => {
    await shown.open(overview);
    const row = () => shown.page.getByRole("button", { name: "At a glance" });
    await row().click();
    assert.equal(await row().getAttribute("aria-expanded"), "false");
    await shown.page.reload();
    await shown.settled();
    assert.equal(await row().getAttribute("aria-expanded"), "false");
    await hasCount(shown.page.locator('[data-type="stat"]'), 0);
  });

  it("links of a table lead to other boards with what was clicked", async () => {
    await shown.open(overview);
    const row = shown.page.locator("[data-panel]", { hasText: "Agents by program" }).locator("tbody tr").first();
    const agent = await row.locator("td").first().locator("data").getAttribute("value");
    await row.getByRole("link").first().click();
    await shown.page.waitForURL(/\/(?:d|traces|logs)/);
    assert.ok([...search().values()].includes(agent ?? ""), shown.page.url());
    assert.equal(search().get("from"), String(startMs));
  });

  describe("of somebody's own", () => {
    const open = async (board: object | string, name = "own.json"): Promise<void> => {
      await shown.open("/dashboards");
      const buffer = Buffer.from(typeof board === "string" ? board : JSON.stringify(board));
      await shown.page.locator('input[type="file"]').setInputFiles({ name, mimeType: "application/json", buffer });
      await shown.settled();
    };
    const panel = (id: number, type: string, rest: object = {}) => ({
      id,
      type,
      title: `${type} ${id}`,
      gridPos: { x: ((id - 1) % 3) * 8, y: Math.floor((id - 1) / 3) * 8, w: 8, h: 8 },
      datasource: { type: "prometheus", uid: "x" },
      targets: [
        {
          refId: "A",
          expr: "sum by (agent) (last_over_time(agent_requests_total[1h]))",
          instant: true,
          legendFormat: "{{agent}}",
        },
      ],
      ...rest,
    });
    const words = (id: number) => shown.page.locator(`[data-panel="${id}"]`).innerText();

    it("is drawn as far as it can be, and says what cannot be", async () => {
      await open({
        title: "My own",
        panels: [
          panel(1, "gauge"),
          panel(2, "bargauge"),
          panel(3, "piechart"),
          panel(4, "geomap"),
          panel(5, "text", {
            options: { mode: "markdown", content: "**Look** at [this](https://example.org)" },
            targets: [],
          }),
          panel(6, "heatmap", {
            targets: [
              {
                refId: "A",
                expr: "sum by (le) (increase(llm_request_duration_seconds_bucket[5m]))",
                format: "heatmap",
              },
            ],
          }),
          panel(7, "timeseries", { datasource: { type: "mysql", uid: "m" } }),
          panel(8, "stat", { targets: [{ refId: "A", expr: "sum(" }] }),
          panel(9, "table", { transformations: [{ id: "spellOut", options: {} }] }),
        ],
      });
      await shown.page.getByRole("heading", { level: 1, name: "My own" }).waitFor();
      shown.expectComplaints(/400/);
      await shown.settled();
      for (const id of [1, 2, 3]) assert.match(await words(id), /desk|writer/);
      assert.match(await words(4), /Cannot draw a panel of type “geomap”/);
      assert.match(await words(5), /Look at this/);
      await hasCount(shown.page.locator('[data-panel="6"] canvas'), 1);
      assert.match(await words(7), /mysql/);
      assert.match(await words(8), /parse error|unclosed|unexpected/i);
      assert.match(await words(9), /spellOut/);
      await shown.page.reload();
      await shown.page.getByRole("heading", { level: 1, name: "My own" }).waitFor();
    });

    it("runs nothing of what is in it", async () => {
      const evil = `<img src=x onerror="window.ran=1"><script>window.ran=1</script>`;
      await open({
        title: evil,
        description: evil,
        links: [{ title: "bad", type: "link", url: "javascript:window.ran=1" }],
        panels: [
          panel(1, "text", { title: evil, options: { mode: "html", content: evil }, targets: [] }),
          panel(2, "text", {
            options: { mode: "markdown", content: `${evil} [x](javascript:window.ran=1)` },
            targets: [],
          }),
          panel(3, "stat", {
            fieldConfig: {
              defaults: {
                links: [{ title: "bad", url: "javascript:window.ran=1" }],
                noValue: evil,
                color: { mode: "fixed", fixedColor: "url(https://example.org)" },
              },
            },
          }),
        ],
      });
      assert.equal(await shown.page.evaluate("window.ran"), undefined);
      await hasCount(shown.page.locator('a[href^="javascript"]'), 0);
    });

    it("is refused with what is missing", async () => {
      await open("nothing", "notes.txt");
      assert.match(await shown.page.getByRole("alert").innerText(), /Expected JSON, got notes.txt/);
      await open({ title: "no panels" });
      assert.match(await shown.page.getByRole("alert").innerText(), /without panels/);
    });
  });
});
