import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { runProgram } from "../process/run-program.ts";
import { type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { sendSpans } from "./sent-traces.ts";

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

describe("the number of errors of a kind", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  before(async () => {
    shown = await startPage({ scenario: "empty" });
  });
  after(() => shown?.close());
  const rows = () => shown.page.getByRole("list", { name: "Kinds of errors" }).getByRole("listitem");
  const FAILURES = { DiskError: 260, QuotaError: 17, SyntaxError: 4, log: 3 };

  it("is how often the program failed, whoever saw it, though a trace in twenty is kept and most are not looked at", async () => {
    const program = `
      import { agent, tool, trackError } from "agent-observatory";
      import winston from "winston";
      const logger = winston.createLogger({ transports: [new winston.transports.Console({ silent: true })] });
      class DiskError extends Error { name = "DiskError" }
      class QuotaError extends Error { name = "QuotaError" }
      const save = tool("save", (order) => { throw new DiskError("disk full at order " + order) });
      const planner = agent("planner", async (order) => save(order));
      for (let order = 0; order < ${FAILURES.DiskError}; order++) {
        await planner(order).catch((error) => logger.error("no order", error));
        await new Promise(setImmediate);
      }
      const count = tool("count", (page) => { throw new QuotaError("no quota for page " + page) });
      for (let page = 0; page < ${FAILURES.QuotaError}; page++) try { await count(page) } catch {}
      for (let part = 0; part < ${FAILURES.SyntaxError}; part++) try { JSON.parse("{" + part) } catch (error) { trackError(error) }
      for (let time = 0; time < ${FAILURES.log}; time++) logger.error("the cache is cold");
    `;
    const env = { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.05" };
    const run = await runProgram(program, { receiver: shown.served.otlp.traces.replace(/\/v1\/traces$/, ""), env });
    assert.equal(run.code, 0, run.stderr);
    await shown.open("/errors?from=now-15m&to=now");
    await rows()
      .nth(Object.keys(FAILURES).length - 1)
      .waitFor();
    for (const [type, count] of Object.entries(FAILURES)) {
      const row = rows().filter({ hasText: `${type}: ` });
      await row.getByText(new RegExp(`^${count}$`)).waitFor();
      assert.ok((await row.getByRole("img").getAttribute("aria-label"))?.startsWith(`${count} seen`));
    }
    assert.equal(await rows().count(), Object.keys(FAILURES).length);
    const total = Object.values(FAILURES).reduce((sum, one) => sum + one, 0);
    const stat = shown.page.getByText("Errors", { exact: true }).last().locator("xpath=..");
    await stat.getByText(String(total), { exact: true }).waitFor();
  });

  it("is exact on its own page, which leads to its traces", async () => {
    await shown.open("/errors?from=now-15m&to=now");
    await rows().filter({ hasText: "DiskError: " }).getByRole("link").click();
    await shown.page.waitForURL("**/errors?*fingerprint=*");
    await shown.page.getByText(String(FAILURES.DiskError), { exact: true }).waitFor();
    assert.equal(await shown.page.getByText("so many at least").count(), 0);
    const [, fingerprint] = /fingerprint=([0-9a-f]{16})/.exec(shown.page.url()) ?? assert.fail(shown.page.url());
    const traces = shown.page.getByRole("link", { name: /Traces/ }).last();
    assert.ok((await traces.getAttribute("href"))?.includes(`error.fingerprint%3D${fingerprint}`));
  });

  it("is that of programs of other SDKs as well, which count nothing", async () => {
    const startMs = Date.now() - 60_000;
    const spans = Array.from({ length: 230 }, (_, index) => ({
      id: 1000 + index,
      name: "execute_tool weigh",
      service: "scales",
      startMs: startMs + index,
      ms: 5,
      error: `no weight for crate ${index}`,
      attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weigh", "error.type": "WeightError" },
    }));
    for (const span of spans) await sendSpans(shown.served, span.id.toString(16).padStart(32, "0"), [span]);
    const until = Date.now() + 40_000;
    const row = rows().filter({ hasText: "WeightError: " });
    // What they did not count is counted every 15 seconds.
    for (;;) {
      await shown.open("/errors?from=now-15m&to=now");
      if ((await row.count()) === 1 && /230errors/.test((await row.textContent()) ?? "")) break;
      assert.ok(Date.now() < until, `${await rows().allTextContents()}`);
    }
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
