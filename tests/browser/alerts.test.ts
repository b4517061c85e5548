import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createBackends } from "../../src/backends/index.ts";
import { type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";

/** As the delivered rule, but for the time that it waits. */
const RULES = `groups:
  - name: tools
    interval: 1s
    rules:
      - alert: ToolSuccessRateLow
        expr: |-
          1 - sum by (job, tool) (agent_tool_calls_total{status="error"}) / sum by (job, tool) (agent_tool_calls_total) < 0.9
          and
          sum by (job, tool) (agent_tool_calls_total{status="error"}) >= 3
        labels: { severity: ticket }
        annotations:
          summary: Tool calls fail
          description: "Only {{ $value | humanizePercentage }} of the calls to tool {{ $labels.tool }} of {{ $labels.job }} succeeded. <img src=x onerror=alert(1)>"
          runbook_url: "{{ $externalURL }}/user/runbooks/ToolSuccessRateLow.md"
          dashboard_url: "/d/ao-tools?var-job={{ $labels.job | urlquery }}"
      - alert: NothingOfTheKind
        expr: agent_tool_calls_total > 1e9
        labels: { severity: page }
`;

const JOB = "refunds";
const nanos = (ms: number): string => `${BigInt(Math.round(ms)) * 1_000_000n}`;
const attributes = (values: Record<string, string>) =>
  Object.entries(values).map(([key, value]) => ({ key, value: { stringValue: value } }));

/** A run of an agent that calls one tool, which fails. */
function failedRun(index: number, startMs: number) {
  const traceId = `a${index}`.repeat(16);
  const id = (number: number): string => `b${index}${number}c`.repeat(4);
  const span = (number: number, name: string, values: Record<string, string>, more = {}) => ({
    traceId,
    spanId: id(number),
    ...(number > 0 && { parentSpanId: id(0) }),
    name,
    kind: 1,
    startTimeUnixNano: nanos(startMs + number),
    endTimeUnixNano: nanos(startMs + 40 - number),
    attributes: attributes(values),
    status: { code: 2, message: "the bank is closed" },
    ...more,
  });
  return [
    span(0, "invoke_agent clerk", { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk" }),
    span(1, "execute_tool refund", {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "refund",
      "gen_ai.agent.name": "clerk",
      "error.type": "BankClosed",
    }),
  ];
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("alerts", { skip: WITHOUT_BROWSER, timeout: 120_000 }, () => {
  let shown: ShownPage;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "agent-observatory-alerts-"));
    await writeFile(join(folder, "rules.yml"), RULES);
    shown = await startPage({
      scenario: "empty",
      environment: { AGENT_OBSERVATORY_RULE_FILES: join(folder, "rules.yml") },
    });
    const spans = Array.from({ length: 5 }, (_, index) => failedRun(index, Date.now() - 3000 + index * 10)).flat();
    const sent = await fetch(shown.served.otlp.traces, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        resourceSpans: [{ resource: { attributes: attributes({ "service.name": JOB }) }, scopeSpans: [{ spans }] }],
      }),
    });
    assert.equal(sent.status, 200, await sent.text());
    const { prometheus } = createBackends({ url: shown.url });
    await until(async () => (await prometheus.alerts()).find(({ state }) => state === "firing"));
  });
  after(async () => {
    await shown?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("leads from what fires to the failing tool call in three clicks", async () => {
    const { page } = shown;
    await shown.open("/alerts?from=now-15m&to=now&refresh=off");
    await page.getByRole("heading", { name: "ToolSuccessRateLow" }).waitFor();
    await page.getByRole("link", { name: "Its failed traces" }).click();
    await page.waitForURL(/\/traces\?/);
    const asked = new URL(page.url()).searchParams;
    assert.deepEqual([asked.get("service"), asked.get("tool"), asked.get("status")], [JOB, "refund", "error"]);
    await page
      .getByTitle(/^invoke_agent clerk\n/)
      .first()
      .click();
    await page.waitForURL(/\/trace\//);
    await page
      .getByRole("treeitem", { name: /refund/ })
      .last()
      .click();
    await page.getByText("the bank is closed").first().waitFor();
    await page.getByText("BankClosed").first().waitFor();
  });

  it("shows the value and the limit, when it fired, and the runbook with queries about this alert", async () => {
    const { page } = shown;
    await shown.open("/alerts?from=now-15m&to=now&refresh=off");
    await page.getByRole("link", { name: "Value and runbook" }).click();
    await page.getByRole("region", { name: "Value and limit" }).getByText("limit 90 %").waitFor();
    assert.match(
      await page.getByRole("region", { name: "Value and limit" }).innerText(),
      /0 %[\s\S]*and[\s\S]*at least 3/,
    );
    await page.getByRole("img", { name: /fired once/ }).waitFor();
    // Text of a rule is text.
    await page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
    const runbook = page.getByRole("region", { name: "Runbook" });
    await runbook.getByText('agent_tool_errors_total{job="refunds", tool="refund"}').waitFor();
    await runbook.getByRole("button", { name: "Run" }).first().click();
    await runbook.locator("canvas").or(runbook.getByText("No series within the range.")).first().waitFor();
    const dashboard = page.getByRole("link", { name: "Its dashboard" });
    assert.match((await dashboard.getAttribute("href")) ?? "", /^\/d\/ao-tools\?.*var-job=refunds/);
    const url = page.url();
    await shown.open(url);
    await page.getByRole("region", { name: "Value and limit" }).getByText("limit 90 %").waitFor();
  });

  it("is silenced with a reason, and told again when the silence is ended", async () => {
    const { page } = shown;
    await shown.open("/alerts?refresh=off");
    await page.getByRole("button", { name: "Silence…" }).click();
    const send = page.getByRole("button", { name: "Silence", exact: true });
    assert.equal(await send.isDisabled(), true, "without a reason");
    await page.getByLabel("4 hours").check();
    await page.getByLabel("Why").fill("the bank opens on Monday");
    await page.getByLabel("Your name").fill("Ada");
    await send.click();
    await page.getByText("◐ silenced").waitFor();
    await page.getByText(/Silenced by Ada until .*: the bank opens on Monday/).waitFor();
    const silences = (await (await fetch(`${shown.url}/api/v2/silences`)).json()) as {
      matchers: { name: string; value: string }[];
      startsAt: string;
      endsAt: string;
    }[];
    assert.deepEqual(Object.fromEntries(silences[0]?.matchers.map(({ name, value }) => [name, value]) ?? []), {
      alertname: "ToolSuccessRateLow",
      job: JOB,
      tool: "refund",
      severity: "ticket",
    });
    const hours = (Date.parse(silences[0]?.endsAt ?? "") - Date.parse(silences[0]?.startsAt ?? "")) / 3_600_000;
    assert.ok(Math.abs(hours - 4) < 0.01, `${hours} h`);
    await page.getByRole("tab", { name: "Silences (1)" }).click();
    await page.getByRole("button", { name: "End now: the bank opens on Monday" }).click();
    await page.getByText("expired").waitFor();
    await page.getByRole("tab", { name: /Problems/ }).click();
    await page.getByText("● firing").waitFor();
  });

  it("has a list of all rules, and says so where there is none of a name", async () => {
    const { page } = shown;
    await shown.open("/alerts?show=rules&refresh=off");
    const row = page.getByRole("row", { name: /NothingOfTheKind/ });
    assert.match(await row.innerText(), /silent[\s\S]*page[\s\S]*at once/);
    await row.getByRole("link", { name: "NothingOfTheKind" }).click();
    await page.getByText("It neither fires nor waits.").waitFor();
    await page.getByText("The rule names no runbook").waitFor();
    await shown.open("/alert/Unknown?refresh=off");
    await page.getByText("There is no rule of this name").waitFor();
  });
});

describe("health", { skip: WITHOUT_BROWSER, timeout: 240_000 }, () => {
  it("tells of checks, processes, libraries, what is missing, and of itself", async () => {
    await using shown = await startPage();
    const { page } = shown;
    await shown.open("/health?from=now-1h&to=now&refresh=off");
    await page
      .getByRole("region", { name: "Processes" })
      .getByRole("row", { name: /research-team/ })
      .first()
      .waitFor();
    await page
      .getByRole("region", { name: "What is observed" })
      .getByRole("row", { name: /observed.*openai/ })
      .first()
      .waitFor();
    await page.getByRole("region", { name: "What is missing" }).getByText("log lines left out by sampling").waitFor();
    await page.getByRole("region", { name: "This agent-observatory" }).locator("canvas").first().waitFor();
  });

  it("says what to do where nothing was ever sent", async () => {
    await using shown = await startPage({ scenario: "empty" });
    const { page } = shown;
    await shown.open("/health?refresh=off");
    await page.getByText("npx agent-observatory dev -- node app.js").waitFor();
    await page.getByText("No program reported a health check in this time").waitFor();
  });
});
