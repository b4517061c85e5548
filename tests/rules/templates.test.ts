import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { createExpander } from "../../src/rules/templates/expand.ts";
import { createLabels } from "../../src/signals/index.ts";

/** Template and what Prometheus 3.15's template package makes of it, over the data below. */
const cases = JSON.parse(readFileSync(new URL("prometheus-templates.json", import.meta.url), "utf8")) as [
  string,
  string,
][];

const asked: string[] = [];
const createTestExpander = () =>
  createExpander({
    alertName: "Test",
    externalUrl: "http://prom.example:9090/pfx",
    externalLabels: createLabels([["cluster", "eu"]]),
    query: async (expr) => {
      asked.push(expr);
      if (expr === "bad") throw new Error("query failed");
      if (expr === "none") return [];
      const labels = (instance: string, more: [string, string][] = []) =>
        createLabels([["__name__", "m"], ["instance", instance], ["job", "x"], ...more]);
      return [
        { labels: labels("b"), value: 2.5 },
        { labels: labels("a", [["__value__", "sv"]]), value: 11 },
      ];
    },
  });
const subject = {
  labels: createLabels([
    ["job", "api"],
    ["instance", "host.example.com:80"],
  ]),
  value: 1234567.891,
  timeMs: 1_700_000_000_123,
};

describe("templates of labels and annotations", () => {
  it(`say what Prometheus says, ${cases.length} times`, async () => {
    const expander = createTestExpander();
    const differing: unknown[] = [];
    for (const [template, expected] of cases) {
      const [[, came] = ["", ""]] = await expander.expand(createLabels([["x", template]]), subject);
      if (came !== expected) differing.push({ template, expected, came });
    }
    assert.deepEqual(differing, []);
    assert.ok(cases.length > 450);
  });

  it("ask for each query once, and for none of a branch that is not taken", async () => {
    asked.length = 0;
    const text =
      '{{ if false }}{{ query "never" }}{{ end }}{{ range query "a" }}{{ query "b" | first | value }};{{ end }}';
    const expanded = await createTestExpander().expand(
      createLabels([
        ["x", text],
        ["y", text],
      ]),
      subject,
    );
    assert.deepEqual(expanded, [
      ["x", "2.5;2.5;"],
      ["y", "2.5;2.5;"],
    ]);
    assert.deepEqual(asked, ["a", "b"]);
  });

  it("do not ask for queries without end", async () => {
    const text = '{{ range $i := 1000 }}{{ query (printf "q%d" $i) }}{{ end }}';
    const [[, came] = ["", ""]] = await createTestExpander().expand(createLabels([["x", text]]), subject);
    assert.match(came, /^<error expanding template: .*more than 50 queries>$/);
  });
});
