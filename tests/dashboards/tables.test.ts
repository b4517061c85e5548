import assert from "node:assert/strict";
import { test } from "node:test";
import { buildDashboards } from "../../grafana/source/boards.ts";

type Table = {
  readonly type: string;
  readonly title?: string;
  readonly targets?: readonly { readonly refId: string; readonly datasource?: { readonly type?: string } }[];
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: { readonly renameByName?: Readonly<Record<string, string>> };
  }[];
  readonly fieldConfig?: { readonly overrides?: readonly { readonly matcher: { readonly options?: string } }[] };
};

const tables = buildDashboards().flatMap(({ uid, panels = [] }) =>
  (panels as Table[])
    .filter(({ type, targets = [] }) => type === "table" && targets[0]?.datasource?.type === "prometheus")
    .map((table) => ({ ...table, name: `${uid} / ${table.title}` })),
);

/** As Grafana's Prometheus data source calls the values of a table (transformDFToTable in grafana-prometheus). */
const valuesOf = ({ targets = [] }: Table): string[] =>
  targets.map(({ refId }) => (targets.length > 1 ? `Value #${refId}` : "Value"));

const namesOf = ({ transformations = [] }: Table): Readonly<Record<string, string>> =>
  transformations.find(({ id }) => id === "organize")?.options.renameByName ?? {};

test("every query of a table fills a column that has a title", () => {
  assert.ok(tables.some(({ targets }) => targets?.length === 1));
  for (const table of tables) {
    for (const value of valuesOf(table)) assert.ok(namesOf(table)[value], `${table.name}: ${value}`);
  }
});

test("what is said of a column is said of one that the table has", () => {
  for (const table of tables) {
    const titles = new Set(Object.values(namesOf(table)));
    for (const { matcher } of table.fieldConfig?.overrides ?? []) {
      assert.ok(titles.has(matcher.options ?? ""), `${table.name}: ${matcher.options}`);
    }
  }
});
