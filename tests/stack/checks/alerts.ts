import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import type { Notification } from "../support/alert-sink.ts";
import { ROOT } from "../support/docker.ts";
import { get } from "../support/http.ts";
import type { Scenario } from "../support/scenario.ts";
import { waitUntil } from "../support/wait-until.ts";

type Rules = { groups: { interval: string; rules: { alert?: string; for?: string }[] }[] };

const secondsOf = (duration = "0s"): number => Number.parseInt(duration, 10) * (duration.endsWith("m") ? 60 : 1);

const GROUPS = ["agents", "services"].flatMap(
  (file) => (parse(readFileSync(`${ROOT}alerts/${file}.yml`, "utf8")) as Rules).groups,
);

/** How long after its cause an alert may reach a person: by the rule itself, and by how metrics and notifications travel. */
function longestWaitMs(alert: string): number {
  for (const { interval, rules } of GROUPS) {
    const rule = rules.find((one) => one.alert === alert);
    // The rule is looked at twice: to see the cause, and that `for` is over. A page waits 10 s for others of its group.
    if (rule !== undefined) return 1000 * (secondsOf(rule.for) + 2 * secondsOf(interval) + 10 + 20);
  }
  throw new Error(`alerts/ has no ${alert}`);
}

export function checkAlerts(given: () => Scenario): void {
  describe("an outage of the model's provider", () => {
    const notificationOf = (alert: string): Promise<Notification> => {
      const { stack, outage } = given();
      const isAbout = ({ alerts }: Notification): boolean =>
        alerts.some(({ labels }) => labels["alertname"] === alert && labels["job"] === outage.service);
      const timeoutMs = outage.endedAtMs + longestWaitMs(alert) - Date.now();
      return waitUntil(
        `${alert} reaches the webhook`,
        () => {
          const found = stack.sink.notifications.find(isAbout);
          assert.ok(found, `arrived: ${stack.sink.notifications.map(({ alerts }) => alerts[0]?.labels["alertname"])}`);
          return found;
        },
        Math.max(timeoutMs, 0),
      );
    };

    const ALERTS = {
      AgentFailingEveryRequest: { agent: "planner", says: /agent planner of team-in-outage/ },
      AgentErrorRateCritical: { agent: "planner", says: /agent planner of team-in-outage/ },
      // The process ended, and it is one that must be running.
      AgentSystemDown: { agent: undefined, says: /No process of team-in-outage/ },
    };
    for (const [alert, { agent, says }] of Object.entries(ALERTS)) {
      it(`pages by ${alert}, in time`, async () => {
        const { stack, outage } = given();
        const notification = await notificationOf(alert);
        const delayMs = notification.receivedAtMs - outage.endedAtMs;
        assert.ok(delayMs <= longestWaitMs(alert), `it took ${Math.round(delayMs / 1000)} s`);
        assert.equal(notification.path, "/webhook");
        assert.equal(notification.receiver, "page");
        assert.equal(notification.status, "firing");
        assert.equal(notification.alerts.length, 1, "one problem of one service is one notification");
        const { labels, annotations } = notification.alerts[0]!;
        assert.equal(labels["severity"], "page");
        assert.equal(labels["agent"], agent);
        assert.match(annotations["description"] ?? "", says);

        const link = annotations["runbook_url"] ?? "";
        assert.equal(new URL(link).port, new URL(stack.prometheus.url).port);
        const runbook = await get(link);
        assert.ok(runbook.ok, link);
        assert.match(await runbook.text(), new RegExp(`^# ${alert}`));
      });
    }

    it("leaves the team that works alone", async () => {
      const { stack, team } = given();
      const labels = stack.sink.notifications.flatMap(({ alerts }) => alerts.map((alert) => alert.labels));
      assert.deepEqual(
        labels.filter(({ job, severity }) => job === team.service && severity === "page"),
        [],
      );
    });
  });

  it("the watchdog reaches its own sink, and only that", async () => {
    const { stack } = given();
    await waitUntil("the watchdog arrives", () => {
      const arrived = stack.sink.notifications.filter(({ alerts }) => alerts[0]?.labels["alertname"] === "Watchdog");
      assert.deepEqual(
        [...new Set(arrived.map(({ path, receiver }) => `${path} ${receiver}`))],
        ["/watchdog watchdog"],
      );
    });
  });
}
