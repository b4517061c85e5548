import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PromqlError, parsePromql, parseSelector, printPromql } from "../../src/promql/index.ts";

const roundTrip = (text: string): string => printPromql(parsePromql(text));

function errorOf(text: string): string {
  try {
    parsePromql(text);
  } catch (error) {
    assert.ok(error instanceof PromqlError);
    assert.equal(error.kind, "bad_data");
    return error.message;
  }
  return assert.fail(`${text.slice(0, 100)} is accepted`);
}

/** What is accepted, and how it is written; undefined where as given. */
const ACCEPTED: readonly (readonly [text: string, printed?: string])[] = [
  ["1"],
  ["0x1F", "31"],
  ["0755", "493"],
  ["08", "8"],
  ["1_000.5", "1000.5"],
  ["5.", "5"],
  [".5e1", "5"],
  ["1e300 * 1e-7", `1${"0".repeat(300)} * 0.0000001`],
  ["-inf", "-Inf"],
  ["NaN"],
  ["1h30m"],
  ["-1d", "-1d"],
  ["-1 ^ 2"],
  ["--1", "1"],
  ["2 ^ 3 ^ 2"],
  ["a-1", "a - 1"],
  ["-foo ^ 2"],
  ["'a\\'b\\x41\\u00e9\\101'", '"a\'bAéA"'],
  ["`\\n`", '"\\\\n"'],
  ['{"my.metric", "a.b"="c"}', '{"a.b"="c",__name__="my.metric"}'],
  ['foo{b="1",a!~"x.*",}', 'foo{a!~"x.*",b="1"}'],
  ["foo @ 1.5 offset -1w", "foo @ 1.500 offset -1w"],
  ["foo[5m] offset 1h @ end()", "foo[5m] @ end() offset 1h"],
  ["foo[300]", "foo[5m]"],
  ["rate(foo[5m])[1h:1m] @ start() offset 1d", "rate(foo[5m])[1h:1m] @ start() offset 1d"],
  ["a + b @ 5 * c offset 1m", "a + b @ 5.000 * c offset 1m"],
  ["SUM(foo) BY (a, on)", "sum by (a, on) (foo)"],
  ["sum by () (foo)", "sum(foo)"],
  ["sum without () (foo)", "sum without () (foo)"],
  ['count_values("v", foo)'],
  ["a == bool on (x) b", "a == bool on (x) b"],
  ["a * on(x) group_left b", "a * on (x) group_left () b"],
  ["a * ignoring(x) group_right(y) b", "a * ignoring (x) group_right (y) b"],
  ["a or b and c unless d"],
  ["sum + by + rate + offset", "sum + by + rate + offset"],
  ["# a comment\nfoo # another", "foo"],
];

/** What is refused, and what is said. */
const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ["", "1:1: parse error: no expression found in input"],
  ["1 +", "1:4: parse error: unexpected end of input"],
  ["1\n+\n  )", "3:3: parse error: unexpected right parenthesis ')'"],
  ["sum(foo", "1:8: parse error: unclosed left parenthesis"],
  ["foo[5m", "1:7: parse error: unclosed left bracket"],
  ["foo[", "1:5: parse error: unexpected end of input in duration expression"],
  ["foo{", "1:5: parse error: unexpected end of input inside braces"],
  ["foo{a=}", '1:7: parse error: unexpected "}" in label matching, expected string'],
  ["foo{a='1' b='2'}", '1:11: parse error: unexpected identifier "b" in label matching, expected "," or "}"'],
  ["foo bar", '1:5: parse error: unexpected identifier "bar"'],
  ["é", "1:1: parse error: unexpected character: 'é'"],
  ["'é' + ", "1:8: parse error: unexpected end of input"],
  ["'a", "1:1: parse error: unterminated quoted string"],
  ["'\\q'", "1:1: parse error: unknown escape sequence U+0071 'q'"],
  ["foo(x)", '1:1: parse error: unknown function with name "foo"'],
  ["rate(foo)", '1:6: parse error: expected type range vector in call to function "rate", got instant vector'],
  ["rate(foo[5m], 1)", '1:1: parse error: expected 1 argument(s) in call to "rate", got 2'],
  ["topk(foo)", "1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1"],
  ["sum(foo,)", "1:8: parse error: trailing commas not allowed in function call args"],
  ["foo[1s1m]", '1:5: parse error: not a valid duration string: "1s1m"'],
  ["foo[0s]", "1:5: parse error: duration must be greater than 0"],
  ["foo offset 1m offset 2m", "1:1: parse error: offset may not be set multiple times"],
  [
    "sum(foo) offset 1m",
    "offset modifier must be preceded by an instant vector selector or range vector selector or a subquery",
  ],
  ["1 == 2", "1:2: parse error: comparisons between scalars must use BOOL modifier"],
  ["foo and 1", '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
  ["a and on(x) group_left b", '1:1: parse error: no grouping allowed for "and" operation'],
  ["{}", "1:1: parse error: vector selector must contain at least one non-empty matcher"],
  ["foo{__name__='bar'}", '1:1: parse error: metric name must not be set twice: "foo" or "bar"'],
  ["foo{a=~'('}", "error parsing regexp: missing closing )"],
  ["a + b[5m:]", "binary expression must contain only scalar and instant vector types"],
  ["9".repeat(400), "value out of range"],
];

