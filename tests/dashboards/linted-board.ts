import type { LintedDashboard } from "../../grafana/source/lint.ts";
import { placeholder } from "../../grafana/source/placeholder.ts";

export type Panel = NonNullable<LintedDashboard["panels"]>[number];
export type Target = NonNullable<Panel["targets"]>[number];

export const PROMETHEUS = { type: "prometheus", uid: placeholder("prometheus") };
export const LOKI = { type: "loki", uid: placeholder("loki") };
export const JAEGER = { type: "jaeger", uid: placeholder("jaeger") };
/** What every query of the programs' metrics follows. */
export const PROCESS = 'deployment_environment_name=~"$environment", job=~"$job"';

export const target = (expr: string, changes: Partial<Target> = {}): Target => ({
  refId: "A",
  expr,
  legendFormat: "requests",
  datasource: PROMETHEUS,
  ...changes,
});

export const RATE = `sum(rate(agent_requests_total{${PROCESS}}[$__rate_interval]))`;

/** A chart at the upper left. */
export const panel = (changes: Partial<Panel> = {}): Panel => ({
  id: 1,
  type: "timeseries",
  title: "Requests",
  description: "Requests a second.",
  gridPos: { x: 0, y: 0, w: 12, h: 8 },
  datasource: PROMETHEUS,
  targets: [target(RATE)],
  fieldConfig: { defaults: { unit: "reqps" } },
  ...changes,
});

/** Another one at its right. */
export const second = (changes: Partial<Panel>): Panel =>
  panel({ id: 2, gridPos: { x: 12, y: 0, w: 12, h: 8 }, ...changes });

const datasource = (name: string) => ({ name, type: "datasource", query: name });
export const variable = (name: string, definition: string) => ({
  name,
  type: "query",
  definition,
  refresh: 2,
  datasource: PROMETHEUS,
});
export const VARIABLES = [
  datasource("prometheus"),
  variable("environment", "label_values(agent_observatory_up, deployment_environment_name)"),
  variable("job", 'label_values(agent_observatory_up{deployment_environment_name=~"$environment"}, job)'),
];

export const board = (changes: Partial<LintedDashboard> = {}): LintedDashboard => ({
  uid: "ao-test",
  title: "Test",
  description: "A board.",
  editable: false,
  panels: [panel()],
  links: [{ url: "/d/ao-test" }],
  templating: { list: VARIABLES },
  ...changes,
});

/** A board with a second panel. */
export const withPanel = (changes: Partial<Panel>): LintedDashboard => board({ panels: [panel(), second(changes)] });
/** A board whose second panel asks this; without a unit that it could miss. */
export const withExpr = (expr: string, changes: Partial<Target> = {}, unit = "short"): LintedDashboard =>
  withPanel({ targets: [target(expr, changes)], fieldConfig: { defaults: { unit } } });

const withSource = (source: typeof LOKI, changes: Partial<Panel>): LintedDashboard =>
  board({
    panels: [panel(), second({ datasource: source, ...changes })],
    templating: { list: [...VARIABLES, datasource(source.type)] },
  });
export const withLogs = (expr: string, type = "logs", legendFormat = ""): LintedDashboard =>
  withSource(LOKI, { type, targets: [{ refId: "A", expr, legendFormat, datasource: LOKI }] });
export const withSearch = (search: Partial<Target>): LintedDashboard =>
  withSource(JAEGER, {
    type: "table",
    targets: [{ refId: "A", queryType: "search", service: "$job", tags: "error=true", datasource: JAEGER, ...search }],
  });
export const withLink = (url: string): LintedDashboard =>
  board({ panels: [{ ...panel(), fieldConfig: { defaults: { unit: "reqps", links: [{ url }] } } }] });
export const withColumns = (...expressions: string[]): LintedDashboard =>
  withPanel({
    type: "table",
    targets: expressions.map((expr, index) => ({ refId: "AB"[index] ?? "C", expr, datasource: PROMETHEUS })),
    fieldConfig: { defaults: { unit: "short" } },
    transformations: [
      {
        id: "organize",
        options: { excludeByName: { Time: true }, renameByName: { agent: "Agent", "Value #A": "Runs" } },
      },
    ],
  });
export const withSteps = (unit: string, ...values: number[]): LintedDashboard =>
  board({
    panels: [
      panel({
        targets: [],
        fieldConfig: {
          defaults: { unit, thresholds: { steps: [{ value: null }, ...values.map((value) => ({ value }))] } },
        },
      }),
    ],
  });
/** What Explore is opened with. */
export const panes = (uid: string, query: object): string =>
  JSON.stringify({
    a: { datasource: uid, queries: [{ refId: "A", datasource: { type: "prometheus", uid }, ...query }] },
  });
