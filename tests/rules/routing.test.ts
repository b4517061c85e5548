import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { after, afterEach, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type Alert, createNotifier, loadRouting, type NotifierOptions, routesOf } from "../../src/rules/index.ts";
import { renderRouting } from "../../src/rules/routing/routing-template.ts";
import { INHIBITION_CASES, nameOf } from "../alertmanager/inhibition-cases.ts";
import { OPEN, OWN, OWN_PATTERN, ROUTE_CASES, type RouteCase } from "../alertmanager/route-cases.ts";

const FILE = fileURLToPath(new URL("../../alertmanager/alertmanager.yml", import.meta.url));
const STANDARD = "dev.*|test|local";
const NOW = 1_700_000_000_000;
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
type Labels = Alert["labels"];

const routing = (noPageEnvironments = STANDARD) => loadRouting({ file: FILE, noPageEnvironments });
const labelsOf = (text: string): Labels =>
  Object.fromEntries(text.split(" ").map((pair) => [pair.split("=")[0] ?? "", pair.slice(pair.indexOf("=") + 1)]));

type Told = {
  readonly url: string;
  readonly receiver: string;
  readonly groupKey: string;
  readonly status: string;
  readonly groupLabels: Labels;
  readonly truncatedAlerts: number;
  readonly alerts: readonly { readonly status: string; readonly labels: Labels; readonly annotations: Labels }[];
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A notifier as the embedded process has it, with one webhook and a watchdog, and a clock that the test moves. */
async function start(more: Partial<NotifierOptions> = {}) {
  const told: Told[] = [];
  const server = createServer(async (request, response) => {
    told.push({ ...((await json(request)) as Told), url: request.url ?? "" });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let nowMs = NOW;
  const notifier = createNotifier({
    alertmanagers: [],
    webhooks: [`${url}/hook`],
    watchdogs: [`${url}/watchdog`],
    routing: routing(),
    externalUrl: "http://observatory:4319/",
    clock: { nowMs: () => nowMs },
    onFault: (error) => {
      throw error;
    },
    ...more,
  });
  closing.push(
    () => notifier.close(0),
    () => new Promise((resolve) => server.close(resolve)),
  );
  return {
    told,
    notifier,
    fire: async (...all: readonly Labels[]) => {
      notifier.notify(all.map((labels) => alertOf(labels, nowMs)));
      await notifier.idle();
    },
    end: async (...all: readonly Labels[]) => {
      notifier.notify(all.map((labels) => ({ ...alertOf(labels, nowMs), resolved: true, endsAtMs: nowMs })));
      await notifier.idle();
    },
    pass: async (ms: number) => {
      nowMs += ms;
      notifier.tick();
      await notifier.idle();
    },
  };
}

const alertOf = (labels: Labels, nowMs: number): Alert => ({
  labels,
  annotations: { summary: "in short", dashboard_url: "/d/ao-overview?var-job=shop" },
  startsAtMs: nowMs,
  endsAtMs: nowMs + 100 * HOUR,
  resolved: false,
  generatorUrl: "http://observatory:4319/graph",
});
const page = (alertname: string, more: Labels = {}): Labels => ({
  alertname,
  severity: "page",
  job: "shop",
  deployment_environment_name: "production",
  ...more,
});

function routes(name: string, pattern: string, cases: readonly RouteCase[]): void {
  describe(`an alert's way in the embedded process ${name}`, () => {
    const { route } = routing(pattern);
    for (const [labels, receiver] of cases) {
      it(`${labels} goes to ${receiver}`, () => {
        assert.deepEqual(
          routesOf(route, labelsOf(labels)).map((one) => one.receiver),
          [receiver],
        );
      });
    }
  });
}
routes("as it is delivered", STANDARD, ROUTE_CASES);
routes("where every environment pages", "", OPEN);
routes("with a pattern of one's own", OWN_PATTERN, OWN);

describe("among alerts that fire at once in the embedded process", () => {
  for (const { title, firing, muted } of INHIBITION_CASES) {
    it(title, async () => {
      const { told, notifier, fire, pass } = await start();
      await fire(...firing);
      const early = told.filter(({ receiver }) => receiver !== "watchdog");
      assert.equal(early.length, 0, "all of them wait for their like");
      await pass(30 * SECOND);
      const heard = told.flatMap(({ alerts }) => alerts.map(({ labels }) => nameOf(labels)));
      assert.deepEqual([...heard, ...muted].toSorted(), firing.map(nameOf).toSorted());
      const inhibited = firing.filter((labels) => notifier.inhibiting(labels).length > 0).map(nameOf);
      assert.deepEqual(inhibited.toSorted(), muted.toSorted());
    });
  }
});

describe("a webhook of the embedded process", () => {
  it("is told of a page after 10 seconds and again after an hour, of a ticket after 30 and after 12 hours", async () => {
    const { told, fire, pass } = await start();
    await fire(page("AgentErrorRateHigh"), { ...page("LlmRateLimited"), severity: "ticket" });
    await pass(9 * SECOND);
    assert.deepEqual(told, []);
    await pass(SECOND);
    await pass(20 * SECOND);
    const receivers = () => told.map(({ receiver }) => receiver);
    assert.deepEqual(receivers(), ["page", "ticket"]);
    for (let minute = 0; minute < 12 * 60 - 1; minute++) await pass(MINUTE);
    assert.equal(receivers().filter((one) => one === "page").length, 12);
    assert.equal(receivers().filter((one) => one === "ticket").length, 1);
    await pass(10 * MINUTE);
    assert.equal(receivers().filter((one) => one === "ticket").length, 2);
  });

  it("hears of what joins a group, and of what is over, within five minutes", async () => {
    const { told, fire, end, pass } = await start();
    const [one, other] = [page("AgentErrorRateHigh", { agent: "a" }), page("AgentErrorRateHigh", { agent: "b" })];
    await fire(one);
    await pass(10 * SECOND);
    await fire(one, other);
    await end(one);
    await pass(5 * MINUTE - SECOND);
    assert.equal(told.length, 1);
    await pass(SECOND);
    assert.deepEqual(
      told[1]?.alerts.map(({ status, labels }) => [status, labels["agent"]]),
      [
        ["resolved", "a"],
        ["firing", "b"],
      ],
    );
  });

  it("hears of one problem once: by name, environment and service, of a provider's outage for all services", async () => {
    const { told, fire, pass } = await start();
    await fire(
      page("AgentErrorRateHigh", { agent: "a" }),
      page("AgentErrorRateHigh", { agent: "b" }),
      page("AgentErrorRateHigh", { deployment_environment_name: "staging" }),
      page("LlmProviderDown", { provider: "openai" }),
      page("LlmProviderDown", { provider: "openai", job: "billing" }),
    );
    await pass(10 * SECOND);
    assert.deepEqual(
      told.map(({ groupKey, alerts }) => [groupKey, alerts.length]),
      [
        [
          '{}/{severity="page"}:{alertname="AgentErrorRateHigh", deployment_environment_name="production", job="shop"}',
          2,
        ],
        ['{}/{severity="page"}:{alertname="AgentErrorRateHigh", deployment_environment_name="staging", job="shop"}', 1],
        [
          '{}/{severity="page"}/{alertname="LlmProviderDown",provider!=""}:{alertname="LlmProviderDown", deployment_environment_name="production", provider="openai"}',
          2,
        ],
      ],
    );
  });

  it("gets what somebody breaks while developing as a ticket, and nothing of the log", async () => {
    const { told, fire, pass } = await start();
    await fire(page("AgentSystemDown", { deployment_environment_name: "development" }), {
      ...page("LlmRequestsUnpriced"),
      severity: "log",
    });
    await pass(10 * SECOND);
    assert.deepEqual(told, []);
    await pass(20 * SECOND);
    assert.deepEqual(
      told.map(({ receiver, groupLabels }) => [receiver, groupLabels["alertname"]]),
      [["ticket", "AgentSystemDown"]],
    );
  });

  it("is no watchdog: that one alone hears of the dead man's switch, at once and every five minutes, and of no end", async () => {
    const { told, fire, end, pass } = await start();
    const watchdog = { alertname: "Watchdog", severity: "log" };
    await fire(watchdog);
    for (let minute = 0; minute < 10; minute++) await pass(MINUTE);
    await end(watchdog);
    await pass(10 * MINUTE);
    assert.deepEqual(
      told.map(({ url, status }) => [url, status]),
      [
        ["/watchdog", "firing"],
        ["/watchdog", "firing"],
        ["/watchdog", "firing"],
      ],
    );
  });

  it("gets 100 alerts in a message and the number of the others, those that fire first", async () => {
    const { told, fire, end, pass } = await start();
    const all = Array.from({ length: 150 }, (_, index) => page("AgentErrorRateHigh", { agent: `agent-${index}` }));
    await fire(...all);
    await pass(10 * SECOND);
    await end(...all.slice(0, 120));
    await pass(5 * MINUTE);
    assert.deepEqual(
      told.map(({ alerts, truncatedAlerts }) => [alerts.length, truncatedAlerts]),
      [
        [100, 50],
        [100, 50],
      ],
    );
    assert.equal(told[1]?.alerts.filter(({ status }) => status === "firing").length, 30);
  });

  it("gets links to boards that work wherever it is", async () => {
    const { told, fire, pass } = await start();
    await fire(page("AgentErrorRateHigh"));
    await pass(10 * SECOND);
    assert.equal(
      told[0]?.alerts[0]?.annotations["dashboard_url"],
      "http://observatory:4319/d/ao-overview?var-job=shop",
    );
  });

  it("hears of what was muted when that is over and it still fires, and never of what ended before", async () => {
    const { told, fire, end, pass } = await start();
    const down = page("LlmProviderDown", { provider: "openai" });
    const ticket = { provider: "openai", model: "gpt-5", severity: "ticket" };
    const [errors, slow] = [page("LlmErrorRateHigh", ticket), page("LlmResponseTimeHigh", ticket)];
    await fire(down, errors, slow);
    await pass(30 * SECOND);
    const names = () => told.map(({ status, groupLabels }) => `${status} ${groupLabels["alertname"]}`);
    assert.deepEqual(names(), ["firing LlmProviderDown"]);
    await end(slow);
    await pass(5 * MINUTE);
    await end(down);
    await pass(5 * MINUTE);
    assert.deepEqual(names().slice(1).toSorted(), ["firing LlmErrorRateHigh", "resolved LlmProviderDown"]);
  });

  it("tells nothing after a restart until all that fires is known again, and then what is not muted", async () => {
    const { told, fire, pass } = await start({ startDelayMs: 90 * SECOND });
    await fire({ ...page("BudgetNearlyUsed", { budget: "monthly" }), severity: "ticket" });
    await pass(60 * SECOND);
    await fire(page("BudgetExceeded", { budget: "monthly" }));
    await pass(29 * SECOND);
    assert.deepEqual(told, []);
    await pass(SECOND);
    assert.deepEqual(
      told.map(({ groupLabels }) => groupLabels["alertname"]),
      ["BudgetExceeded"],
    );
  });

  it("hears at once of what is silent no more", async () => {
    let isSilenced = true;
    const { told, notifier, fire, pass } = await start({ isSilenced: () => isSilenced });
    await fire(page("AgentErrorRateHigh"));
    await pass(MINUTE);
    isSilenced = false;
    notifier.silencesChanged();
    await notifier.idle();
    assert.equal(told.length, 1);
  });
});

describe("the file that routes alerts", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "agent-observatory-routing-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const load = (text: string) => {
    const file = join(folder, "routing.yml");
    writeFileSync(file, text);
    return loadRouting({ file, noPageEnvironments: STANDARD });
  };

  it("is read as alertmanager/start.sh writes it", () => {
    const files = fileURLToPath(new URL("../../alertmanager/", import.meta.url));
    for (const pattern of [STANDARD, 'a"b\\.c|d', ""]) {
      writeFileSync(join(folder, "webhook_url"), "http://127.0.0.1:9/hook");
      writeFileSync(join(folder, "watchdog_url"), "http://127.0.0.1:9/watchdog");
      const env = {
        PATH: process.env["PATH"],
        ALERTMANAGER_FILES: files,
        ALERTMANAGER_PROGRAMS: join(folder, "none"),
        ALERTMANAGER_SECRETS: folder,
        ALERTMANAGER_RENDERED: folder,
        ALERT_NO_PAGE_ENVIRONMENTS: pattern,
      };
      const { stdout, stderr } = spawnSync("sh", [join(files, "start.sh"), "--print"], { env, encoding: "utf8" });
      const on = new Set(["webhook_url", "watchdog_url", ...(pattern === "" ? [] : ["no_page_environments"])]);
      const settings = { SECRETS: folder, RENDERED: folder, ALERT_NO_PAGE_ENVIRONMENTS: pattern };
      assert.equal(renderRouting(readFileSync(FILE, "utf8"), on, settings).trimEnd(), stdout.trimEnd(), stderr);
    }
  });

  it("may be one's own, with webhooks of its own", async () => {
    const own = load(`
route: { receiver: all, group_by: ["..."], group_wait: 1s, routes: [{ receiver: none, matchers: ['job=~"test.*"'] }] }
receivers: [{ name: all, webhook_configs: [{ url: "http://127.0.0.1:9/own", max_alerts: 3 }] }, { name: none }]
`);
    const { route, receivers, inhibitRules } = own;
    assert.deepEqual([route.groupBy, route.groupWaitMs, route.groupIntervalMs], [undefined, SECOND, 5 * MINUTE]);
    assert.deepEqual(receivers.get("all"), [
      { to: { url: "http://127.0.0.1:9/own" }, sendsResolved: true, maxAlerts: 3 },
    ]);
    assert.deepEqual(inhibitRules, []);
    assert.equal(routesOf(route, { job: "testing" })[0]?.receiver, "none");
  });

  it("says where what is wrong in it, and never an address", () => {
    const fails = (text: string, ...parts: string[]): void =>
      assert.throws(
        () => load(text),
        (error: Error) => {
          for (const part of parts) assert.ok(error.message.includes(part), `${part}: ${error.message}`);
          assert.doesNotMatch(error.message, /s3cret/);
          return true;
        },
      );
    fails("route: { receiver: nobody }", "nobody");
    fails("route: { receiver: a, matchers: [x = 1] }\nreceivers: [{ name: a }]", "no matchers in the first route");
    fails("route: { receiver: a, routes: [{ matchers: [x] }] }\nreceivers: [{ name: a }]", 'got "x"', ":1:");
    fails('route: { receiver: a, routes: [{ matchers: [x =~ "("] }] }\nreceivers: [{ name: a }]', "regular expression");
    fails("route: { receiver: a, group_wait: soon }\nreceivers: [{ name: a }]", "a duration such as");
    const slack = "slack_configs: [{ api_url: http://slack.test/s3cret }]";
    fails(`route: { receiver: a }\nreceivers: [{ name: a, ${slack} }]`, "slack_configs");
    assert.throws(() => loadRouting({ file: join(folder, "none.yml"), noPageEnvironments: "" }), /ENOENT/);
    assert.throws(() => routing("("), /regular expression/);
  });
});
