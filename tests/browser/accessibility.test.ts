/** axe-core on every view, light and dark: what is serious or critical keeps somebody out. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { everyView, type NamedView } from "./views.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const WIDE_TABLES = `[...document.querySelectorAll("main section:has(> table)")]
  .filter((box) => box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 1)
  .map((box) => box.getAttribute("aria-label") + " " + box.scrollWidth + " of " + box.clientWidth)`;

type Violation = {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
};

async function violations({ page }: ShownPage): Promise<string[]> {
  await page.evaluate(`if (window.axe === undefined) { ${AXE} }`);
  const run = `axe.run(document, { runOnly: ${JSON.stringify(TAGS)}, resultTypes: ["violations"] })`;
  const found = (await page.evaluate(`${run}.then(({ violations }) => violations)`)) as Violation[];
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes.slice(0, 3).map(({ html, failureSummary }) => `${id} (${help}): ${html.slice(0, 200)} ${failureSummary}`),
    );
}

describe("every view can be used by everybody", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  let views: readonly NamedView[];
  before(async () => {
    shown = await startPage();
    views = await everyView(shown.url);
  });
  after(() => shown?.close());

  for (const theme of ["light", "dark"] as const) {
    it(`has no serious violation in ${theme} colors`, async () => {
      await shown.page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      const found: Record<string, string[]> = {};
      for (const { name, path } of views) {
        await shown.open(path);
        const wrong = await violations(shown);
        if (wrong.length > 0) found[name] = wrong;
      }
      assert.deepEqual(found, {});
    });
  }

  it("has none in the palette", async () => {
    await shown.open("/");
    await shown.page.keyboard.press("Control+k");
    await shown.page.getByRole("combobox", { name: /^Go to/ }).waitFor();
    assert.deepEqual(await violations(shown), []);
  });

  it("has none on a phone, where nothing is wider than the window", async () => {
    await shown.page.setViewportSize({ width: 390, height: 844 });
    const found: Record<string, string[]> = {};
    for (const { name, path } of views) {
      await shown.open(path);
      const wrong = await violations(shown);
      const [width, room] = (await shown.page.evaluate(
        "[document.documentElement.scrollWidth, innerWidth]",
      )) as number[];
      if (Number(width) > Number(room)) wrong.push(`${width} of ${room} wide`);
      // What scrolls by itself hides what is in it; tables, of all things, have a form for phones.
      for (const table of (await shown.page.evaluate(WIDE_TABLES)) as string[]) wrong.push(`scrolls: ${table}`);
      if (wrong.length > 0) found[name] = wrong;
    }
    assert.deepEqual(found, {});
  });
});
