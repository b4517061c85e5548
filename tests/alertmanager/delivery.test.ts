/** The real Alertmanager with our configuration, and doubles of who it tells: what arrives where, and what does not. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { waitUntil } from "../stack/support/wait-until.ts";
import { makeCertificate } from "./certificate.ts";
import { hurry, type Rendered, render } from "./configuration.ts";
import { type HttpDouble, startHttpDouble } from "./http-double.ts";
import { NEEDS_ALERTMANAGER } from "./programs.ts";
import { type PostedAlert, type Running, startAlertmanager } from "./running.ts";
import { type SmtpDouble, startSmtpDouble } from "./smtp-double.ts";

type Webhook = {
  readonly receiver: string;
  readonly status: string;
  readonly truncatedAlerts: number;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[];
};
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

const SLACK = "/services/T0/B0/slack-c0ffee02";
const PAGERDUTY = "/v2/enqueue";
const WATCHDOG = "/ping/watchdog-c0ffee05";
const WEBHOOK = "/webhook-c0ffee01";

const RUNBOOKS = "http://prometheus.example/user/runbooks";
const fires = (alertname: string, severity: string, labels: Readonly<Record<string, string>> = {}): PostedAlert => ({
  labels: { alertname, severity, deployment_environment_name: "production", job: "shop", ...labels },
  annotations: {
    summary: `${alertname} in short`,
    description: `${alertname} of ${labels["agent"] ?? labels["model"] ?? "shop"}, at length`,
    runbook_url: `${RUNBOOKS}/${alertname}.md`,
    dashboard_url: "/d/ao-overview?var-job=shop",
  },
  generatorURL: "http://prometheus.example/graph?g0.expr=up&g0.tab=1",
  // An alert that is older than group_wait is told of at once, before its like are there and before the inhibitor saw who mutes it.
  startsAt: new Date().toISOString(),
});
const ends = (alert: PostedAlert): PostedAlert => ({ ...alert, endsAt: new Date().toISOString() });
const isAbout =
  (alertname: string, status = "firing") =>
  (body: string): boolean =>
    body.includes(alertname) && body.includes(`"status":"${status}"`);

const certificate = makeCertificate();
const login = certificate === undefined ? {} : { SMTP_USERNAME: "am" };

function secretsFor(http: HttpDouble): Record<string, string> {
  return {
    webhook_url: `${http.url}${WEBHOOK}\n`,
    slack_webhook_url: `${http.url}${SLACK}`,
    pagerduty_routing_key: "pagerduty-c0ffee03\n",
    watchdog_url: `${http.url}${WATCHDOG}`,
    smtp_password: "smtp-c0ffee04\n",
    ...(certificate !== undefined && { smtp_ca: certificate.cert }),
  };
}
const settingsFor = (http: HttpDouble, smtp: SmtpDouble): Record<string, string> => ({
  ALERT_EMAIL_TO: "Anna <anna@shop.example>, ben@shop.example",
  SMTP_FROM: "alerts@shop.example",
  SMTP_HOST: smtp.host,
  SMTP_PORT: smtp.port,
  SMTP_TLS: certificate === undefined ? "none" : "starttls",
  ...login,
  PAGERDUTY_URL: `${http.url}${PAGERDUTY}`,
  GRAFANA_ROOT_URL: "http://grafana.example",
  ALERTMANAGER_URL: "http://alerts.example:9093",
});

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

describe("an Alertmanager that was restarted", NEEDS_ALERTMANAGER, () => {
  it("knows who mutes whom before it tells of anything", async () => {
    const http = await startHttpDouble();
    const rendered = render({ secrets: { webhook_url: `${http.url}${WEBHOOK}` } });
    hurry(rendered);
    // docker-compose.yml says 90 s: what Prometheus takes to send everything again.
    const alertmanager = await startAlertmanager(rendered, "--dispatch.start-delay=3s");
    try {
      const startsAt = new Date(Date.now() - 3_600_000).toISOString();
      const old = (alert: PostedAlert): PostedAlert => ({ ...alert, startsAt });
      await alertmanager.post([old(fires("LlmErrorRateHigh", "ticket", { provider: "openai", model: "gpt-5" }))]);
      await alertmanager.post([old(fires("LlmProviderDown", "page", { provider: "openai" }))]);
      await http.wait(WEBHOOK, isAbout("LlmProviderDown"));
      await waitUntil("the other had its turn", async () => {
        assert.match(await alertmanager.metrics(), /notifications_suppressed_total\{reason="inhibition"\} [1-9]/);
      });
      assert.equal(http.arrived.length, 1);
    } finally {
      await alertmanager.close();
      await http.close();
      rendered.remove();
    }
  });
});

describe("where nobody takes notifications", NEEDS_ALERTMANAGER, () => {
  for (const [name, status] of [
    ["every channel refuses", 403],
    ["every channel is out of order", 500],
    ["nobody is there", undefined],
  ] as const) {
    it(`and ${name}, the log says so without a secret`, async () => {
      const http = await startHttpDouble(status ?? 200);
      const smtp = await startSmtpDouble({ certificate, login: "refuse" });
      const rendered = render({ secrets: secretsFor(http), settings: settingsFor(http, smtp) });
      hurry(rendered);
      if (status === undefined) await Promise.all([http.close(), smtp.close()]);
      const alertmanager = await startAlertmanager(rendered);
      try {
        await alertmanager.post([
          fires("AgentErrorRateCritical", "page", { agent: "planner" }),
          { labels: { alertname: "Watchdog", severity: "log" } },
        ]);
        const channels = ["webhook", "slack", "pagerduty", ...(certificate === undefined ? [] : ["email"])];
        for (const channel of channels)
          await alertmanager.logged(
            new RegExp(`level=(WARN|ERROR).*(page|ticket)/${channel}|integration=${channel}\\[`),
          );
        assert.doesNotMatch(alertmanager.log(), /c0ffee/);
        assert.doesNotMatch(await alertmanager.metrics(), /c0ffee/);
      } finally {
        await alertmanager.close();
        if (status !== undefined) await Promise.all([http.close(), smtp.close()]);
        rendered.remove();
      }
    });
  }
});

describe("mail", NEEDS_ALERTMANAGER, () => {
  type Server = Parameters<typeof startSmtpDouble>[0];
  const deliver = async (server: Server, settings: Record<string, string>, secrets: Record<string, string> = {}) => {
    const smtp = await startSmtpDouble(server);
    const address = { SMTP_HOST: smtp.host, SMTP_PORT: smtp.port, SMTP_FROM: "a@shop.example" };
    const rendered = render({ secrets, settings: { ALERT_EMAIL_TO: "b@shop.example", ...address, ...settings } });
    hurry(rendered);
    const alertmanager = await startAlertmanager(rendered);
    try {
      await alertmanager.post([fires("AgentErrorRateHigh", "page", { agent: "planner" })]);
      return await Promise.race([
        smtp.wait(/AgentErrorRateHigh/),
        alertmanager.logged(/Notify.*failed/).then((line) => /err="(.*)"/.exec(line)?.[1] ?? line),
      ]);
    } finally {
      await alertmanager.close();
      await smtp.close();
      rendered.remove();
    }
  };
  const encrypted = { skip: certificate === undefined ? "there is no openssl to make a certificate with" : false };

  it("goes without TLS and login to a server that has neither", async () => {
    const mail = await deliver({}, { SMTP_TLS: "none" });
    assert.ok(typeof mail === "object", String(mail));
    assert.deepEqual([mail.encrypted, mail.login], [false, undefined]);
  });

  it("is not sent in the clear unless told to", async () => {
    assert.match(String(await deliver({}, {})), /does not advertise the STARTTLS extension/);
  });

  it("goes by TLS from the start where the server wants that", encrypted, async () => {
    const secrets = { smtp_ca: certificate!.cert };
    const mail = await deliver({ certificate, implicitTls: true }, { SMTP_TLS: "tls" }, secrets);
    assert.ok(typeof mail === "object", String(mail));
    assert.equal(mail.encrypted, true);
  });

  it("is not sent to a server whose certificate nobody vouches for", encrypted, async () => {
    assert.match(String(await deliver({ certificate }, {})), /certificate signed by unknown authority/);
  });
});

describe("tickets outside working hours", NEEDS_ALERTMANAGER, () => {
  it("wait, while pages come, and go out within them", async () => {
    const http = await startHttpDouble();
    const hour = new Date().getUTCHours();
    const two = (number: number): string => String(number).padStart(2, "0");
    // Twelve hours from now, for an hour: neither now nor when the test ends.
    const away = (hour + 12) % 24;
    const run = async (hours: string, check: (alertmanager: Running) => Promise<void>): Promise<void> => {
      const settings = { ALERT_WORKING_HOURS: hours, ALERT_WORKING_DAYS: "sunday:saturday" };
      const rendered = render({ secrets: { webhook_url: `${http.url}/${hours}` }, settings });
      assert.equal(rendered.said, "");
      hurry(rendered);
      const alertmanager = await startAlertmanager(rendered);
      try {
        await alertmanager.post([
          fires("AgentQueueTooLong", "ticket", { agent: "planner" }),
          fires("AgentSystemDown", "page", { deployment_environment_name: "dev" }),
          fires("LlmProviderDown", "ticket", { provider: "openai" }),
          fires("AgentErrorRateHigh", "page", { agent: "planner" }),
        ]);
        await check(alertmanager);
      } finally {
        await alertmanager.close();
        rendered.remove();
      }
    };
    const toldAt = (path: string): string[] =>
      http.arrived
        .filter((one) => one.path === path)
        .map(({ body }) => (JSON.parse(body) as Webhook).groupLabels["alertname"]!)
        .toSorted();
    try {
      const closed = `${two(away)}:00-${two(away + 1)}:00`;
      await run(closed, async ({ metrics }) => {
        await http.wait(`/${closed}`, isAbout("AgentErrorRateHigh"));
        await waitUntil("three tickets wait", async () => {
          const [, count] =
            /notifications_suppressed_total\{reason="active_time_interval"\} (\d+)/.exec(await metrics()) ?? [];
          assert.ok(Number(count) >= 3, `suppressed: ${count}`);
        });
        assert.deepEqual(toldAt(`/${closed}`), ["AgentErrorRateHigh"]);
      });
      await run("00:00-24:00", async () => {
        for (const alertname of ["AgentQueueTooLong", "AgentSystemDown", "LlmProviderDown", "AgentErrorRateHigh"])
          await http.wait("/00:00-24:00", isAbout(alertname));
      });
    } finally {
      await http.close();
    }
  });
});
