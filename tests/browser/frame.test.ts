import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";

/** What stands beyond the window and cannot be scrolled to. */
const BEYOND = `[...document.querySelectorAll("header button, header input, main button, main p, main code, main strong")]
  .filter((element) => {
    const { left, right, width, height } = element.getBoundingClientRect();
    const scrolls = element.closest("pre, code, [role=tablist], section[tabindex]");
    return width > 0 && height > 2 && (left < 0 || right > innerWidth) && (scrolls === null || scrolls === element);
  })
  .map((element) => element.outerHTML.slice(0, 120))`;

describe("the frame of the page", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  before(async () => {
    shown = await startPage({ scenario: "empty" });
  });
  after(() => shown?.close());
  const heading = () => shown.page.getByRole("heading", { level: 1 });
  const search = () => new URL(shown.page.url()).searchParams;

  it("leads to every view of its navigation, and says where one is", async () => {
    await shown.open("/");
    const views = shown.page.getByRole("navigation", { name: "Views" }).getByRole("link");
    const titles = await views.allTextContents();
    assert.ok(titles.length >= 9, titles.join());
    for (const title of titles) {
      const link = shown.page
        .getByRole("navigation", { name: "Views" })
        .getByRole("link", { name: title, exact: true });
      await link.click();
      await heading().waitFor();
      assert.equal(await link.getAttribute("aria-current"), "page", title);
    }
  });

  it("keeps the time range from view to view, and in the address", async () => {
    await shown.open("/traces?from=now-6h&to=now");
    await shown.page.getByRole("button", { name: "Last 6 hours" }).waitFor();
    await shown.page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Logs" }).click();
    assert.equal(search().get("from"), "now-6h");
    await shown.page.getByRole("button", { name: "Last 6 hours" }).click();
    await shown.page.getByRole("button", { name: "Last 15 minutes" }).click();
    assert.deepEqual([search().get("from"), search().get("to")], ["now-15m", "now"]);
    await shown.page.reload();
    await shown.page.getByRole("button", { name: "Last 15 minutes" }).waitFor();
  });

  it("goes back and forward", async () => {
    await shown.open("/");
    const to = async (name: string): Promise<void> =>
      shown.page.getByRole("navigation", { name: "Views" }).getByRole("link", { name, exact: true }).click();
    await to("Errors");
    await to("Cost");
    await shown.page.goBack();
    assert.equal(new URL(shown.page.url()).pathname, "/errors");
    await shown.page.goBack();
    assert.equal(new URL(shown.page.url()).pathname, "/");
    await shown.page.goForward();
    assert.equal(new URL(shown.page.url()).pathname, "/errors");
  });

  it("keeps the theme that somebody chose", async () => {
    await shown.open("/");
    const theme = (): Promise<unknown> => shown.page.evaluate("document.documentElement.dataset.theme");
    assert.equal(await theme(), "light");
    await shown.page.getByRole("button", { name: "Dark theme" }).click();
    assert.equal(await theme(), "dark");
    await shown.page.reload();
    assert.equal(await theme(), "dark");
    await shown.page.getByRole("button", { name: "Light theme" }).click();
    assert.equal(await theme(), "light");
  });

  it("has the theme of the system until somebody chooses, and changes with it", async () => {
    const page = await shown.context.newPage();
    await page.addInitScript("localStorage.clear()");
    const until = (theme: string): Promise<void> => page.locator(`html[data-theme="${theme}"]`).waitFor();
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto("/");
    await until("dark");
    await page.getByRole("button", { name: "Light theme" }).waitFor();
    await page.emulateMedia({ colorScheme: "light" });
    await until("light");
    await page.getByRole("button", { name: "Dark theme" }).click();
    await until("dark");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.emulateMedia({ colorScheme: "light" });
    await until("dark");
    await page.close();
  });

  it("says of an address that leads nowhere that it does", async () => {
    await shown.open("/no/such/view");
    await shown.page.getByText("There is no such view").waitFor();
    const missing = await fetch(`${shown.url}/assets/none.js`);
    assert.equal(missing.status, 404);
  });

  it("shows its navigation behind a button where there is little room", async () => {
    await shown.page.setViewportSize({ width: 390, height: 844 });
    await shown.open("/");
    const link = shown.page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Logs" });
    assert.equal(await link.isVisible(), false);
    await shown.page.getByRole("button", { name: "Menu" }).click();
    await link.waitFor();
    const menu = await shown.page.getByRole("navigation", { name: "Views" }).boundingBox();
    assert.ok(menu !== null && menu.y + menu.height >= 840, "nothing of the view stands below the menu");
    await link.click();
    assert.equal(await link.isVisible(), false);
    assert.equal(await shown.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), true);
  });

  it("fits on a phone where there is nothing yet", async () => {
    await shown.page.setViewportSize({ width: 390, height: 844 });
    const views = [
      "/",
      "/traces",
      "/sessions",
      "/logs",
      "/errors",
      "/cost",
      "/models",
      "/alerts",
      "/health",
      "/compare",
    ];
    for (const path of [...views, "/trace/0af7651916cd43dd8448eb211c80319c", "/session/none", "/alert/None"]) {
      await shown.open(path);
      assert.deepEqual(await shown.page.evaluate(BEYOND), [], path);
    }
    await shown.open("/");
    await shown.page.getByRole("button", { name: "Last 1 hour" }).click();
    await shown.page.getByRole("button", { name: "Last 15 minutes" }).waitFor();
    assert.deepEqual(await shown.page.evaluate(BEYOND), [], "the time picker");
  });

  it("is settled when nothing is awaited any more, however late that is drawn", async () => {
    await shown.open("/");
    await shown.page.evaluate(`{
      const awaited = document.createElement("div");
      awaited.className = "skeleton";
      awaited.textContent = "on its way";
      document.body.prepend(awaited);
      setTimeout(() => awaited.remove(), 900);
    }`);
    await shown.settled();
    assert.equal(await shown.page.locator(".skeleton").count(), 0);
  });
});
