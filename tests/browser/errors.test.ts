import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";

describe("errors", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  before(async () => {
    shown = await startPage();
  });
  after(() => shown?.close());
  const kinds = () => shown.page.getByRole("list", { name: "Kinds of errors" }).getByRole("listitem");
  const open = async (search = ""): Promise<void> => {
    await shown.open(`/errors${search}`);
    await kinds().first().waitFor();
  };

  it("are kinds with count, trend and times, and their number is that of the metric", async () => {
    await open();
    const division = kinds().filter({ hasText: "RangeError: division by zero" });
    assert.equal(await division.count(), 1);
    const text = (await division.textContent()) ?? "";
    for (const part of ["new", "internal", "tool", "research-team", "arithmetic.mjs"])
      assert.ok(text.includes(part), `${part}: ${text}`);
    const answer = await fetch(
      `${shown.url}/api/v1/query?query=${encodeURIComponent("sum(max_over_time(errors_total[1h]))")}`,
    );
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    const shownTotal = await shown.page.getByText("Errors", { exact: true }).last().locator("xpath=..").textContent();
    assert.ok(shownTotal?.includes(data.result[0]?.value[1] ?? "?"), `${shownTotal} of ${JSON.stringify(data.result)}`);
  });

  it("are filtered by category, severity, source and text, in the address", async () => {
    await open("?category=internal");
    for (const text of await kinds().allTextContents()) assert.match(text, /internal/);
    const before = await kinds().count();
    await shown.page.getByRole("combobox", { name: "By category" }).selectOption("");
    await shown.page.waitForURL((url) => !url.searchParams.has("category"));
    assert.ok((await kinds().count()) > before);
    await shown.page.getByRole("searchbox").fill("division");
    await shown.until(`document.querySelectorAll('[aria-label="Kinds of errors"] > li').length === 1`);
    assert.equal(new URL(shown.page.url()).searchParams.get("text"), "division");
    await shown.page.getByRole("searchbox").fill("nothing like it");
    await shown.page.getByText("No kind of error matches").waitFor();
    await shown.page.getByRole("button", { name: "Clear" }).click();
    await kinds().nth(1).waitFor();
  });

  it("lead from a kind to where it is in the program, and to the explanation of a trace in which it happened", async () => {
    await open();
    await kinds().filter({ hasText: "division by zero" }).getByRole("link").click();
    await shown.page.waitForURL("**/errors?*fingerprint=*");
    await shown.page.getByRole("heading", { name: "Where in the program" }).waitFor();
    const frames = shown.page.locator("ol li[data-own=true]");
    assert.match((await frames.first().textContent()) ?? "", /arithmetic\.mjs:\d+/);
    await shown.page.getByText(/First seen .* after research-team .* started/).waitFor();
    const explain = shown.page
      .getByRole("region", { name: "Samples" })
      .last()
      .getByRole("link", { name: "Explain" })
      .first();
    assert.match((await explain.getAttribute("href")) ?? "", /^\/trace\/[0-9a-f]{32}\?.*tab=explain/);
    const logs = shown.page.getByRole("link", { name: "Logs", exact: true }).last();
    assert.match((await logs.getAttribute("href")) ?? "", /query=trace%3A[0-9a-f]{32}/);
  });

  it("are one kind each, whatever program they were seen in", async () => {
    await open("?source=llm");
    const links = shown.page.getByRole("list", { name: "Kinds of errors" }).getByRole("link");
    const addresses = await Promise.all((await links.all()).map((link) => link.getAttribute("href")));
    assert.equal(new Set(addresses).size, addresses.length, addresses.join("\n"));
    assert.ok((await kinds().allTextContents()).some((text) => text.startsWith("timeout: the client gave up")));
  });

  it("that nobody has seen say so", async () => {
    await shown.open("/errors?fingerprint=0000000000000000");
    await shown.page.getByText(/Nobody has seen this kind/).waitFor();
  });
});

describe("errors where there are none", { skip: WITHOUT_BROWSER }, () => {
  it("say that nothing failed, and how to see some", async () => {
    await using shown = await startPage({ scenario: "empty" });
    await shown.open("/errors");
    await shown.page.getByText("Nothing failed in this time").waitFor();
    await shown.page.getByText("npm run demo -- --fail").waitFor();
  });
});
