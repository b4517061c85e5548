import assert from "node:assert/strict";
import { test } from "node:test";
import { interpolate, listPanelQueries, listVariableQueries } from "../../grafana/source/panel-queries.ts";
import { placeholder } from "../../grafana/source/placeholder.ts";

const SERVICES = { service: "shop", traced_service: "shop" };

test("lists the queries of every back end without a variable left", () => {
  const queries = listPanelQueries(SERVICES);
  assert.deepEqual([...new Set(queries.map(({ datasource }) => datasource))].sort(), ["jaeger", "loki", "prometheus"]);
  for (const { dashboard, panel, expr } of queries) {
    assert.ok(dashboard && panel && expr);
    assert.doesNotMatch(expr, /\$[A-Za-z_{]/);
  }
});

test("puts the caller's values in the place of all", () => {
  const [first] = listPanelQueries({ ...SERVICES, job: "shop", __range: "15m" });
  assert.match(first?.expr ?? "", /job=~"shop", agent=~"\.\*"\}\[15m\]/);
});

test("asks Jaeger by its own query string", () => {
  const search = listPanelQueries(SERVICES).find(({ datasource }) => datasource === "jaeger");
  const parameters = new URLSearchParams(search?.expr);
  assert.equal(parameters.get("service"), "shop");
  assert.deepEqual(JSON.parse(parameters.get("tags") ?? ""), { error: "true" });
});

test("refuses a query with a hole in it", () => {
  assert.throws(() => listPanelQueries({}), /Expected a value for the variable \$(traced_)?service/);
});

test("replaces variables in all their spellings", () => {
  const text = `a="$job" b="${placeholder("job")}" c="${placeholder("job:regex")}"`;
  assert.equal(interpolate(text, { job: "x" }), 'a="x" b="x" c="x"');
});

test("lists what fills the choices of the variables", () => {
  const job = listVariableQueries().find(({ variable }) => variable === "job");
  assert.equal(job?.selector, 'agent_observatory_up{deployment_environment_name=~".*"}');
  assert.equal(job?.label, "job");
});

test("leaves groups of a pattern, and knows how long the time range is", () => {
  assert.equal(
    interpolate('label_replace(x, "id", "$1", "a", "(.*)")', {}),
    'label_replace(x, "id", "$1", "a", "(.*)")',
  );
  const starts = (range: string) =>
    listPanelQueries({ ...SERVICES, __range: range }).find(({ panel }) => panel === "Starts")?.expr;
  assert.match(starts("15m") ?? "", /< 900 /);
  assert.match(starts("2d") ?? "", /< 172800 /);
});
