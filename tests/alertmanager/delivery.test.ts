/** The real Alertmanager with our configuration, and doubles of who it tells: what arrives where, and what does not. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hurry, type Rendered, render } from "./configuration.ts";
import {
  certificate,
  ends,
  fires,
  isAbout,
  PAGERDUTY,
  RUNBOOKS,
  SLACK,
  secretsFor,
  settingsFor,
  WATCHDOG,
  WEBHOOK,
  type Webhook,
} from "./example-alerts.ts";
import { type HttpDouble, startHttpDouble } from "./http-double.ts";
import { NEEDS_ALERTMANAGER } from "./programs.ts";
import { type Running, startAlertmanager } from "./running.ts";
import { type SmtpDouble, startSmtpDouble } from "./smtp-double.ts";

type Slack = { readonly attachments: readonly { title: string; title_link: string; text: string; color: string }[] };
type Pagerduty = {
  readonly routing_key: string;
  readonly event_action: string;
  readonly dedup_key: string;
  readonly links: readonly { href: string; text: string }[];
  readonly payload: {
    readonly summary: string;
    readonly severity: string;
    readonly source: string;
    readonly class: string;
    readonly component: string;
    readonly group: string;
    readonly custom_details: Readonly<Record<string, string>>;
  };
};

describe("a notification", NEEDS_ALERTMANAGER, () => {
  let [http, smtp, rendered, alertmanager]: [HttpDouble?, SmtpDouble?, Rendered?, Running?] = [];
  before(async () => {
    http = await startHttpDouble();
    smtp = await startSmtpDouble({ certificate, login: "offer" });
    rendered = render({ secrets: secretsFor(http), settings: settingsFor(http, smtp) });
    assert.equal(rendered.said, "");
    hurry(rendered);
    alertmanager = await startAlertmanager(rendered);
  });
  after(async () => {
    await alertmanager?.close();
    await Promise.all([http?.close(), smtp?.close()]);
    rendered?.remove();
  });
  const running = () => {
    assert.ok(http && smtp && alertmanager);
    return { http, smtp, alertmanager };
  };
  const webhookFor = async (alertname: string, status?: string): Promise<Webhook> =>
    JSON.parse(await running().http.wait(WEBHOOK, isAbout(alertname, status))) as Webhook;
  const toldOf = (path: string): string[] =>
    running()
      .http.arrived.filter((one) => one.path === path)
      .map(({ body }) => body);

  const critical = fires("AgentErrorRateCritical", "page", { agent: "planner" });
  const criticalToo = fires("AgentErrorRateCritical", "page", { agent: "writer" });

  it("of a page goes to the webhook once for all agents of the service", async () => {
    await running().alertmanager.post([critical, criticalToo]);
    const { receiver, status, groupLabels, alerts, truncatedAlerts } = await webhookFor("AgentErrorRateCritical");
    assert.deepEqual(
      { receiver, status, groupLabels, truncatedAlerts },
      {
        receiver: "page",
        status: "firing",
        groupLabels: { alertname: "AgentErrorRateCritical", deployment_environment_name: "production", job: "shop" },
        truncatedAlerts: 0,
      },
    );
    assert.deepEqual(alerts.map(({ labels }) => labels["agent"]).toSorted(), ["planner", "writer"]);
  });

  it("of a page goes to Slack with links and in red", async () => {
    const body = JSON.parse(
      await running().http.wait(SLACK, (text) => text.includes("AgentErrorRateCritical")),
    ) as Slack;
    const { title, title_link, text, color } = body.attachments[0]!;
    assert.equal(title, "[PAGE] AgentErrorRateCritical: AgentErrorRateCritical in short - production, shop (2 firing)");
    assert.match(title_link, /^http:\/\/alerts\.example:9093\/#\/alerts\?filter=/);
    assert.equal(color, "danger");
    assert.match(text, /AgentErrorRateCritical of planner, at length\nagent=planner, job=shop\n_since /);
    assert.match(text, /<http:\/\/grafana\.example\/d\/ao-overview\?var-job=shop\|Dashboard>/);
    assert.match(text, /<http:\/\/prometheus\.example\/user\/runbooks\/AgentErrorRateCritical\.md\|Runbook>/);
  });

  it("of a page goes to PagerDuty as critical, with its key and links", async () => {
    const text = await running().http.wait(PAGERDUTY, (body) => body.includes("AgentErrorRateCritical"));
    const { routing_key, event_action, links, payload } = JSON.parse(text) as Pagerduty;
    assert.equal(routing_key, "pagerduty-c0ffee03");
    assert.equal(event_action, "trigger");
    const { custom_details, ...said } = payload;
    assert.deepEqual(said, {
      summary: "[PAGE] AgentErrorRateCritical: AgentErrorRateCritical in short - production, shop (2 firing)",
      severity: "critical",
      source: "shop",
      class: "AgentErrorRateCritical",
      component: "shop",
      group: "production",
    });
    assert.match(custom_details["firing"] ?? "", /- AgentErrorRateCritical of planner, at length\n {2}agent=planner/);
    assert.deepEqual(links.slice(0, 2), [
      { href: `${RUNBOOKS}/AgentErrorRateCritical.md`, text: "Runbook" },
      { href: "http://grafana.example/d/ao-overview?var-job=shop", text: "Dashboard" },
    ]);
    assert.match(links[2]?.href ?? "", /^http:\/\/alerts\.example:9093\/#\/silences\/new\?filter=%7Balertname%3D/);
  });

  it("of a page goes by mail to everybody, encrypted, logged in, as text and HTML", async () => {
    const mail = await running().smtp.wait(/AgentErrorRateCritical/);
    assert.deepEqual(mail.to, ["anna@shop.example", "ben@shop.example"]);
    assert.equal(mail.from, "alerts@shop.example");
    assert.equal(mail.encrypted, certificate !== undefined);
    assert.deepEqual(mail.login, certificate === undefined ? undefined : ["am", "smtp-c0ffee04"]);
    assert.equal(
      mail.headers["subject"],
      "[PAGE] AgentErrorRateCritical: AgentErrorRateCritical in short - production, shop (2 firing)",
    );
    assert.match(mail.headers["references"] ?? "", /^<alert-/, "mails about one problem are a thread");
    const { "text/plain": plain = "", "text/html": html = "" } = mail.parts;
    assert.match(plain, /- AgentErrorRateCritical of planner, at length\n {2}agent=planner, job=shop\n/);
    assert.match(plain, /Dashboard: http:\/\/grafana\.example\/d\/ao-overview\?var-job=shop\n/);
    assert.match(plain, /Runbook: http:\/\/prometheus\.example\/user\/runbooks\/AgentErrorRateCritical\.md\n/);
    assert.match(html, /<a href="http:\/\/grafana\.example\/d\/ao-overview\?var-job=shop">Dashboard<\/a>/);
  });

  it("of a ticket goes everywhere but to PagerDuty", async () => {
    await running().alertmanager.post([fires("ToolSuccessRateLow", "ticket", { tool: "search" })]);
    assert.equal((await webhookFor("ToolSuccessRateLow")).receiver, "ticket");
    const slack = JSON.parse(await running().http.wait(SLACK, (text) => text.includes("ToolSuccessRateLow"))) as Slack;
    assert.equal(slack.attachments[0]?.color, "warning");
    assert.match(slack.attachments[0]?.title ?? "", /^\[TICKET\] ToolSuccessRateLow: /);
    await running().smtp.wait(/^\[TICKET\] ToolSuccessRateLow/);
    assert.ok(!toldOf(PAGERDUTY).some((body) => body.includes("ToolSuccessRateLow")));
  });

  it("of a page of development is a ticket", async () => {
    await running().alertmanager.post([
      fires("AgentSystemDown", "page", { deployment_environment_name: "development" }),
    ]);
    const { receiver, alerts } = await webhookFor("AgentSystemDown");
    assert.equal(receiver, "ticket");
    assert.equal(alerts[0]?.labels["severity"], "page");
    await running().smtp.wait(/^\[TICKET\] AgentSystemDown/);
    assert.ok(!toldOf(PAGERDUTY).some((body) => body.includes("AgentSystemDown")));
  });

  it("of a provider's outage comes once for all services, and none of its models", async () => {
    const jobs = ["shop", "billing"];
    await running().alertmanager.post([
      ...jobs.map((job) => fires("LlmProviderDown", "page", { provider: "openai", job })),
      ...jobs.map((job) => fires("LlmErrorRateHigh", "ticket", { provider: "openai", model: "gpt-5", job })),
      fires("LlmErrorRateHigh", "ticket", { provider: "anthropic", model: "claude" }),
    ]);
    const { groupLabels, alerts } = await webhookFor("LlmProviderDown");
    assert.deepEqual(groupLabels, {
      alertname: "LlmProviderDown",
      deployment_environment_name: "production",
      provider: "openai",
    });
    assert.deepEqual(alerts.map(({ labels }) => labels["job"]).toSorted(), ["billing", "shop"]);
    const models = await webhookFor("LlmErrorRateHigh");
    assert.deepEqual(
      models.alerts.map(({ labels }) => labels["model"]),
      ["claude"],
    );
    const pagerduty = await running().http.wait(PAGERDUTY, (body) => body.includes("LlmProviderDown"));
    assert.equal((JSON.parse(pagerduty) as Pagerduty).payload.component, "openai");
  });

  it("of the watchdog goes to the dead man's switch and nowhere else", async () => {
    await running().alertmanager.post([{ labels: { alertname: "Watchdog", severity: "log" } }]);
    await running().http.wait(WATCHDOG, isAbout("Watchdog"));
  });

  it("of many alerts is cut, for machines as well", async () => {
    const many = Array.from({ length: 120 }, (_, index) =>
      fires("AgentLoopDetected", "ticket", { agent: `agent-${index}` }),
    );
    await running().alertmanager.post(many);
    const { alerts, truncatedAlerts } = await webhookFor("AgentLoopDetected");
    assert.equal(alerts.length, 100);
    assert.equal(truncatedAlerts, 20);
    const { parts } = await running().smtp.wait(/AgentLoopDetected.*\(120 firing\)/);
    assert.match(parts["text/plain"] ?? "", /and 110 more/);
  });

  it("comes again when it is over, and closes the incident", async () => {
    await running().alertmanager.post([ends(critical), ends(criticalToo)]);
    const { status, receiver, alerts } = await webhookFor("AgentErrorRateCritical", "resolved");
    assert.deepEqual([status, receiver, alerts.length], ["resolved", "page", 2]);
    const mail = await running().smtp.wait(/^\[RESOLVED\] AgentErrorRateCritical.*\(2 resolved\)$/);
    assert.match(mail.parts["text/plain"] ?? "", /resolved \d{4}-\d\d-\d\d \d\d:\d\d UTC after \d/);
    const slack = JSON.parse(await running().http.wait(SLACK, (text) => text.includes("[RESOLVED]"))) as Slack;
    assert.equal(slack.attachments[0]?.color, "good");
    const [trigger, resolve] = await Promise.all(
      ["trigger", "resolve"].map(async (action) => {
        const fits = (body: string): boolean =>
          body.includes(`"event_action":"${action}"`) && /AgentErrorRateCritical/.test(body);
        return JSON.parse(await running().http.wait(PAGERDUTY, fits)) as Pagerduty;
      }),
    );
    assert.equal(resolve?.dedup_key, trigger?.dedup_key);
  });

  it("of what is only logged never comes, nor of what is muted", async () => {
    const { alertmanager: am } = running();
    await am.post([fires("LlmRequestsUnpriced", "log")]);
    // Alerts are dispatched in the order of their coming: once this one is told of, the one before has had its turn.
    await am.post([fires("AgentQueueTooLong", "ticket", { agent: "planner" })]);
    await webhookFor("AgentQueueTooLong");
    const all = [
      ...running().http.arrived.map(({ body }) => body),
      ...running().smtp.mails.map((mail) => JSON.stringify(mail)),
    ];
    assert.ok(all.length > 10);
    assert.ok(!all.some((body) => body.includes("LlmRequestsUnpriced")));
    assert.ok(!all.some((body) => body.includes("gpt-5")));
    const watched = running().http.arrived.filter(({ body }) => body.includes("Watchdog"));
    assert.deepEqual([...new Set(watched.map(({ path }) => path))], [WATCHDOG]);
  });

  it("leaves no secret in the log, nor in the configuration that the API shows", async () => {
    const { alertmanager: am } = running();
    assert.doesNotMatch(am.log(), /c0ffee/);
    assert.doesNotMatch(await am.configuration(), /c0ffee/);
    for (const path of [WEBHOOK, SLACK]) for (const body of toldOf(path)) assert.doesNotMatch(body, /c0ffee/);
  });
});
