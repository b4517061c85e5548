/** The address of a trace asks for the trace before the page has started. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { everyView } from "./views.ts";

describe("a trace that is opened by its address", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  before(async () => {
    shown = await startPage();
  });
  after(() => shown?.close());

  it("is asked for while the page loads, and once", async () => {
    const path = (await everyView(shown.url)).find(({ name }) => name === "trace-waterfall")?.path ?? "";
    const [, traceId = ""] = /^\/trace\/([0-9a-f]{32})/.exec(path) ?? [];
    assert.notEqual(traceId, "", path);
    const asked: string[] = [];
    shown.page.on("request", (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.startsWith("/assets/") || search.includes(traceId) || pathname.includes(traceId))
        asked.push(pathname.startsWith("/assets/") ? "a file of the page" : pathname);
    });
    await shown.open(`/trace/${traceId}`);
    assert.ok(asked.indexOf("/api/traces") < asked.indexOf("a file of the page"), asked.join("\n"));
    assert.equal(asked.filter((one) => one.startsWith("/api/traces")).length, 1, asked.join("\n"));
  });
});
