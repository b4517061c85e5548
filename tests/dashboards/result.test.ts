import assert from "node:assert/strict";
import { test } from "node:test";
import { type Dimension, dimensionOf } from "../../grafana/source/dimension.ts";
import { loadKnownSeries } from "../../grafana/source/known-metrics.ts";
import { labelsOf, labelsOfSeries } from "../../grafana/source/result-labels.ts";
import { parsePromql } from "../../src/promql/index.ts";

const known = loadKnownSeries();
const COUNT = "agent_requests_total";
const SECONDS = "agent_request_duration_seconds";

const labels: readonly (readonly [expr: string, expected: string])[] = [
  [`sum(rate(${COUNT}[5m]))`, ""],
  [`sum by (agent, status) (rate(${COUNT}[5m]))`, "agent status"],
  [`sum without (instance, status) (rate(${COUNT}[5m]))`, "agent deployment_environment_name job"],
  [`topk(3, sum by (agent) (rate(${COUNT}[5m])))`, "agent"],
  [`histogram_quantile(0.9, sum by (agent, le) (rate(${SECONDS}_bucket[5m])))`, "agent"],
  [`label_replace(sum by (agent) (rate(${COUNT}[5m])), "who", "$1", "agent", "(.*)")`, "agent who"],
  ['label_join(sum by (job) (up), "id", "-", "job")', "id job"],
  ["sum by (job) (up) or vector(0)", "job"],
  ["sum by (job) (up) and on (job) up", "job"],
  ["sum by (job, instance) (up) / on (job) group_left () sum by (job) (up)", "instance job"],
  ["sum by (job) (up) * on (job) group_right () up", "instance job"],
  ["sum by (job, instance) (up) / on (job) sum by (job, instance) (up)", "job"],
  ["sum by (job, instance) (up) / ignoring (instance) sum by (job, instance) (up)", "job"],
  ["time() - max by (job) (process_start_time_seconds)", "job"],
  ["100 * (1 - sum by (job) (up))", "job"],
  ["max_over_time(sum by (job) (up)[1h:])", "job"],
  ['count_values by (job) ("version", up)', "job version"],
  ["time()", ""],
  ["job_agent:agent_request_errors:ratio5m", "agent deployment_environment_name job"],
  ["slo:error_budget_burn:factor1h", "agent deployment_environment_name job slo"],
  ["ALERTS", "?"],
  ["absent(up)", "?"],
];

for (const [expr, expected] of labels) {
  test(`tells the labels of ${expr}`, () => {
    const told = labelsOf(parsePromql(expr), known);
    assert.equal(told === undefined ? "?" : [...told].sort().join(" "), expected);
  });
}

test("tells the labels of what a rule records under a name of the objectives", () => {
  assert.deepEqual([...(labelsOfSeries("slo:objective:ratio", known) ?? [])], ["slo"]);
});

const text = (told: Dimension | undefined): string =>
  told === undefined ? "?" : [told.of, ...(told.per === undefined ? [] : [told.per])].join("/");
const dimensions: readonly (readonly [expr: string, expected: string])[] = [
  [`rate(${COUNT}[5m])`, "number/s"],
  [`60 * sum(rate(${COUNT}[5m]))`, "number/min"],
  [`sum(rate(${COUNT}[5m])) * 3600`, "number/h"],
  [`increase(${COUNT}[5m])`, "number"],
  [`max_over_time(${COUNT}[5m]) - min_over_time(${COUNT}[5m]) and resets(${COUNT}[5m]) == 0`, "number"],
  [`sum(rate(${COUNT}[5m])) / sum(rate(${COUNT}[5m]))`, "1"],
  [`100 * sum(rate(${COUNT}[5m])) / sum(rate(${COUNT}[5m]))`, "?"],
  [`100 * (sum(rate(${COUNT}[5m])) / sum(rate(${COUNT}[5m])))`, "percent"],
  [`rate(${SECONDS}_sum[5m]) / rate(${SECONDS}_count[5m])`, "s"],
  [`increase(${SECONDS}_sum[5m]) / increase(${SECONDS}_count[5m])`, "s"],
  [`rate(${SECONDS}_sum[5m])`, "s/s"],
  [`histogram_quantile(0.9, sum by (le) (rate(${SECONDS}_bucket[5m]))) >= 0`, "s"],
  [`sum(rate(${SECONDS}_bucket{le="5"}[5m]))`, "number/s"],
  ["3600 * sum(rate(llm_cost_usd_total[5m]))", "USD/h"],
  ["sum(increase(llm_cost_usd_total[1h])) / sum(increase(llm_requests_total[1h]))", "USD"],
  ["process_resident_memory_bytes", "By"],
  ["otelcol_exporter_queue_size / otelcol_exporter_queue_capacity", "1"],
  ["time() - process_start_time_seconds", "s"],
  ["process_start_time_seconds", "timestamp"],
  ["count(up == 0) or vector(0)", "number"],
  ["up > bool 0", "number"],
  ["vector(1)", "?"],
  ["job_agent:agent_request_errors:ratio5m", "1"],
  ["slo:bad_events:count1h", "number"],
];

for (const [expr, expected] of dimensions) {
  test(`tells what ${expr} is of`, () => assert.equal(text(dimensionOf(parsePromql(expr), known)), expected));
}
