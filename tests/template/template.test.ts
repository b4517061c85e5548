import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  compileTemplate,
  createStruct,
  declareFunction,
  TemplateError,
  type TemplateFunctions,
} from "../../src/template/index.ts";

/** Template, what Go 1.26's text/template (missingkey=zero) prints over the data below, or its error. */
type Case = readonly [template: string, expected: string | null, error?: string];

const data = new Map<string, unknown>(
  Object.entries({
    labels: { job: "api", b: "2", a: "1" },
    any: new Map<string, unknown>([
      ["x", 1n],
      ["nested", new Map([["deep", "down"]])],
      ["none", null],
      ["list", ["p", 2n, 3.5, null, true]],
    ]),
    list: ["a", "b", "c"],
    empty: [],
    emptymap: new Map(),
    int: 42n,
    neg: -7n,
    float: Number("3.14159"),
    big: 1234567,
    whole: 3,
    small: 0.00001234,
    text: "hello",
    html: `<a href="x">'&'</a>`,
    uni: "héllo wörld 日本 😀",
    ctrl: 'tab\tnl\nbell\x07q"b\\',
    t: true,
    f: false,
    nothing: null,
    one: [1n],
    sample: createStruct({ type: "main.sample", fields: { Labels: { job: "api" }, Value: 2.5 } }),
    fn: declareFunction(["string", "string"], (a: string, b: string) => `${a}-${b}`),
  }),
);

const functions: TemplateFunctions = {
  upper: declareFunction(["string"], (text: string) => text.toUpperCase()),
  add: declareFunction(["int", "int"], (a: bigint, b: bigint) => a + b),
  half: declareFunction(["float64"], (value: number) => value / 2),
  fails: declareFunction([], () => {
    throw new Error("it failed");
  }),
  vari: declareFunction(["string"], (text: string, ...rest: bigint[]) => `${text}[${rest.join(" ")}]`, "int"),
  yes: declareFunction(["bool"], (value: boolean) => value),
  anything: declareFunction(["any"], (value: unknown) =>
    compileTemplate('{{printf "%v %T" . .}}', {}).render(value ?? null),
  ),
};

const render = (template: string): string => compileTemplate(template, functions, { name: "t" }).render(data);

describe("a template", () => {
  const cases = JSON.parse(readFileSync(new URL("go-results.json", import.meta.url), "utf8")) as Case[];

  it(`prints or fails as Go does, ${cases.length} times`, () => {
    const differing: unknown[] = [];
    for (const [template, expected, error] of cases) {
      let came: string;
      try {
        came = render(template);
      } catch (thrown) {
        assert.ok(thrown instanceof TemplateError, `${template} throws ${thrown}`);
        came = `error: ${thrown.message}`;
      }
      const wanted = expected ?? `error: ${error}`;
      if (came !== wanted) differing.push({ template, wanted, came });
    }
    assert.deepEqual(differing, []);
    assert.ok(cases.length > 900);
  });

  it("knows no function or field by a name that every JavaScript object has", () => {
    assert.throws(() => render("{{ constructor }}"), /function "constructor" not defined/);
    assert.equal(compileTemplate("[{{ .constructor }}{{ .__proto__ }}]", {}).render({}), "[]");
    assert.throws(() => compileTemplate("{{ .x.toString }}", {}).render({ x: "a" }), /can't evaluate field toString/);
  });

  it("tells when it is one field and nothing else", () => {
    assert.equal(compileTemplate("{{ .message }}", {}).onlyField, "message");
    for (const text of ["{{ .a.b }}", "a{{ .a }}", "{{ .a | print }}", "{{ print .a }}", "{{ $ }}", ""]) {
      assert.equal(compileTemplate(text, {}).onlyField, undefined, text);
    }
  });

  it("hides no error of a function it calls", () => {
    const cause = new Error("inner");
    const fails = (): never => {
      throw cause;
    };
    assert.throws(
      () => compileTemplate("{{ fails }}", { fails }, { name: "n" }).render({}),
      (error: Error) => error.cause === cause && /^template: n:1:3: .*error calling fails: inner$/.test(error.message),
    );
  });
});

describe("a hostile template ends in an error", () => {
  const hostile: Readonly<Record<string, readonly [template: string, error: RegExp]>> = {
    "loops long": ["{{range 1000000000}}{{end}}", /exceeded the limit of 1000000 steps/],
    "loops in loops": ["{{range 100000}}{{range 100000}}{{end}}{{end}}", /exceeded the limit of 1000000 steps/],
    "prints much": ['{{range 100}}{{printf "%1000000d" 1}}{{end}}', /exceeded the limit of \d+ characters/],
    "doubles a text": [
      '{{$x := "aaaaaaaaaaaaaaaa"}}{{range 100}}{{$x = printf "%s%s" $x $x}}{{end}}',
      /text longer than|exceeded the limit/,
    ],
    "doubles a text by print": [
      '{{$x := "aaaaaaaaaaaaaaaa"}}{{range 100}}{{$x = print $x $x}}{{end}}',
      /exceeded the limit of \d+ characters/,
    ],
    "pads again and again": [`{{printf "${"%1000000d".repeat(50)}"}}`, /text longer than|%!d\(MISSING\)/],
    "calls itself": ['{{define "a"}}{{template "a"}}{{end}}{{template "a"}}', /exceeded maximum template depth/],
    "nests parentheses": [`{{${"(".repeat(5000)}1${")".repeat(5000)}}}`, /max expression depth exceeded/],
    "nests blocks": [`${"{{if 1}}".repeat(5000)}${"{{end}}".repeat(5000)}`, /max expression depth exceeded/],
    "chains else": [`{{if 0}}${"{{else if 0}}".repeat(5000)}{{end}}`, /max expression depth exceeded/],
  };
  for (const [name, [template, error]] of Object.entries(hostile)) {
    it(name, () => {
      let came: string;
      try {
        came = render(template);
      } catch (thrown) {
        assert.ok(thrown instanceof TemplateError);
        came = thrown.message;
      }
      assert.match(came, error);
    });
  }

  it("in time that does not depend on what it wanted", { timeout: 5_000 }, () => {
    for (const [template] of Object.values(hostile)) {
      try {
        render(template);
      } catch {
        // Only that it comes to an end is asked here.
      }
    }
  });
});
