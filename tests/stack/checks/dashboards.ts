import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { listPanelQueries, listVariableQueries, type PanelQuery } from "../../../grafana/source/panel-queries.ts";
import type { Scenario } from "../support/scenario.ts";
import type { Stack } from "../support/stack.ts";
import { waitUntil } from "../support/wait-until.ts";

/** What the hidden variables of the overview would hold. */
const SERVICES = { service: "research-team|team-in-outage", traced_service: "team-in-outage" };
const MINUTES = 10;

const HOURS = "added up of whole hours, of which a stack that has just begun has none";
const FAILURES = "there is something only where something failed";
/** Panels of which a query may rightly be empty, by `board / panel`, with the reason. */
const WITHOUT_DATA: Readonly<Record<string, string>> = {
  "ao-slo / Budgets used up": HOURS,
  "ao-slo / Least budget left": HOURS,
  "ao-slo / Budget left": HOURS,
  "ao-slo / Burn, slow": HOURS,
  "ao-slo / Objectives of agents": HOURS,
  "ao-stack-health / Components down": FAILURES,
  "ao-stack-health / Given up by programs": FAILURES,
  "ao-stack-health / Lost": FAILURES,
  "ao-stack-health / Notifications": FAILURES,
};

/** A zero that the query makes itself proves nothing: what is asked is what stands before it. */
const withoutFallback = (expr: string): string => expr.replace(/ or vector\(0\)$/, "");

const isNumber = (value: number): boolean => !Number.isNaN(value);

async function hasData(stack: Stack, { datasource, expr, instant }: PanelQuery): Promise<boolean> {
  if (datasource === "jaeger") return (await stack.jaeger.search(expr)).length > 0;
  if (datasource === "loki") return (await stack.loki.lines(expr)).length > 0;
  const asked = withoutFallback(expr);
  if (instant) return (await stack.prometheus.query(asked)).some(({ value }) => isNumber(value));
  return (await stack.prometheus.queryRange(asked, MINUTES)).some(({ values }) => values.some(isNumber));
}

export function checkDashboards(given: () => Scenario): void {
  describe("every query of the boards has data", () => {
    const queries = listPanelQueries(SERVICES);
    for (const dashboard of new Set(queries.map((query) => query.dashboard))) {
      it(`panels of ${dashboard}`, async () => {
        const { stack, working, sampled } = given();
        await Promise.all([working, sampled]);
        const mayBeEmpty = ({ panel }: PanelQuery): boolean => `${dashboard} / ${panel}` in WITHOUT_DATA;
        let open = queries.filter((query) => query.dashboard === dashboard && !mayBeEmpty(query));
        await waitUntil(`every panel of ${dashboard} has data`, async () => {
          const found = await Promise.all(open.map((query) => hasData(stack, query)));
          open = open.filter((_, index) => !found[index]);
          assert.deepEqual(
            open.map(({ panel, expr }) => ({ panel, expr })),
            [],
          );
        });
      });
    }

    it("choices of the variables", async () => {
      const { stack } = given();
      for (const { dashboard, variable, selector, label } of listVariableQueries()) {
        const values = await stack.prometheus.labelValues(selector, label);
        assert.ok(values.length > 0, `${variable} of ${dashboard}: ${label} of ${selector}`);
      }
    });
  });
}
