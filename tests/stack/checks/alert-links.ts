import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { listPanelQueries, listVariableQueries } from "../../../grafana/source/panel-queries.ts";
import type { Alert } from "../support/alert-sink.ts";
import { ROOT } from "../support/docker.ts";
import { get } from "../support/http.ts";
import type { Stack } from "../support/stack.ts";
import { hasData } from "./panel-data.ts";

/** The board as Grafana reads it: the file that is provisioned. */
type Board = { readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] } };
const boardOf = (uid: string): Board => JSON.parse(readFileSync(`${ROOT}grafana/dashboards/${uid}.json`, "utf8"));

/** That the link of an alert opens a board which has the variables that it sets, those values among its choices, and data for them. */
async function assertBoard(stack: Stack, link: string): Promise<void> {
  const { pathname, searchParams } = new URL(link, "http://grafana");
  const uid = pathname.replace(/^\/d\//, "");
  const variables = boardOf(uid).templating.list;
  const values: Record<string, string> = {};
  for (const [parameter, value] of searchParams) {
    const name = parameter.replace(/^var-/, "");
    assert.ok(parameter.startsWith("var-"), link);
    assert.equal(variables.find((one) => one.name === name)?.type, "query", `${uid} has no variable ${name}`);
    values[name] = value;
  }
  const queries = listVariableQueries(values).filter(({ dashboard }) => dashboard === uid);
  for (const [name, value] of Object.entries(values)) {
    const query = queries.find(({ variable }) => variable === name);
    assert.ok(query, `${uid} has no choices for ${name}`);
    // Grafana's own choices: what an alert does not tell is an environment without a name.
    if (value === "") continue;
    const choices = await stack.prometheus.labelValues(query.selector, query.label);
    assert.ok(choices.includes(value), `${name} of ${uid} has no ${value}: ${choices}`);
  }
  const service = values["job"] ?? "none";
  const panels = listPanelQueries({ service, traced_service: service, ...values }).filter(
    ({ dashboard, datasource }) => dashboard === uid && datasource === "prometheus",
  );
  const filled = await Promise.all(panels.map((panel) => hasData(stack, panel)));
  assert.ok(filled.some(Boolean), `${link} shows nothing`);
}

/** That an alert's links lead to its runbook and to a board that shows what it is about. */
export async function assertLeadsSomewhere(stack: Stack, { labels, annotations }: Alert): Promise<void> {
  const link = annotations["runbook_url"] ?? "";
  assert.equal(new URL(link).port, new URL(stack.prometheus.url).port);
  const runbook = await get(link);
  assert.ok(runbook.ok, link);
  assert.match(await runbook.text(), new RegExp(`^# ${labels["alertname"]}\n`));
  await assertBoard(stack, annotations["dashboard_url"] ?? "");
}
