/** The real Alertmanager where its own start, or who it tells, stands in the way. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitUntil } from "../stack/support/wait-until.ts";
import { hurry, render } from "./configuration.ts";
import { certificate, fires, isAbout, secretsFor, settingsFor, WEBHOOK } from "./example-alerts.ts";
import { startHttpDouble } from "./http-double.ts";
import { NEEDS_ALERTMANAGER } from "./programs.ts";
import { type PostedAlert, startAlertmanager } from "./running.ts";
import { startSmtpDouble } from "./smtp-double.ts";

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
