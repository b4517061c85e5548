import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { secondsOf } from "../../../alerts/source/hasten.ts";
import type { Alert } from "../support/alert-sink.ts";
import { ROOT } from "../support/docker.ts";
import { GROUP_INTERVAL_MS, HASTENED_RULES } from "../support/haste.ts";
import type { Scenario } from "../support/scenario.ts";
import type { Stack } from "../support/stack.ts";
import { waitUntil } from "../support/wait-until.ts";
import { assertLeadsSomewhere } from "./alert-links.ts";
import { LOGGED, MUTED, NOT_PROVOKED, PROVOKED_BY_OUTAGES, TOLD, type Told } from "./provoked.ts";

const ALERTS = HASTENED_RULES.flatMap(({ groups }) =>
  groups.flatMap(({ interval, rules }) => rules.flatMap((rule) => ("alert" in rule ? [{ ...rule, interval }] : []))),
);
const nameOf = ({ alert, labels }: { alert: string; labels: Told["labels"] }): string =>
  `${alert} ${Object.entries(labels)
    .filter(([name]) => name !== "job" && name !== "deployment_environment_name")
    .map(([, value]) => value)
    .join(" ")}`.trimEnd();
const wantedOf = ({ alert, labels }: { alert: string; labels: Told["labels"] }) => ({ ...labels, alertname: alert });

/** A person is told after so long, once Prometheus has what an alert is about. */
function longestWaitMs(alert: string): number {
  const rules = ALERTS.filter((one) => one.alert === alert);
  const [rule] = rules;
  if (rule === undefined) throw new Error(`alerts/ has no ${alert}`);
  const waits = rules.map((one) => secondsOf(one.for ?? "0s"));
  // The rule is looked at twice: to see the cause, and that `for` is over. A page waits 10 s for others of its group, a ticket 30 s.
  return 1000 * (Math.max(...waits) + 2 * secondsOf(rule.interval) + (rule.severity === "page" ? 10 : 30) + 20);
}

/** Alertmanager tells of nothing for so long after its start. */
const SILENT_AT_FIRST_MS = 90_000;

