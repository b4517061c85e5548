import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { hasCount, type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { sendSpans, spanIdOf } from "./sent-traces.ts";

const MINUTE_MS = 60_000;
const newTraceId = (): string => randomBytes(16).toString("hex");

describe("a page that stays open", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  const traceId = newTraceId();
  const startMs = Date.now() - 10 * MINUTE_MS;
  before(async () => {
    shown = await startPage({ scenario: "empty" });
    shown.expectComplaints(/502|Bad Gateway/);
    await sendSpans(shown.served, traceId, [{ id: 1, name: "settled", service: "desk", startMs, ms: 1000 }]);
  });
  after(() => shown?.close());

  const down = async <T>(path: RegExp, work: () => Promise<T>): Promise<T> => {
    await shown.context.route(path, (route) => route.fulfill({ status: 502, body: "" }));
    try {
      return await work();
    } finally {
      await shown.context.unroute(path);
    }
  };
  const refresh = () => shown.page.getByRole("button", { name: "Refresh now" }).click();
  const writeLine = async (text: string): Promise<void> => {
    const record = {
      timeUnixNano: `${BigInt(startMs) * 1_000_000n}`,
      severityNumber: 9,
      body: { stringValue: text },
      traceId,
      spanId: spanIdOf(1),
    };
    const resource = { attributes: [{ key: "service.name", value: { stringValue: "desk" } }] };
    const answer = await fetch(shown.served.otlp.logs, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] }),
    });
    assert.equal(answer.status, 200, await answer.text());
  };

  it("asks again by itself for a trace that could not be read", async () => {
    await down(/\/api\/traces/, async () => {
      await shown.open(`/trace/${traceId}?refresh=5s`);
      await shown.page.getByText("could not be read").waitFor();
    });
    await shown.page.getByRole("heading", { name: "settled" }).waitFor();
  });

  it("asks for lines and spans that came late when it is told to", async () => {
    await shown.open(`/trace/${traceId}?refresh=off`);
    await shown.page.getByRole("tab", { name: "Logs (0)" }).waitFor();
    await writeLine("late");
    await sendSpans(shown.served, traceId, [{ id: 2, parent: 1, name: "later", service: "desk", startMs, ms: 10 }]);
    await refresh();
    await shown.page.getByRole("tab", { name: "Logs (1)" }).waitFor();
    await shown.page.getByText("2 spans").waitFor();
  });

  it("asks at once for what it missed while nobody saw it, and not before", async () => {
    await shown.open("/traces?scope=all&refresh=5s");
    const see = (isHidden: boolean) =>
      shown.page.evaluate(`Object.defineProperty(document, "hidden", { configurable: true, value: ${isHidden} });
        document.dispatchEvent(new Event("visibilitychange"))`);
    await shown.page.clock.install();
    await shown.open("/traces?scope=all&refresh=5s");
    await see(true);
    await sendSpans(shown.served, newTraceId(), [
      { id: 1, name: "missed", service: "desk", startMs: Date.now() - 1000, ms: 10 },
    ]);
    let asked = 0;
    shown.page.on("request", (request) => {
      if (request.url().includes("/api/traces")) asked += 1;
    });
    await shown.page.clock.fastForward(7000);
    assert.equal(asked, 0);
    await see(false);
    await shown.page.getByRole("link", { name: "missed" }).waitFor();
  });

  it("fills a range that ends later", async () => {
    const [from, to] = [Date.now() - MINUTE_MS, Date.now() + 60 * MINUTE_MS];
    await shown.open(`/traces?scope=all&refresh=5s&from=${from}&to=${to}`);
    await sendSpans(shown.served, newTraceId(), [
      { id: 1, name: "of today", service: "desk", startMs: Date.now() - 1000, ms: 10 },
    ]);
    await shown.page.getByRole("link", { name: "of today" }).waitFor();
  });

  it("tells of alerts as they are now, whatever time is looked at, and goes on asking", async () => {
    const startsAt = new Date().toISOString();
    const answer = await fetch(`${shown.url}/api/v2/silences`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        matchers: [{ name: "alertname", value: "X", isRegex: false, isEqual: true }],
        startsAt,
        endsAt: new Date(Date.now() + 120 * MINUTE_MS).toISOString(),
        createdBy: "ada",
        comment: "known",
      }),
    });
    assert.equal(answer.status, 200, await answer.text());
    const day = 24 * 60 * MINUTE_MS;
    await shown.open(`/alerts?show=silences&refresh=5s&from=${Date.now() - 3 * day}&to=${Date.now() - 2 * day}`);
    await shown.page.getByText(/^in [12] h$/).waitFor();
    await shown.page.waitForRequest(/\/api\/v1\/rules/);
  });

  it("does not take feedback that was not answered for none", async () => {
    await sendSpans(shown.served, newTraceId(), [
      {
        id: 1,
        name: "chat gpt-4o",
        service: "desk",
        startMs: Date.now() - 1000,
        ms: 10,
        attributes: { "gen_ai.operation.name": "chat", "session.id": "s$(x)" },
      },
    ]);
    await down(/\/loki\//, async () => {
      await shown.open("/sessions");
      await shown.page.getByText("The feedback was not answered.").waitFor();
      await hasCount(shown.page.getByText("nobody gave any"), 0);
      await shown.open(`/session/${encodeURIComponent("s$(x)")}`);
      await shown.page.getByText("The feedback was not answered.").waitFor();
    });
  });

  it("has no command to copy that would run what an address says", async () => {
    await shown.open(`/session/${encodeURIComponent("x; $(touch /tmp/y) 'z")}`);
    await shown.page.getByText(`--session='x; $(touch /tmp/y) '\\''z' --since 30d`).waitFor();
  });

  it("has nothing to say of logs, and no failure, where a board has no program to choose", async () => {
    await shown.open("/d/ao-overview");
    const panel = shown.page.getByRole("region", { name: "Warnings and errors" });
    await panel.scrollIntoViewIfNeeded();
    await shown.settled();
    assert.equal(await panel.getAttribute("data-state"), "drawn");
    assert.match((await panel.textContent()) ?? "", /nothing has reported yet that \$service could be/);
  });
});