/** What Prometheus has behind a flag, or for native histograms: refused with its name. */
const UNSUPPORTED: readonly (readonly [text: string, message: string])[] = [
  ["mad_over_time(foo[5m])", 'function "mad_over_time" is not enabled'],
  ["info(foo)", 'function "info" is not enabled'],
  ["limitk(1, foo)", "limitk() is experimental"],
  ["foo[5m] smoothed", "smoothed modifier is experimental and not enabled"],
  ["foo anchored", "anchored modifier is experimental and not enabled"],
  ["a + fill(0) b", "binop fill modifiers are experimental and not enabled"],
  ["foo[5m * 2]", "experimental duration expression is not enabled"],
  ["foo offset step()", "experimental duration expression is not enabled"],
  ["foo </ 5", "native histograms, which are not supported"],
];

describe("the parser", () => {
  for (const [text, printed = text] of ACCEPTED) {
    it(`accepts ${JSON.stringify(text)}`, () => assert.equal(roundTrip(text), printed));
  }

  for (const [text, message] of [...REFUSED, ...UNSUPPORTED]) {
    it(`refuses ${JSON.stringify(text.slice(0, 60))}`, () => {
      const given = errorOf(text);
      assert.ok(given.includes(message), `expected ${message}, got ${given}`);
    });
  }

  it("puts the place of an error in bytes, as Prometheus does", () => {
    assert.match(errorOf("'é😀' +"), /^1:11: /);
  });

  it("reads matchers of a selector, and nothing else as one", () => {
    const matchers = parseSelector('up{job=~"a|b"}').map(({ name, operator, value }) => name + operator + value);
    assert.deepEqual(matchers, ["job=~a|b", "__name__=up"]);
    for (const text of ["rate(up[5m])", "up[5m]", "up offset 1m", "1", ""]) {
      assert.throws(() => parseSelector(text), PromqlError);
    }
  });
});

describe("hostile texts", () => {
  const hostile: readonly (readonly [name: string, text: string])[] = [
    ["10,000 parentheses", `${"(".repeat(10_000)}1${")".repeat(10_000)}`],
    ["10,000 calls", `${"abs(".repeat(10_000)}a${")".repeat(10_000)}`],
    ["10,000 open parentheses", "(".repeat(10_000)],
    ["5,000 operators in a row", "1+".repeat(5_000).concat("1")],
    ["10,000 signs", `${"-".repeat(10_000)}a`],
    ["a megabyte of operators", "1+".repeat(500_000)],
    ["a megabyte of braces", "{".repeat(1_000_000)],
    ["a megabyte of one word", `${"a".repeat(1_000_000)} b`],
    ["a megabyte that is no text", "\u0000\uffff\ud800".repeat(350_000)],
  ];
  for (const [name, text] of hostile) {
    it(`refuses ${name} with an error`, () => assert.match(errorOf(text), /parse error/));
  }

  it("accepts a megabyte in one string", () => {
    assert.equal(parsePromql(`foo{a="${"x".repeat(1_000_000)}"}`).kind, "vector");
  });

  it("accepts a chain of 900 operators", () =>
    assert.equal(parsePromql("a or ".repeat(899).concat("a")).kind, "binary"));
});
