/**
 * What a panel draws, read back from the page, and what it should draw: made from the board's file and the answers of the APIs by code of the
 * boards' own tests, not by that of the page.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type { PanelQuery } from "../../grafana/source/panel-queries.ts";
import type { Backends, Labels, Series } from "../../src/backends/index.ts";
import { drawNodeGraph, type Transformation } from "../dashboards/node-graph.ts";
import type { ShownPage } from "./harness.ts";

const FOLDER = new URL("../../grafana/dashboards/", import.meta.url);
export const STEP_MS = 60_000;

type Target = { readonly refId: string; readonly legendFormat?: string; readonly service?: string };
export type Panel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly interval?: string;
  readonly targets: readonly Target[];
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: { readonly renameByName?: Record<string, string> };
  }[];
};
type Board = { readonly uid: string; readonly panels: readonly Panel[] };
export const BOARDS: readonly Board[] = readdirSync(FOLDER).map((name) =>
  JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")),
);

/** As the page has it: the value itself of each cell, `""` for none. */
type Table = {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
};
type Query = { readonly text: string; readonly start: number; readonly end: number; readonly step: number };
export type Inspected = {
  readonly tables: readonly Table[];
  readonly queries: readonly Query[];
  readonly seen: readonly string[];
};

/** Runs in the page: what the dialog and the panel itself have. */
const READ = `(id) => {
  const valuesIn = (element, selector) => [...element.querySelectorAll(selector)].map(({ value }) => value);
  const open = document.querySelector("dialog[open]");
  return {
    tables: [...open.querySelectorAll("table[data-drawn]")].map((table) => ({
      title: table.dataset.drawn,
      columns: [...table.querySelectorAll("th")].map(({ textContent }) => textContent),
      rows: [...table.querySelectorAll("tbody tr")].map((row) => valuesIn(row, "data")),
    })),
    queries: [...open.querySelectorAll("[data-ref]")].map((one) => ({
      text: one.querySelector("pre").textContent,
      start: Number(one.dataset.start),
      end: Number(one.dataset.end),
      step: Number(one.dataset.step),
    })),
    seen: valuesIn(document.querySelector('[data-panel="' + id + '"] > div'), "data"),
  };
}`;

export type Comparing = {
  readonly shown: ShownPage;
  readonly backends: Backends;
  readonly startMs: number;
  readonly endMs: number;
};

