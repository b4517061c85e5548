import { deepEqual, equal } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  customChoices,
  filterByRegex,
  inOrder,
  resolveVariables,
  sortChoices,
} from "../../ui/src/dashboards/model/resolve-variables.ts";
import { forQuery, given, interpolate, type VariableValue } from "../../ui/src/dashboards/model/template.ts";
import { readVariable, type Variable } from "../../ui/src/dashboards/model/variable.ts";

const value = (name: string, values: string[], rest: Partial<VariableValue> = {}): VariableValue => ({
  name,
  values,
  texts: values,
  isPattern: true,
  chosen: values,
  ...rest,
});

describe("variables in a text", () => {
  const VALUES: Readonly<Record<string, VariableValue>> = {
    job: value("job", ["shop", "b.c"]),
    one: value("one", ["b.c"]),
    plain: value("plain", ['say "hi"'], { isPattern: false }),
    all: value("all", [".*"], { isWritten: true, chosen: ["$__all"] }),
    rate: given("rate", "75s"),
  };
  const text = (template: string): string => interpolate(template, (name) => VALUES[name], forQuery);

  it("go into queries as patterns where several may be chosen", () => {
    equal(text('{job=~"$job"}'), '{job=~"(shop|b\\\\.c)"}');
    equal(text('{job=~"$one"}'), '{job=~"b\\\\.c"}');
    equal(text('{job=~"$all"}'), '{job=~".*"}');
    equal(text('{job="$plain"}'), '{job="say \\"hi\\""}');
    equal(text("rate(x[$rate])"), "rate(x[75s])");
  });
  it("are known in every way of writing them", () => {
    equal(text("$rate ${rate} [[rate]] ${rate:raw}"), "75s 75s 75s 75s");
  });
  it("stay as they are where nobody knows them", () => equal(text("$1 ${nobody} $nobody"), "$1 ${nobody} $nobody"));
  it("have the format that the text names", () => {
    equal(text("${job:pipe}"), "shop|b.c");
    equal(text("${job:csv}"), "shop,b.c");
    equal(text("${job:regex}"), "(shop|b\\.c)");
    equal(text("${job:json}"), '["shop","b.c"]');
    equal(text("${job:queryparam}"), "var-job=shop&var-job=b.c");
    equal(text("${all:queryparam}"), "var-all=%24__all");
    equal(text("${plain:percentencode}"), "say%20%22hi%22");
    equal(text("${job:singlequote}"), "'shop','b.c'");
    equal(text("${job:text}"), "shop + b.c");
  });
});

const read = (json: object): Variable => {
  const [variable] = readVariable({ name: "x", ...json });
  if (variable === undefined) throw new Error("Expected a variable");
  return variable;
};
type Asked = Record<string, string[]>;
async function resolve(variables: readonly Variable[], answers: Asked = {}, chosen: Asked = {}) {
  const asked: string[] = [];
  const resolved = await resolveVariables({
    variables,
    chosen: new Map(Object.entries(chosen)),
    startMs: 0,
    endMs: 3_600_000,
    ask: async (variable, lookUp) => {
      asked.push(interpolate(variable.query, lookUp, forQuery));
      return answers[variable.name] ?? [];
    },
  });
  return { asked, values: Object.fromEntries(resolved.map((one) => [one.variable.name, one.value])), resolved };
}

describe("the choices of a variable", () => {
  it("come from a list", () => {
    deepEqual(customChoices("a, b : 2, c\\,d"), [
      { text: "a", value: "a" },
      { text: "b", value: "2" },
      { text: "c,d", value: "c,d" },
    ]);
  });
  it("are what a pattern leaves of an answer", () => {
    deepEqual(
      filterByRegex(["shop/api", "worker", "shop/worker"], "/(?:.*\\/)?(.+)/").map((one) => one.value),
      ["api", "worker"],
    );
    deepEqual(
      filterByRegex(["a", "b"], "b").map((one) => one.value),
      ["b"],
    );
    deepEqual(filterByRegex(['up{job="a",instance="1"}'], '/job="(?<text>[^"]+)",instance="(?<value>[^"]+)"/'), [
      { text: "a", value: "1" },
    ]);
    deepEqual(
      filterByRegex(["a"], "/(/").map((one) => one.value),
      ["a"],
    );
  });
  it("are sorted as the variable says", () => {
    const choices = ["b10", "a2", "B1"].map((text) => ({ text, value: text }));
    deepEqual(
      sortChoices(choices, 0).map(({ text }) => text),
      ["b10", "a2", "B1"],
    );
    deepEqual(
      sortChoices(choices, 1).map(({ text }) => text),
      ["B1", "a2", "b10"],
    );
    deepEqual(
      sortChoices(choices, 4).map(({ text }) => text),
      ["b10", "a2", "B1"],
    );
    deepEqual(
      sortChoices(choices, 5).map(({ text }) => text),
      ["a2", "B1", "b10"],
    );
  });
});

describe("the value of a variable", () => {
  const job = read({
    name: "job",
    type: "query",
    query: "label_values(up, job)",
    multi: true,
    includeAll: true,
    allValue: ".*",
    current: { value: "$__all" },
  });
  const agent = read({
    name: "agent",
    type: "query",
    query: { query: 'label_values(runs{job=~"$job"}, agent)' },
    multi: true,
    includeAll: true,
    current: { value: "$__all" },
  });

  it("is asked for after those that its query mentions", async () => {
    deepEqual(
      inOrder([agent, job]).map(({ name }) => name),
      ["job", "agent"],
    );
    const { asked, resolved } = await resolve([agent, job], { job: ["a", "b"] }, { job: ["a"] });
    deepEqual(asked, ["label_values(up, job)", 'label_values(runs{job=~"a"}, agent)']);
    deepEqual(
      resolved.map(({ variable }) => variable.name),
      ["agent", "job"],
    );
  });
  it("of all is what the author wrote, or all choices", async () => {
    const { values } = await resolve([job, agent], { job: ["a", "b"], agent: ["x", "y"] });
    deepEqual([values["job"]?.values, values["agent"]?.values], [[".*"], ["x", "y"]]);
    deepEqual([values["job"]?.chosen, values["agent"]?.texts], [["$__all"], ["All"]]);
  });
  it("is what the address says, even where it has no data now", async () => {
    const { values } = await resolve([job], { job: ["a"] }, { job: ["gone", "a"] });
    deepEqual(values["job"]?.values, ["gone", "a"]);
  });
  it("is the first choice where nothing is chosen, or what the file chose is gone", async () => {
    const single = read({ name: "service", type: "query", query: "label_values(up, job)", current: { value: "old" } });
    deepEqual((await resolve([single], { service: ["x", "y"] })).values["service"]?.values, ["x"]);
    deepEqual((await resolve([single])).values["service"]?.values, []);
  });
  it("of an interval may follow the range", async () => {
    const step = read({
      name: "step",
      type: "interval",
      query: "1m,5m",
      auto: true,
      auto_count: 30,
      auto_min: "10s",
      current: { value: "auto" },
    });
    const { values, resolved } = await resolve([step]);
    deepEqual(
      [values["step"]?.values, resolved[0]?.choices.map(({ value: one }) => one)],
      [["2m"], ["auto", "1m", "5m"]],
    );
  });
  it("of those that mention each other is asked for all the same", async () => {
    const [a, b] = [read({ name: "a", type: "query", query: "$b" }), read({ name: "b", type: "query", query: "$a" })];
    equal((await resolve([a, b])).asked.length, 2);
  });
});
