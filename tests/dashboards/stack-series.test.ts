import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { askSeries, loadStackSeries } from "../../grafana/source/stack-series.ts";

const read = (path: string, ending: string): string => {
  const folder = new URL(path, import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
};

test("only series that a rule, a runbook or a board uses are listed", () => {
  const used =
    read("../../alerts/", ".yml") + read("../../alerts/runbooks/", ".md") + read("../../grafana/dashboards/", ".json");
  const unused = Object.keys(loadStackSeries().series).filter((name) => !new RegExp(`\\b${name}\\b`).test(used));
  assert.deepEqual(unused, []);
});

/** What a Prometheus answers that has these series, and knows these types. */
const answering =
  (series: readonly Record<string, string>[], types: Readonly<Record<string, string>> = {}) =>
  async <T>(url: string): Promise<T> => {
    const metadata = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, [{ type }]]));
    return { data: url.includes("/metadata?") ? metadata : series } as T;
  };

test("a series is recorded with its type and the labels of all that have the name", async () => {
  const found = [
    { __name__: "a_total", job: "x", reason: "r" },
    { __name__: "a_total", job: "y", instance: "i" },
  ];
  assert.deepEqual(await askSeries("http://p", "a_total", answering(found, { a_total: "counter" })), {
    kind: "counter",
    labels: ["instance", "job", "reason"],
  });
});

test("a series that came by OTLP is told by its name, and one that is not there is none", async () => {
  const pushed = await askSeries("http://p", "b_total", answering([{ __name__: "b_total", job: "x" }]));
  assert.equal(pushed?.kind, "counter");
  assert.equal(await askSeries("http://p", "c", answering([])), undefined);
});

test("an uptime is a reading, and what alerts and resources carry is not recorded", async () => {
  const uptime = "otelcol_process_uptime_seconds_total";
  const reading = await askSeries("http://p", uptime, answering([{ __name__: uptime }], { [uptime]: "counter" }));
  assert.equal(reading?.kind, "gauge");
  const alerts = await askSeries("http://p", "ALERTS", answering([{ __name__: "ALERTS", agent: "a" }]));
  assert.deepEqual(alerts?.labels, []);
});