function assertWellSaid({ annotations }: Alert): void {
  for (const text of Object.values(annotations)) assert.doesNotMatch(text, /<no value>|<error|\{\{|%!|NaN/);
  assert.ok((annotations["summary"] ?? "").length > 0);
  assert.ok((annotations["description"] ?? "").length > 0);
}

/** Waits until an alert was told of, and looks whether it reached those that it has to. */
export async function assertTold(stack: Stack, told: Told, timeoutMs: number): Promise<Alert> {
  const { notification, alert } = await waitUntil(
    `${nameOf(told)} reaches the sink`,
    () => {
      const [first] = stack.sink.toldOf(wantedOf(told));
      const others = stack.sink.notifications.flatMap(({ alerts }) => alerts[0]?.labels["alertname"] ?? []);
      assert.ok(first, `arrived: ${[...new Set(others)].join(", ")}`);
      return first;
    },
    timeoutMs,
  );
  assert.equal(notification.path, "/webhook");
  assert.equal(notification.receiver, told.receiver);
  assert.equal(alert.status, "firing");
  assert.equal(alert.labels["severity"], told.receiver);
  assertWellSaid(alert);
  await assertLeadsSomewhere(stack, alert);
  return alert;
}

export async function assertOver(stack: Stack, told: Told): Promise<void> {
  await waitUntil(
    `${nameOf(told)} is told to be over`,
    () => assert.equal(stack.sink.toldOf(wantedOf(told)).at(-1)?.alert.status, "resolved"),
    longestWaitMs(told.alert) + GROUP_INTERVAL_MS,
  );
}

export function checkAlerts(given: () => Scenario): void {
  describe("alerts, provoked", () => {
    it("are all that there are, or it is said why not", () => {
      const looked = [...TOLD, ...MUTED, ...LOGGED].map(({ alert }) => alert);
      const listed = [...looked, ...PROVOKED_BY_OUTAGES, ...Object.keys(NOT_PROVOKED), "Watchdog"];
      assert.deepEqual([...new Set(listed)].toSorted(), [...new Set(ALERTS.map(({ alert }) => alert))].toSorted());
      assert.deepEqual(
        looked.filter((alert) => alert in NOT_PROVOKED),
        [],
      );
      const all = new Set(ALERTS.map(({ alert }) => alert)).size;
      const provoked = all - Object.keys(NOT_PROVOKED).length;
      assert.match(readFileSync(`${ROOT}docs/alerts.md`, "utf8"), new RegExp(`provokes ${provoked} of the ${all} `));
    });

    for (const told of TOLD) {
      it(`${nameOf(told)} is told, as a ${told.receiver}`, async () => {
        const { stack, trouble } = given();
        await trouble;
        const alert = await assertTold(stack, told, SILENT_AT_FIRST_MS + longestWaitMs(told.alert));
        if (told.labels["agent"] === undefined) return;
        assert.ok(alert.annotations["description"]?.includes(told.labels["agent"]), alert.annotations["description"]);
      });
    }

    for (const { by, ...muted } of MUTED) {
      it(`${nameOf(muted)} is muted by ${by}`, async () => {
        const { stack } = given();
        await waitUntil(`${muted.alert} is muted`, async () => {
          assert.deepEqual(await stack.alertmanager.mutersOf(wantedOf(muted)), [by]);
        });
        assert.deepEqual(stack.sink.toldOf(wantedOf(muted)), []);
      });
    }

    for (const logged of LOGGED) {
      it(`${nameOf(logged)} is logged, and told to nobody`, async () => {
        const { stack } = given();
        const held = await waitUntil(`${logged.alert} fires`, async () => {
          const [found] = await stack.alertmanager.alertsWith(wantedOf(logged));
          assert.ok(found);
          return found;
        });
        assert.deepEqual(held.receivers, [{ name: "log" }]);
        assert.equal(held.status.state, "active");
        assert.deepEqual(stack.sink.toldOf(wantedOf(logged)), []);
      });
    }

    it("leave the team that works alone", async () => {
      const { stack, team } = given();
      assert.deepEqual(stack.sink.toldOf({ job: team.service, severity: "page" }), []);
    });

    it("are over when the trouble is", async () => {
      const { stack, trouble } = given();
      const program = await trouble;
      program.tell("be well");
      await program.says("well again");
      for (const told of TOLD.filter(({ ends }) => ends)) await assertOver(stack, told);
    });
  });

  describe("an outage of a model's provider", () => {
    it("pages in time", async () => {
      const { stack, outage } = given();
      const silentMs = (await stack.alertmanager.startedAtMs()) + SILENT_AT_FIRST_MS - outage.endedAtMs;
      for (const alert of ["AgentFailingEveryRequest", "AgentErrorRateCritical", "AgentSystemDown"]) {
        const [told] = stack.sink.toldOf({ alertname: alert, job: outage.service });
        const delayMs = (told?.notification.receivedAtMs ?? Number.NaN) - outage.endedAtMs;
        // For AgentSystemDown nothing must have been heard for 2 minutes.
        const quietMs = Math.max(alert === "AgentSystemDown" ? 120_000 : 0, silentMs);
        assert.ok(delayMs <= quietMs + longestWaitMs(alert), `${alert} took ${Math.round(delayMs / 1000)} s`);
      }
    });

    it("is one notification for one problem of one service", () => {
      const { stack, outage } = given();
      for (const { notification } of stack.sink.toldOf({ alertname: "AgentFailingEveryRequest", job: outage.service }))
        assert.equal(notification.alerts.length, 1);
    });
  });

  it("the watchdog reaches its own sink, and only that", async () => {
    const { stack } = given();
    await waitUntil("the watchdog arrives", () => {
      const arrived = stack.sink.toldOf({ alertname: "Watchdog" });
      assert.deepEqual(
        [...new Set(arrived.map(({ notification: { path, receiver } }) => `${path} ${receiver}`))],
        ["/watchdog watchdog"],
      );
    });
  });
}
