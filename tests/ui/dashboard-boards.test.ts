import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { layOut } from "../../ui/src/dashboards/model/board-layout.ts";
import { chartOf, plotData } from "../../ui/src/dashboards/model/chart-model.ts";
import { type Dashboard, type Panel, readDashboard } from "../../ui/src/dashboards/model/dashboard.ts";
import { drawPanel, KNOWN_TYPES } from "../../ui/src/dashboards/model/draw-panel.ts";
import { type Frame, field } from "../../ui/src/dashboards/model/frame.ts";
import { htmlText } from "../../ui/src/dashboards/model/html-text.ts";
import { legendOf } from "../../ui/src/dashboards/model/legend.ts";
import { destinationOf, type LinkContext, linkText, resolveLinks } from "../../ui/src/dashboards/model/links.ts";
import { planQueries, readTags, sourceOf } from "../../ui/src/dashboards/model/panel-queries.ts";
import { given, mentioned, type VariableValue } from "../../ui/src/dashboards/model/template.ts";

const FOLDER = new URL("../../grafana/dashboards/", import.meta.url);
const BOARDS: readonly Dashboard[] = readdirSync(FOLDER).map((name) =>
  readDashboard(JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"))),
);
const panelsOf = ({ panels }: Dashboard): readonly Panel[] => panels.filter(({ type }) => type !== "row");

const VALUES: Readonly<Record<string, string>> = {
  prometheus: "prometheus",
  loki: "loki",
  jaeger: "jaeger",
  service: "desk|team",
  traced_service: "desk",
};
const chosenValue = (name: string): VariableValue | undefined =>
  VALUES[name] === undefined ? { ...given(name, ".*"), isPattern: true, isWritten: true } : given(name, VALUES[name]);
const variablesOf = (board: Dashboard) => new Set(board.variables.map(({ name }) => name));

describe("every board that comes with the project", () => {
  it("is read as a whole", () => {
    equal(BOARDS.length, 11);
    ok(BOARDS.flatMap(panelsOf).length >= 170);
  });
  for (const board of BOARDS) {
    it(`${board.uid} can be drawn, asked for and left by its links`, () => {
      for (const panel of panelsOf(board)) {
        const where = `${board.uid} / ${panel.title}`;
        ok(KNOWN_TYPES.has(panel.type), `${where}: ${panel.type}`);
        deepEqual(drawPanel(panel, []).notices, [], where);
        const names = variablesOf(board);
        const { queries, problems } = planQueries(panel, {
          startMs: 0,
          endMs: 3_600_000,
          maxDataPoints: 600,
          lookUp: (name) => (names.has(name) ? chosenValue(name) : undefined),
        });
        deepEqual(problems, [], where);
        equal(queries.length, panel.targets.length, where);
        for (const { expr, search } of queries) {
          const left = mentioned(`${expr} ${JSON.stringify(search ?? "")}`).filter((name) => !/^\d*$/.test(name));
          deepEqual(left, [], `${where}: ${expr}`);
        }
        const links = [
          ...panel.fieldConfig.defaults.links,
          ...panel.links,
          ...panel.fieldConfig.overrides.flatMap(({ properties }) =>
            properties
              .filter(({ id }) => id === "links")
              .flatMap(({ value }) => value as { title: string; url: string }[]),
          ),
        ];
        const context: LinkContext = {
          lookUp: chosenValue,
          variables: [],
          from: "now-1h",
          to: "now",
          startMs: 0,
          endMs: 3_600_000,
        };
        equal(resolveLinks(links, context).length, links.length, where);
      }
    });
  }
});

describe("a link of a value", () => {
  const context: LinkContext = {
    lookUp: chosenValue,
    variables: [given("job", "a b")],
    from: "now-1h",
    to: "now",
    startMs: 1000,
    endMs: 2000,
  };
  const clicked = {
    fieldName: "desk",
    labels: { agent: "desk & co" },
    row: new Map([["Tool name", { prefix: "", text: "find", suffix: "", color: undefined, raw: "find" }]]),
  };
  const to = (url: string) => destinationOf(linkText(url, context, clicked), context);
  const pane = (query: object, range = { from: "${__from}", to: "${__to}" }): string =>
    `/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify({ a: { queries: [query], range } }))
      .replaceAll("%24%7B", "${")
      .replaceAll("%7D", (found, at: number, all: string) => (/\$\{[^%]*$/.test(all.slice(0, at)) ? "}" : found))}`;

  it("leads to another board with its variables", () => {
    deepEqual(
      to("/d/ao-logs/some-name?${__url_time_range}&var-agent=${__field.labels.agent:percentencode}&${__all_variables}"),
      {
        kind: "view",
        path: "/d/ao-logs",
        params: { from: ["now-1h"], to: ["now"], "var-agent": ["desk & co"], "var-job": ["a b"] },
      },
    );
  });
  it("has the cells of its row", () =>
    equal(
      linkText('/x?t=${__data.fields["Tool name"]:percentencode}&n=${__field.name}', context, clicked),
      "/x?t=find&n=desk",
    ));
  it("leads from Explore to log lines", () => {
    deepEqual(to(pane({ datasource: { type: "loki", uid: "loki" }, expr: '{a="b"}' })), {
      kind: "view",
      path: "/logs",
      params: { query: ['{a="b"}'] },
    });
  });
  it("leads from Explore to a search of traces", () => {
    const query = {
      datasource: { type: "jaeger" },
      queryType: "search",
      service: "desk",
      tags: 'error=true gen_ai.agent.name="the desk" http.route=/x',
    };
    deepEqual(to(pane(query)), {
      kind: "view",
      path: "/traces",
      params: { service: ["desk"], status: ["error"], agent: ["the desk"], attribute: ["http.route=/x"] },
    });
  });
  it("takes another time along", () => {
    deepEqual(to(pane({ datasource: { type: "jaeger" }, query: "abc" }, { from: "5", to: "6" })), {
      kind: "view",
      path: "/trace/abc",
      params: { from: ["5"], to: ["6"] },
    });
  });
  it("leads elsewhere over HTTP only", () => {
    deepEqual(to("https://example.org/x"), { kind: "elsewhere", url: "https://example.org/x" });
    for (const url of ["javascript:alert(1)", "//example.org", "data:text/html,x", "/admin", "/explore?panes=nothing"])
      equal(to(url), undefined, url);
  });
  it("reads tags with and without quotes", () =>
    deepEqual(readTags('a=1 b="x \\"y\\"" c='), { a: "1", b: 'x "y"', c: "" }));
});

describe("somebody's own dashboard", () => {
  it("is read from an export, an API's answer and the rows of old", () => {
    equal(
      readDashboard({ dashboard: { title: "x", panels: [{ type: "graph" }] }, meta: {} }).panels[0]?.type,
      "timeseries",
    );
    const old = readDashboard({
      title: "x",
      rows: [
        {
          title: "Top",
          showTitle: true,
          height: "250px",
          panels: [
            { type: "singlestat", span: 6 },
            { type: "graph", span: 6 },
          ],
        },
      ],
    });
    deepEqual(
      old.panels.map(({ type, place }) => [type, place.x, place.w]),
      [
        ["row", 0, 24],
        ["stat", 0, 12],
        ["timeseries", 12, 12],
      ],
    );
  });
  it("is refused with what is missing", () => {
    throws(() => readDashboard([]), /an object with panels/);
    throws(() => readDashboard({ title: "x" }), /without panels/);
    throws(() => readDashboard({ spec: { elements: {} } }), /schema v2/);
  });
  it("survives members of any type", () => {
    const board = readDashboard({
      title: 5,
      panels: [null, 7, { type: 3, gridPos: "x", targets: "none", fieldConfig: { overrides: 1 } }],
      templating: { list: [{}, { name: "a" }] },
    });
    equal(board.panels.length, 3);
    for (const panel of board.panels) drawPanel(panel, []);
  });
  it("asks the source that it means", () => {
    const none = (): undefined => undefined;
    equal(sourceOf({ type: "prometheus" }, none), "prometheus");
    equal(sourceOf({ uid: "${DS_LOKI}" }, none), "loki");
    equal(sourceOf({ uid: "-- Mixed --", type: "datasource" }, none), "prometheus");
    equal(sourceOf({ type: "mysql" }, none), "mysql");
  });
});

describe("the layout", () => {
  const at = (id: number, x: number, y: number, rest: object = {}) => ({
    id,
    type: "stat",
    title: `p${id}`,
    gridPos: { x, y, w: 12, h: 4 },
    ...rest,
  });
  it("has rows with what is below them, and what is inside of collapsed ones", () => {
    const board = readDashboard({
      panels: [
        at(1, 0, 0),
        { type: "row", id: 2, collapsed: true, gridPos: { x: 0, y: 4, w: 24, h: 1 }, panels: [at(3, 0, 5)] },
        { type: "row", id: 4, gridPos: { x: 0, y: 5, w: 24, h: 1 } },
        at(5, 12, 6),
      ],
    });
    const sections = layOut(board.panels, () => []);
    deepEqual(
      sections.map(({ row, panels }) => [row?.id, row?.isCollapsed, panels.map(({ id }) => id)]),
      [
        [undefined, undefined, [1]],
        [2, true, [3]],
        [4, false, [5]],
      ],
    );
  });
  it("repeats panels and rows for each value", () => {
    const board = readDashboard({
      panels: [
        at(1, 0, 0, { repeat: "job", maxPerRow: 2 }),
        at(2, 0, 4),
        { type: "row", id: 3, repeat: "job", title: "$job", gridPos: { x: 0, y: 8, w: 24, h: 1 } },
        at(4, 0, 9),
      ],
    });
    const [top, ...rows] = layOut(board.panels, () => ["a", "b", "c"]);
    deepEqual(
      top?.panels.map(({ key, place, scoped }) => [key, place.x, place.y, scoped["job"]]),
      [
        ["1:a", 0, 0, "a"],
        ["1:b", 12, 0, "b"],
        ["1:c", 0, 4, "c"],
        ["2", 0, 8, undefined],
      ],
    );
    deepEqual(
      rows.map(({ key, panels }) => [key, panels[0]?.scoped["job"]]),
      [
        ["3:a", "a"],
        ["3:b", "b"],
        ["3:c", "c"],
      ],
    );
  });
});

describe("a chart", () => {
  const series = (times: number[], values: number[], intervalMs: number | undefined = 10): Frame => ({
    refId: "A",
    kind: "series",
    fields: [field("Time", "time", times, { intervalMs }), field("Value", "number", values, { legend: "x" })],
  });
  const [panel] = readDashboard({ panels: [{ type: "timeseries", fieldConfig: { defaults: {} } }] }).panels;
  const plain = panel as Panel;
  const stackedPanel: Panel = {
    ...plain,
    fieldConfig: {
      ...plain.fieldConfig,
      defaults: { ...plain.fieldConfig.defaults, custom: { stacking: { mode: "normal" } } },
    },
  };
  const drawn = (of: Panel, ...frames: Frame[]) => {
    const result = drawPanel(of, frames);
    return result.drawn.kind === "chart" ? result.drawn.chart : chartOf(of, []);
  };
  it("has a gap where a step is missing, and none where only others have a point", () => {
    const { lines } = drawn(plain, series([0, 10, 40], [1, 2, 3]), series([0, 5, 10], [7, 8, 9], 5));
    const { times, rows } = plotData(lines);
    deepEqual(times, [0, 5, 10, 20, 40]);
    deepEqual(rows, [
      [1, undefined, 2, null, 3],
      [7, 8, 9, undefined, undefined],
    ]);
  });
  it("stacks what is stacked", () => {
    const { lines } = drawn(stackedPanel, series([0, 10], [1, 2]), series([0, 10], [10, 20]));
    deepEqual(plotData(lines).rows, [
      [1, 2],
      [11, 22],
    ]);
  });
  it("names its series as the query says", () => {
    equal(legendOf("{{agent}} of {{ job }}", { agent: "a", job: "b" }, "up"), "a of b");
    equal(legendOf(undefined, { __name__: "up", job: "b" }, "up"), 'up{job="b"}');
    equal(legendOf("__auto", { job: "b" }, "up"), "b");
    equal(legendOf("", {}, "sum(up)"), "sum(up)");
    match(legendOf("{{nothing}}", { a: "b" }, "up") ?? "", /up/);
  });
});

describe("the text of HTML", () => {
  it("is without tags, scripts and handlers", () => {
    equal(
      htmlText(`<p>Hello &amp; <b>you</b></p><script>run()</script><img src=x onerror="run()"> 1 &lt; 2 &#65;`),
      "Hello & you\n 1 < 2 A",
    );
    equal(htmlText("<script>never closed"), "");
    equal(htmlText("a < b and c > d"), "a < b and c > d");
  });
});