export function comparePanels({ shown, backends, startMs, endMs }: Comparing) {
  const cardOf = (panel: Panel) => shown.page.locator(`[data-panel="${panel.id}"]`);

  async function inspect(panel: Panel): Promise<Inspected> {
    const card = cardOf(panel);
    await card.and(shown.page.locator('[data-state="drawn"]')).waitFor();
    await card.getByRole("button", { name: "Data of" }).click();
    const dialog = shown.page.locator("dialog[open]");
    await dialog.waitFor();
    const found = (await shown.page.evaluate(`(${READ})(${panel.id})`)) as Inspected;
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "detached" });
    return found;
  }

  const seriesOf = async ({ expr, instant }: PanelQuery): Promise<readonly Series[]> => {
    const aligned = (ms: number): number => Math.floor(ms / STEP_MS) * STEP_MS;
    const { result } = instant
      ? await backends.prometheus.query(expr, { timeMs: endMs })
      : await backends.prometheus.queryRange(expr, {
          startMs: aligned(startMs),
          endMs: aligned(endMs),
          stepMs: STEP_MS,
        });
    return "series" in result ? result.series : [];
  };
  const countsOf = async ({ expr }: PanelQuery): Promise<readonly Series[]> => {
    const answer = await backends.loki.queryRange(expr, { startMs, endMs, stepMs: STEP_MS, limit: 1000 });
    return "series" in answer ? answer.series : [];
  };

  const legend = (format: string | undefined, labels: Labels): string =>
    (format ?? "").replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => labels[name] ?? "");

  /** Each series a column: a value wherever the API has one, and nowhere else. */
  async function checkChart(panel: Panel, asked: readonly PanelQuery[], { tables }: Inspected): Promise<number> {
    const expected = await Promise.all(
      asked.map(async (query, index) => {
        const series = await (query.datasource === "loki" ? countsOf(query) : seriesOf(query));
        return series.map(({ labels, points }) => ({
          name: legend(panel.targets[index]?.legendFormat, labels),
          points,
        }));
      }),
    );
    const lines = expected.flat();
    const [table] = tables;
    assert.deepEqual(table?.columns, ["Time", ...lines.map(({ name }) => name)]);
    lines.forEach(({ name, points }, index) => {
      const drawn = table?.rows.flatMap((row) =>
        row[index + 1] === "" ? [] : [[Number(row[0]), Number(row[index + 1])]],
      );
      // What is no number cannot be drawn.
      const numbers = points.filter(({ value }) => Number.isFinite(value));
      assert.deepEqual(
        drawn,
        numbers.map(({ timeMs, value }) => [timeMs, value]),
        name,
      );
    });
    return lines.length;
  }

  async function checkStat(asked: readonly PanelQuery[], { tables, seen }: Inspected): Promise<number> {
    const series = (await Promise.all(asked.map(seriesOf))).flat();
    const values = series
      .map(({ points }) => points.at(-1)?.value)
      .map((value) => (Number.isNaN(value) ? "" : String(value)));
    const expected = values.length === 0 ? [""] : values;
    assert.deepEqual(
      tables[0]?.rows.map(([, value]) => value),
      expected,
    );
    assert.deepEqual(seen, expected, "the number on the panel");
    return series.length;
  }

  /** One row for each set of labels, with the value of every query that has it. */
  async function checkTable(panel: Panel, asked: readonly PanelQuery[], { tables, seen }: Inspected): Promise<number> {
    const names = panel.transformations?.find(({ id }) => id === "organize")?.options.renameByName ?? {};
    const rows = new Map<string, Map<string, string>>();
    for (const [index, query] of asked.entries()) {
      const column = asked.length > 1 ? `Value #${panel.targets[index]?.refId}` : "Value";
      for (const { labels, points } of await seriesOf(query)) {
        const shownLabels = Object.entries(labels).map(([label, value]) => [names[label] ?? label, value] as const);
        const key = JSON.stringify([...shownLabels].sort());
        const row = rows.get(key) ?? new Map(shownLabels);
        rows.set(key, row.set(names[column] ?? column, String(points[0]?.value)));
      }
    }
    const [table] = tables;
    const columns = table?.columns ?? [];
    const drawn = table?.rows.map((cells) =>
      columns.flatMap((name, at) => (cells[at] === "" ? [] : [[name, cells[at]]])).sort(),
    );
    const expected = [...rows.values()].map((row) => [...row].filter(([, value]) => value !== "").sort());
    const byText = (all: readonly unknown[] = []): string[] => all.map((one) => JSON.stringify(one)).sort();
    assert.deepEqual(byText(drawn), byText(expected));
    assert.deepEqual(seen, table?.rows.flat() ?? [], "the cells on the panel");
    return rows.size;
  }

  async function checkTraces([query]: readonly PanelQuery[], { tables, seen }: Inspected): Promise<number> {
    const { service = "", tags = "{}", limit } = Object.fromEntries(new URLSearchParams(query?.expr));
    const found = await backends.jaeger.findTraces({
      service,
      tags: JSON.parse(tags),
      startMs,
      endMs,
      limit: Number(limit),
    });
    const ids = found.map(({ traceId }) => traceId);
    assert.deepEqual(tables[0]?.rows.map(([id]) => id) ?? [], ids);
    assert.deepEqual(
      seen.filter((value) => /^[0-9a-f]{32}$/.test(value)),
      ids,
    );
    return ids.length;
  }

  async function checkLogs(panel: Panel, [query]: readonly PanelQuery[], { tables }: Inspected): Promise<number> {
    const answer = await backends.loki.queryRange(query?.expr ?? "", { startMs, endMs, limit: 100 });
    const lines = answer.type === "lines" ? answer.entries.map(({ line }) => line) : [];
    const at = tables[0]?.columns.indexOf("Line") ?? 0;
    assert.deepEqual(tables[0]?.rows.map((row) => row[at]) ?? [], lines);
    assert.deepEqual(await cardOf(panel).locator("summary > span").allTextContents(), lines);
    return lines.length;
  }

  async function checkGraph(panel: Panel, asked: readonly PanelQuery[], { tables }: Inspected): Promise<number> {
    const answers = await Promise.all(
      asked.map(async (query, index) => {
        const samples = (await seriesOf(query)).map(({ labels, points }) => ({
          labels,
          value: points[0]?.value ?? Number.NaN,
        }));
        return [panel.targets[index]?.refId ?? "", samples] as const;
      }),
    );
    const { nodes, edges } = drawNodeGraph(new Map(answers), panel.transformations as unknown as Transformation[]);
    const [table] = tables;
    const drawn = new Map(
      table?.rows.map((row) => [row[0] ?? "", new Map(table.columns.map((name, at) => [name, row[at]]))]),
    );
    assert.deepEqual([...drawn.keys()].sort(), [...nodes.keys(), ...edges.keys()].sort());
    const text = (value: unknown): string => (value === undefined ? "" : String(value));
    for (const [id, node] of nodes) {
      assert.equal(drawn.get(id)?.get("mainstat"), text(node.mainstat), id);
      assert.equal(drawn.get(id)?.get("secondarystat"), text(node.secondarystat), id);
      for (const [arc, value] of Object.entries(node.arcs)) assert.equal(drawn.get(id)?.get(arc), text(value), id);
    }
    for (const [id, edge] of edges) assert.equal(drawn.get(id)?.get("mainstat"), text(edge.mainstat), id);
    for (const { title } of nodes.values())
      await cardOf(panel).getByText(String(title), { exact: true }).first().waitFor();
    return nodes.size;
  }

  /** How many values there were to compare. */
  function check(panel: Panel, asked: readonly PanelQuery[], found: Inspected): Promise<number> {
    if (panel.type === "timeseries") return checkChart(panel, asked, found);
    if (panel.type === "stat") return checkStat(asked, found);
    if (panel.type === "logs") return checkLogs(panel, asked, found);
    if (panel.type === "nodeGraph") return checkGraph(panel, asked, found);
    if (panel.type !== "table") throw new Error(`Expected a type of panel that is compared, got ${panel.type}`);
    return asked[0]?.datasource === "jaeger" ? checkTraces(asked, found) : checkTable(panel, asked, found);
  }

  return { inspect, check, seriesOf };
}
