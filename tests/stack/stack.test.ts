/**
 * The stack of docker-compose.yml with programs that report to it: one start for all. What takes minutes (the alerts) is set off first and
 * looked at late; what disturbs the others (outages, restarts) comes last.
 */
import { after, before, describe, it } from "node:test";
import { checkAlerts } from "./checks/alerts.ts";
import { checkCanary } from "./checks/canary.ts";
import { checkCollector } from "./checks/collector.ts";
import { checkCorrelation } from "./checks/correlation.ts";
import { checkCounts } from "./checks/counts.ts";
import { checkDashboards } from "./checks/dashboards.ts";
import { checkGrafana } from "./checks/grafana.ts";
import { checkHealth } from "./checks/health.ts";
import { checkOutages } from "./checks/outages.ts";
import { checkSampling } from "./checks/sampling.ts";
import { checkStackSeries } from "./checks/stack-series.ts";
import { findWhatIsMissing } from "./support/docker.ts";
import { playScenario, type Scenario } from "./support/scenario.ts";
import { type Stack, startStack } from "./support/stack.ts";

const missing = findWhatIsMissing();
const required = process.env["AGENT_OBSERVATORY_REQUIRE_STACK"] === "1";

if (missing !== undefined) {
  console.error(`\n!! The stack was NOT tested: ${missing}.\n`);
  it("has what it takes to start the stack", { skip: required ? false : missing }, () => {
    throw new Error(`AGENT_OBSERVATORY_REQUIRE_STACK=1, but ${missing}`);
  });
}

describe("the stack", { skip: missing !== undefined }, () => {
  let stack: Stack | undefined;
  let scenario: Scenario | undefined;
  const given = (): Scenario => {
    if (scenario === undefined) throw new Error("The stack did not start");
    return scenario;
  };

  before(async () => {
    stack = await startStack();
    scenario = await playScenario(stack);
  });
  after(async () => {
    try {
      await scenario?.close();
    } finally {
      await stack?.close();
    }
  });

  checkHealth(given);
  checkCounts(given);
  checkCorrelation(given);
  checkCollector(given);
  checkDashboards(given);
  checkSampling(given);
  checkAlerts(given);
  checkStackSeries(given);
  checkCanary(given);
  checkGrafana(given);
  checkOutages(given);
});
