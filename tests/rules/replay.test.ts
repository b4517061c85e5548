/** Two hours with outages and spikes: after every evaluation, promtool's Prometheus has the same alerts pending and firing as this engine. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { loadAlerts, loadRules } from "../../alerts/source/load.ts";
import { parsePromql, selectorsOf } from "../../src/promql/index.ts";
import { METRIC_NAME } from "../../src/signals/index.ts";
import { findPromtool } from "../alerts/find-promtool.ts";
import {
  type InputSeries,
  STEP_MS,
  seriesOfStack,
  seriesOfStates,
  seriesOfTraffic,
  writeSeries,
  writeSlots,
} from "./replay/input.ts";
import {
  EVALUATION_MS,
  type Evaluation,
  EXTERNAL_URL,
  groups,
  isReplayed,
  replay,
  ruleFilePaths,
} from "./replay/ours.ts";

const promtool = findPromtool();
const required = process.env["AGENT_OBSERVATORY_REQUIRE_STACK"] === "1";
const MISSING = "promtool is not in PATH nor in the cache: run npm run stack:images. The replay was NOT run";
const folder = mkdtempSync(join(tmpdir(), "rules-replay-"));
after(() => rmSync(folder, { recursive: true }));

const replayedAlerts = [
  ...new Set(
    loadAlerts()
      .filter(({ file }) => isReplayed(file))
      .map(({ alert }) => alert),
  ),
];
/** In the traffic nothing is slow for long enough; their unit tests compare them. */
const NEVER_FIRES = new Set(["ApiLatencyHigh", "LlmResponseTimeHigh"]);
/** Labels and annotations of firing alerts are compared at every tenth evaluation, states and values at each. */
const ANNOTATED = 10;
const rules = groups.flatMap((group) => group.rules);
/** What is recorded, without NaN, which is equal to nothing for promtool. */
const recorded = new Set(rules.flatMap(({ kind, name }) => (kind === "recording" ? [`${name} > -Inf`] : [])));
const STATES = ["ALERTS", "ALERTS_FOR_STATE"];
/** What is recorded is compared at every eighth evaluation: there are more than a hundred series of it by now. */
const RECORDED = 8;
const expressionsAt = (evaluation: number): string[] =>
  evaluation % RECORDED === 0 ? [...STATES, ...recorded] : STATES;

/** Names of the series that the rules read. */
function namesInRules(): Set<string> {
  const matchers = loadRules().flatMap(({ expr }) => selectorsOf(parsePromql(expr)).flatMap((use) => use.matchers));
  return new Set(
    matchers.flatMap(({ name, operator, value }) => (name === METRIC_NAME && operator === "=" ? [value] : [])),
  );
}

const seconds = (ms: number): string => `${ms / 1000}s`;

function promtoolFile(input: readonly InputSeries[], evaluations: readonly Evaluation[]): object {
  return {
    rule_files: ruleFilePaths(),
    evaluation_interval: seconds(EVALUATION_MS),
    // The last bit of a sum depends on the order of what is added.
    fuzzy_compare: true,
    group_eval_order: groups.map(({ name }) => name),
    tests: [
      {
        name: "replay",
        interval: seconds(STEP_MS),
        external_url: EXTERNAL_URL,
        input_series: input.map(({ labels, slots }) => ({ series: writeSeries(labels), values: writeSlots(slots) })),
        alert_rule_test: evaluations
          .filter((_, index) => index % ANNOTATED === 0)
          .flatMap(({ timeMs, firing }) =>
            replayedAlerts.map((alert) => ({
              eval_time: seconds(timeMs),
              alertname: alert,
              exp_alerts: firing
                .filter(({ alertName }) => alertName === alert)
                .map(({ labels: { alertname: _, ...labels }, annotations }) => ({
                  exp_labels: labels,
                  exp_annotations: annotations,
                })),
            })),
          ),
        promql_expr_test: evaluations.flatMap(({ timeMs, results }) =>
          [...results].map(([expr, samples]) => ({
            expr,
            eval_time: seconds(timeMs),
            exp_samples: samples.map(({ labels, value }) => ({ labels: writeSeries(labels), value })),
          })),
        ),
      },
    ],
  };
}

/** Which alerts were pending, firing, and no longer firing at any time. */
function passedThrough(evaluations: readonly Evaluation[]): Record<"pending" | "firing" | "resolved", Set<string>> {
  const passed = { pending: new Set<string>(), firing: new Set<string>(), resolved: new Set<string>() };
  let before = new Map<string, string>();
  for (const { results } of evaluations) {
    const now = new Map<string, string>();
    for (const { labels } of results.get("ALERTS") ?? []) {
      const { alertname = "", alertstate = "", [METRIC_NAME]: _, ...rest } = labels;
      passed[alertstate as "pending" | "firing"].add(alertname);
      if (alertstate === "firing") now.set(JSON.stringify([alertname, rest]), alertname);
    }
    for (const [key, name] of before) if (!now.has(key)) passed.resolved.add(name);
    before = now;
  }
  return passed;
}

describe("a replay of outages and spikes", { skip: promtool === undefined && !required ? MISSING : false }, () => {
  for (const seed of [1, 2]) {
    it(`gives the same alerts at every evaluation as in Prometheus (seed ${seed})`, async (t) => {
      assert.ok(promtool, MISSING);
      const input = [...seriesOfTraffic(seed, namesInRules()), ...seriesOfStack(seed), ...seriesOfStates(seed)];
      const evaluations = await replay(input, expressionsAt);
      const file = join(folder, `replay-${seed}.test.yml`);
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(promtoolFile(input, evaluations)));
      const { status, stdout, stderr } = spawnSync(promtool, ["test", "rules", file], {
        encoding: "utf8",
        timeout: 120_000,
        maxBuffer: 1e9,
      });
      assert.equal(status, 0, `${stdout}${stderr}`.slice(0, 5000));
      const { pending, firing, resolved } = passedThrough(evaluations);
      const count = (expr: string): number =>
        evaluations.reduce((sum, { results }) => sum + (results.get(expr)?.length ?? 0), 0);
      const values = [...recorded].reduce((sum, expr) => sum + count(expr), 0);
      t.diagnostic(
        `${input.length} series, ${evaluations.length} evaluations, ${count("ALERTS")} states of alerts, ` +
          `${values} recorded values; ${pending.size} alerts were pending, ${firing.size} firing, ${resolved.size} resolved`,
      );
      const never = replayedAlerts.filter((alert) => !firing.has(alert) && !NEVER_FIRES.has(alert));
      assert.deepEqual(never, [], "every alert fires at some time");
      assert.ok(pending.size >= 15 && resolved.size >= 18);
    });
  }
});
