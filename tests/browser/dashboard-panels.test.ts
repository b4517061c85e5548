/** Every panel of every board: what it draws is read back from the page and compared with what the APIs answer to the queries of the board's file. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { listPanelQueries, type PanelQuery } from "../../grafana/source/panel-queries.ts";
import { createBackends } from "../../src/backends/index.ts";
import { hasCount, type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";
import { BOARDS, comparePanels, STEP_MS } from "./panel-values.ts";

const HOUR_MS = 3_600_000;

describe("the panels of the dashboards", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  let compare: ReturnType<typeof comparePanels>;
  let queries: readonly PanelQuery[];
  /** Of panels without a least step. */
  let fineQueries: readonly PanelQuery[];
  let [endMs, range] = [0, ""];
  before(async () => {
    // High enough for all panels to be seen, as those far below do not ask.
    shown = await startPage({ width: 1440, height: 3000 });
    const backends = createBackends({ url: shown.url });
    endMs = Math.floor(Date.now() / 1000) * 1000;
    const startMs = endMs - HOUR_MS;
    range = `from=${startMs}&to=${endMs}&refresh=off`;
    compare = comparePanels({ shown, backends, startMs, endMs });
    const jobs = await backends.prometheus.labelValues("job", { selectors: ["agent_observatory_up"], startMs, endMs });
    const services = [...new Set(jobs.map((job) => job.replace(/^.*\//, "")))].sort();
    const values = {
      service: services.length === 1 ? String(services[0]) : `(${services.join("|")})`,
      traced_service: services[0] ?? "",
      __range: "3600s",
    };
    // An hour on a wide screen: the boards' least step, else a scrape, and what Grafana makes of them with a scrape every 15 s.
    queries = listPanelQueries({ ...values, __interval: "1m", __auto: "1m", __rate_interval: "4m" });
    fineQueries = listPanelQueries({ ...values, __interval: "15s", __auto: "15s", __rate_interval: "1m" });
  });
  after(() => shown?.close());

  for (const board of BOARDS) {
    it(`${board.uid} draws what the APIs answer, in every panel`, async () => {
      await shown.open(`/d/${board.uid}?${range}`);
      const panels = board.panels.filter(({ type }) => type !== "row");
      await shown.page
        .locator("[data-panel]")
        .nth(panels.length - 1)
        .waitFor();
      await hasCount(shown.page.locator("[data-panel]"), panels.length);
      let withData = 0;
      // Panels come in the order of their queries, which may share a title.
      let at = queries.findIndex(({ dashboard }) => dashboard === board.uid);
      for (const panel of panels) {
        const asked = (panel.interval === undefined ? fineQueries : queries).slice(at, at + panel.targets.length);
        at += panel.targets.length;
        const found = await compare.inspect(panel);
        const where = `${board.uid} / ${panel.title}`;
        if (asked[0]?.datasource !== "jaeger") {
          assert.deepEqual(
            found.queries.map(({ text }) => text),
            asked.map(({ expr }) => expr.trim()),
            where,
          );
        }
        for (const [index, { end, step }] of found.queries.entries()) {
          if (asked[index]?.instant) assert.equal(end, endMs, where);
          else if (asked[index]?.datasource !== "jaeger" && panel.type === "timeseries")
            assert.equal(step, STEP_MS, where);
        }
        const compared = await compare.check(panel, asked, found).catch((error: unknown) => {
          throw new Error(where, { cause: error });
        });
        if (compared > 0) withData += 1;
      }
      // The stack's own components do not report here, and objectives need more than minutes.
      const expected = board.uid === "ao-stack-health" || board.uid === "ao-slo" ? 0.3 : 0.5;
      assert.ok(withData >= panels.length * expected, `${withData} of ${panels.length} panels have data`);
    });
  }
});
