import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { listPanelQueries, listVariableQueries, type PanelQuery } from "../../../grafana/source/panel-queries.ts";
import { listLogLinks, listTraceLinks, type TraceLink } from "../../dashboards/trace-links.ts";
import { HAS_POSTGRES } from "../../health/real-databases.ts";
import { loadDatasources } from "../support/provisioning.ts";
import type { Scenario } from "../support/scenario.ts";
import type { Stack } from "../support/stack.ts";
import { waitUntil } from "../support/wait-until.ts";
import { hasData, shownSeries } from "./panel-data.ts";

const required = process.env["AGENT_OBSERVATORY_REQUIRE_STACK"] === "1";

/** What hidden variables would hold. */
const SERVICES = { service: "support-desk|research-team|in-trouble|team-in-outage", traced_service: "research-team" };
/** Services whose traces a click may lead to. */
const TRACED = ["research-team", "support-desk", "dispatch", "in-trouble", "team-in-outage"];

type Empty = {
  readonly panel: string;
  /** In the query. */
  readonly about: string;
  readonly why: string;
};

const NONE_FAILED = "there is something only where something failed, and nothing did";
const ofLost = (about: string): Empty => ({ panel: "ao-stack-health / Lost", about, why: NONE_FAILED });

/** Queries that rightly find nothing: one that finds something must not be here. */
const WITHOUT_DATA: readonly Empty[] = [
  {
    panel: "ao-logs / Error patterns",
    about: "error_pattern_notifications_total",
    why: "nobody is notified: that needs the address of a webhook",
  },
  { panel: "ao-stack-health / Components down", about: "up == 0", why: NONE_FAILED },
  { panel: "ao-stack-health / Given up by programs", about: "agent_observatory_dropped_total", why: NONE_FAILED },
  ofLost('otelcol_exporter_send_failed_spans_total{job="otel-collector"}'),
  ofLost('otelcol_exporter_send_failed_metric_points_total{job="otel-collector"}'),
];

/** Of a panel's exemplars that are followed. */
const MANY = 20;

/** What Grafana takes for the id of a trace, as provisioned. */
function exemplarLink() {
  const [link] = loadDatasources().prometheus.jsonData.exemplarTraceIdDestinations ?? [];
  assert.ok(link?.datasourceUid === "jaeger");
  return link;
}

const panelOf = ({ dashboard, panel }: { dashboard: string; panel: string }): string => `${dashboard} / ${panel}`;

export function checkDashboards(given: () => Scenario): void {
  describe("the boards", {
    skip: !HAS_POSTGRES && !required && "Postgres, which the support desk needs, is not installed",
  }, () => {
    const queries = listPanelQueries(SERVICES);
    const isListed = (query: PanelQuery): boolean =>
      WITHOUT_DATA.some(({ panel, about }) => panel === panelOf(query) && query.expr.includes(about));
    const shown = (some: readonly PanelQuery[]) => some.map(({ panel, expr }) => ({ panel, expr }));
    const emptyOf = async (stack: Stack, asked: readonly PanelQuery[]): Promise<PanelQuery[]> => {
      const found = await Promise.all(asked.map((query) => hasData(stack, query)));
      return asked.filter((_, index) => !found[index]);
    };
    const everything = async (): Promise<Stack> => {
      const { stack, desk, working, sampled, trouble } = given();
      await Promise.all([desk, working, sampled, trouble]);
      return stack;
    };

    for (const dashboard of new Set(queries.map((query) => query.dashboard))) {
      it(`${dashboard} has data for every query, but for those of which it is said why not`, async () => {
        const stack = await everything();
        const mine = queries.filter((query) => query.dashboard === dashboard);
        let open = mine.filter((query) => !isListed(query));
        await waitUntil(`every panel of ${dashboard} has data`, async () => {
          open = await emptyOf(stack, open);
          assert.deepEqual(shown(open), []);
        });
        const listed = mine.filter(isListed);
        const empty = await emptyOf(stack, listed);
        const filled = listed.filter((query) => !empty.includes(query));
        assert.deepEqual(shown(filled), [], "listed as empty, and have data");
      });
    }

    it("what may be empty is there", () => {
      const missing = WITHOUT_DATA.filter(
        ({ panel, about }) => !queries.some((query) => panelOf(query) === panel && query.expr.includes(about)),
      );
      assert.deepEqual(missing, []);
    });

    it("the variables have choices", async () => {
      const { stack } = given();
      for (const { dashboard, variable, selector, label } of listVariableQueries()) {
        const values = await stack.prometheus.labelValues(selector, label);
        assert.ok(values.length > 0, `${variable} of ${dashboard}: ${label} of ${selector}`);
      }
    });

    const leadsToTraces = async (stack: Stack, link: TraceLink): Promise<boolean> => {
      for (const labels of await shownSeries(stack, link)) {
        const tags = JSON.stringify(link.tagsOf(labels));
        for (const service of TRACED) {
          if ((await stack.jaeger.search({ service, tags, limit: 1 })).length > 0) return true;
        }
      }
      return false;
    };
    for (const link of listTraceLinks(SERVICES)) {
      it(`a click on ${panelOf(link)}, "${link.title}", leads to traces`, async () => {
        const stack = await everything();
        await waitUntil("a click leads to traces", async () => assert.ok(await leadsToTraces(stack, link)));
      });
    }

    for (const link of listLogLinks({ ...SERVICES, environment: ".*" })) {
      it(`a click on ${panelOf(link)}, "${link.title}", leads to log lines`, async () => {
        const stack = await everything();
        await waitUntil("a click leads to lines", async () => {
          const series = await shownSeries(stack, link);
          const found = await Promise.all(series.map(async (labels) => stack.loki.lines(link.exprOf(labels))));
          assert.ok(series.length > 0 && found.some((lines) => lines.length > 0), JSON.stringify(series));
        });
      });
    }

    for (const query of queries.filter(({ exemplars }) => exemplars)) {
      it(`an exemplar in ${panelOf(query)} leads to a trace: ${query.expr.slice(0, 60)}`, async () => {
        const stack = await everything();
        const { name } = exemplarLink();
        const exemplars = await stack.prometheus.exemplars(query.expr);
        const traceIds = new Set(exemplars.map(({ labels }) => labels[name]));
        assert.ok(traceIds.size > 0);
        for (const traceId of [...traceIds].slice(-MANY)) {
          assert.ok(traceId !== undefined && (await stack.jaeger.trace(traceId)) !== undefined, `no trace ${traceId}`);
        }
      });
    }
  });
}
