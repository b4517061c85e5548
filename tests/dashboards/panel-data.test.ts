/**
 * Every query of the boards asked of an embedded process that the support desk, the research team and a program in the middle of its work
 * have reported to: each has data, or stands in WITHOUT_DATA with the reason.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createLlmDouble } from "../../examples/support/llm-double.ts";
import { listPanelQueries, listVariableQueries, type PanelQuery } from "../../grafana/source/panel-queries.ts";
import { createBackends, searchTraces } from "../../src/backends/index.ts";
import { type RunningDesk, runSupportDesk, until } from "../examples/observed-support-desk.ts";
import { DESK_SETTINGS, drive } from "../examples/support-desk-drive.ts";
import { HAS_POSTGRES } from "../health/real-databases.ts";
import { SDKS_DIRECTORY } from "../process/run-program.ts";
import { runTeam } from "../stack/support/programs.ts";
import { AT_WORK } from "./program-at-work.ts";
import { listTraceLinks, type TraceLink } from "./trace-links.ts";

/** The objectives need minutes of evaluated rules and the stack its components: both are looked at by tests/stack. */
const BOARDS = new Set([
  "ao-overview",
  "ao-llm-cost",
  "ao-orchestration",
  "ao-tools",
  "ao-cache",
  "ao-api",
  "ao-system",
  "ao-logs",
  "ao-quality",
]);

/** Panels of which a query is rightly empty here, by `board / panel`. */
const WITHOUT_DATA: Readonly<Record<string, string>> = {
  "ao-logs / Error patterns": "nobody is notified: that needs the address of a webhook",
};

/** Links to traces that rightly find none, by `board / panel / link`. */
const WITHOUT_TRACES: Readonly<Record<string, string>> = {};

const PROGRAMS = ["support-desk", "research-team", "at-work"];
const HOUR_MS = 3_600_000;
const SERVICES = { service: "support-desk|research-team", traced_service: "research-team" };

/** A zero that the query makes itself proves nothing: what is asked is what stands before it. */
const withoutFallback = (expr: string): string => expr.replace(/ or vector\(0\)$/, "");

describe("the boards", { skip: !HAS_POSTGRES && "Postgres is not installed" }, () => {
  let desk: RunningDesk;
  let program: ChildProcess | undefined;
  let directory: string | undefined;
  const double = createLlmDouble({
    respond: ({ model }) => (model === "slow-model" ? { hang: true } : { usage: { inputTokens: 5, outputTokens: 5 } }),
  });
  before(async () => {
    desk = await runSupportDesk(DESK_SETTINGS);
    const otlpUrl = desk.observatory.urls.otlpHttp;
    await drive(desk);
    await runTeam({ otlpUrl, service: "research-team" });
    const { url } = await double.start();
    directory = await mkdtemp(join(SDKS_DIRECTORY, "running-"));
    await writeFile(join(directory, "at-work.mjs"), AT_WORK);
    program = spawn(process.execPath, ["--require", "agent-observatory/register", "at-work.mjs"], {
      cwd: directory,
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        OPENAI_BASE_URL: url,
        OPENAI_API_KEY: "sk-demo",
        OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
        OTEL_SERVICE_NAME: "at-work",
        OTEL_METRIC_EXPORT_INTERVAL: "500",
        LOG_SAMPLE_BURST: "5",
      },
    });
    await once(program.stdout as NodeJS.ReadableStream, "data");
  });
  after(async () => {
    program?.stdin?.end();
    if (program?.exitCode === null) await once(program, "exit");
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    await double.close();
    await desk[Symbol.asyncDispose]();
  });

  type Asked = Pick<PanelQuery, "expr" | "instant">;

  async function seriesOf({ expr, instant }: Asked) {
    const { prometheus } = createBackends({ url: desk.observatory.urls.web });
    const asked = withoutFallback(expr);
    const { result } = instant
      ? await prometheus.query(asked)
      : await prometheus.queryRange(asked, { startMs: Date.now() - 600_000, endMs: Date.now(), stepMs: 15_000 });
    const series = "series" in result ? result.series : [];
    return series.filter(({ points }) => points.some(({ value }) => !Number.isNaN(value)));
  }

  async function findsTraces(service: string, attributes: Readonly<Record<string, string>>): Promise<boolean> {
    const { jaeger } = createBackends({ url: desk.observatory.urls.web });
    const search = { startMs: Date.now() - HOUR_MS, endMs: Date.now(), service, attributes, limit: 1 };
    return (await searchTraces(jaeger, search)).found.length > 0;
  }

  async function hasData({ datasource, expr, instant }: PanelQuery): Promise<boolean> {
    if (datasource === "prometheus") return (await seriesOf({ expr, instant })).length > 0;
    if (datasource === "jaeger") {
      const { service = "", tags = "{}" } = Object.fromEntries(new URLSearchParams(expr));
      return findsTraces(service, JSON.parse(tags) as Record<string, string>);
    }
    const { loki } = createBackends({ url: desk.observatory.urls.web });
    const range = { startMs: Date.now() - HOUR_MS, endMs: Date.now() };
    const answer = await loki.queryRange(expr, { ...range, limit: 1, direction: "backward" });
    return answer.type !== "lines" || answer.entries.length > 0;
  }

  const queries = listPanelQueries(SERVICES).filter(({ dashboard }) => BOARDS.has(dashboard));
  for (const dashboard of BOARDS) {
    it(`${dashboard} has data in every panel`, async () => {
      let open = queries.filter((query) => query.dashboard === dashboard);
      const empty = (): string[] => [...new Set(open.map(({ panel }) => `${dashboard} / ${panel}`))];
      const expected = Object.keys(WITHOUT_DATA).filter((panel) => panel.startsWith(`${dashboard} /`));
      await until(`data in every panel of ${dashboard}`, async () => {
        const found = await Promise.all(open.map(hasData));
        open = open.filter((_, index) => !found[index]);
        return empty().length <= expected.length;
      }).catch(() => undefined);
      assert.deepEqual(empty().sort(), expected.sort());
    });
  }

  it("the variables have choices", async () => {
    const { prometheus } = createBackends({ url: desk.observatory.urls.web });
    for (const { dashboard, variable, selector, label } of listVariableQueries()) {
      if (!BOARDS.has(dashboard)) continue;
      const values = await prometheus.labelValues(label, { selectors: [selector] });
      if (label === "deployment_environment_name") continue;
      assert.ok(values.length > 0, `${variable} of ${dashboard}`);
    }
  });

  async function findsNone(link: TraceLink): Promise<boolean> {
    for (const { labels } of await seriesOf(link)) {
      for (const program of PROGRAMS) if (await findsTraces(program, link.tagsOf(labels))) return false;
    }
    return true;
  }

  it("a click leads to traces", async () => {
    const links = listTraceLinks(SERVICES).filter(({ dashboard }) => BOARDS.has(dashboard));
    const empty: string[] = [];
    for (const link of links) {
      if (await findsNone(link)) empty.push(`${link.dashboard} / ${link.panel} / ${link.title}`);
    }
    assert.ok(links.length > 0);
    assert.deepEqual(empty.sort(), Object.keys(WITHOUT_TRACES).sort());
  });
});
