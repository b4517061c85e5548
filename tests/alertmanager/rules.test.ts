/** Alertmanager's configuration against the alerts of alerts/: what it names exists, and every alert comes to who it is for. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import { loadAlerts, loadScenarios } from "../../alerts/source/load.ts";
import { type Rendered, render, SECRETS } from "./configuration.ts";
import { NEEDS_ALERTMANAGER, programFile } from "./programs.ts";

type Labels = Readonly<Record<string, string>>;
type InhibitRule = {
  readonly name: string;
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
};

const run = promisify(execFile);
const alerts = loadAlerts();
/** What the unit tests of the rules say that alerts look like. */
const seen: readonly (Labels & { readonly alertname: string })[] = loadScenarios().flatMap(({ alert, labels }) =>
  labels.map((one) => ({ ...one, alertname: alert })),
);
/** How urgent an alert is, and in which of its windows. */
const NOT_IDENTITY = ["severity", "window"];

const namesIn = (matchers: readonly string[]): readonly string[] =>
  matchers.flatMap((matcher) => {
    const [, names] = /^alertname =~? "([\w|]+)"$/.exec(matcher) ?? [];
    return names?.split("|") ?? [];
  });
const demandedBy = (matchers: readonly string[]): readonly string[] =>
  matchers.flatMap((matcher) => /^(\w+) != ""$/.exec(matcher)?.[1] ?? []);

describe("the alerts of alerts/", NEEDS_ALERTMANAGER, () => {
  let rendered: Rendered;
  let inhibitRules: readonly InhibitRule[];
  before(() => {
    rendered = render({ secrets: SECRETS });
    inhibitRules = (parse(rendered.text) as { inhibit_rules: InhibitRule[] }).inhibit_rules;
  });
  after(() => rendered.remove());

  const goesTo = (receiver: string, labels: Labels) => {
    const named = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const flags = ["--config.file", rendered.file, `--verify.receivers=${receiver}`];
    return run(programFile("amtool"), ["config", "routes", "test", ...flags, ...named]);
  };

  for (const { alert, labels } of alerts) {
    const severity = labels["severity"]!;
    const receiver = alert === "Watchdog" ? "watchdog" : severity;
    it(`bring ${alert} (${severity}) to ${receiver}, and none of development to page`, async () => {
      await goesTo(receiver, { ...labels, alertname: alert, deployment_environment_name: "production", job: "shop" });
      const developed = receiver === "page" ? "ticket" : receiver;
      await goesTo(developed, { ...labels, alertname: alert, deployment_environment_name: "development", job: "shop" });
    });
  }

  it("are all that is named where alerts mute others", () => {
    const known = new Set(alerts.map(({ alert }) => alert));
    const named = inhibitRules.flatMap((rule) => namesIn([...rule.source_matchers, ...rule.target_matchers]));
    assert.ok(named.length > 10);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });

  it("have the labels that are demanded of them there", () => {
    for (const { name, source_matchers, target_matchers } of inhibitRules) {
      for (const matchers of [source_matchers, target_matchers]) {
        for (const alert of seen.filter(({ alertname }) => namesIn(matchers).includes(alertname)))
          for (const label of demandedBy(matchers))
            assert.ok(alert[label], `${name}: ${alert.alertname} has no ${label}`);
      }
    }
  });

  it("are on one side of a rule at most", () => {
    for (const { name, source_matchers, target_matchers } of inhibitRules) {
      const sources = namesIn(source_matchers);
      assert.deepEqual(
        namesIn(target_matchers).filter((target) => sources.includes(target)),
        [],
        name,
      );
    }
  });

  it("are told apart by all their labels where a page mutes its ticket", () => {
    const equal = inhibitRules.find(({ name }) => name === "page-mutes-its-ticket")?.equal ?? [];
    const labels = new Set(seen.flatMap((one) => Object.keys(one)));
    assert.ok(labels.size > 10);
    assert.deepEqual(
      [...labels].filter((label) => !NOT_IDENTITY.includes(label) && !equal.includes(label)),
      [],
    );
  });

  it("have windows that are either fast or slow", () => {
    const windows = new Set(alerts.flatMap(({ labels }) => labels["window"] ?? []));
    const rule = inhibitRules.find(({ name }) => name === "slo-fast-burn");
    const named = [...(rule?.source_matchers ?? []), ...(rule?.target_matchers ?? [])].flatMap(
      (matcher) => /^window =~ "(.+)"$/.exec(matcher)?.[1]?.split("|") ?? [],
    );
    assert.deepEqual(named.toSorted(), [...windows].toSorted());
  });
});
