import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitUntil } from "../stack/support/wait-until.ts";
import { hurry, render } from "./configuration.ts";
import { fires, isAbout, type Webhook } from "./example-alerts.ts";
import { startHttpDouble } from "./http-double.ts";
import { NEEDS_ALERTMANAGER } from "./programs.ts";
import { type Running, startAlertmanager } from "./running.ts";

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
