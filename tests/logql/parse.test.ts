import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LogqlError, parseLogql, streamSelectorOf } from "../../src/logql/index.ts";

const S = `{app="shop"}`;

/** What Loki 3.7.8 reads, so must we. */
const ACCEPTED: readonly string[] = [
  S,
  `{ app = "shop" , env != "dev", zone =~ "eu.*", rack!~"x|y" }`,
  "{app=`shop`}",
  `{app="a\\"b\\x41\\u00e4"}`,
  `(${S})`,
  `(${S} | json)`,
  `${S} # a comment`,
  `${S} // another\n/* and\none */ | json`,
  `${S} |= "a" != "b" |~ "c" !~ "d" |> "<_>e" !> "f<_>"`,
  `${S} |= "a" or "b" or "c"`,
  `${S} |= ip("10.0.0.0/8") != ip("10.0.0.1")`,
  `${S} |= "a" or ip("10.0.0.1")`,
  `${S} | json | logfmt | regexp "(?P<x>.)" | pattern "<x> y" | unpack | decolorize`,
  `${S} | json a, b="c.d[0]", e="[\\"f g\\"]"`,
  `${S} | logfmt --strict --keep-empty a, b="c"`,
  `${S} | JSON`,
  `${S} | a="b"`,
  `${S} | a="b" c!="d", e=~"f" and g!~"h" or i==5`,
  `${S} | (a="b" or c>1) and d<=-2.5e3`,
  `${S} | a>5ms | b<1h30m | c>=2KB | d<3.5MiB | e=1d | f==+4`,
  `${S} | a=ip("10.0.0.1") | b!=ip("::1")`,
  `${S} | rate > 5 | sum="x" | count=~"y" | duration>1s | bytes<5`,
  `${S} | line_format "{{.a}}" | label_format b=c,d="{{.e}}" | drop f,g="h" | keep i,j=~"k"`,
  `rate(${S}[5m])`,
  `rate((${S})[5m])`,
  `rate((${S} | json)[5m])`,
  `rate((${S} |= "x" [5m]))`,
  `rate(${S}[5m] |= "x" | json)`,
  `count_over_time(${S}[1h30m] offset 5m)`,
  `count_over_time(${S}[5m] offset -5m)`,
  `sum_over_time(${S} | json | unwrap a [5m] offset 1h)`,
  `sum_over_time((${S} | json | unwrap a)[5m])`,
  `sum_over_time(${S}[5m] | json | unwrap a)`,
  `sum_over_time(${S} | unwrap duration(a) | __error__="" | b>1 [5m])`,
  `quantile_over_time(0.99, ${S} | unwrap bytes(a) [5m]) by (b, c)`,
  `avg_over_time(${S} | unwrap duration_seconds(a) [5m]) without (b)`,
  `rate(${S} | unwrap a [5m])`,
  `absent_over_time(${S}[5m])`,
  `sum(rate(${S}[5m])) by (a, b)`,
  `sum by (a) (rate(${S}[5m]))`,
  `sum without () (rate(${S}[5m]))`,
  `SUM BY (a) (RATE(${S}[5m]))`,
  `topk(5, rate(${S}[5m]))`,
  `bottomk by (a) (2, rate(${S}[5m]))`,
  `sort_desc(sum by (a) (rate(${S}[5m])))`,
  `label_replace(rate(${S}[5m]), "a", "$1", "b", "(.*)")`,
  "vector(0.5)",
  "1 + 2 * 3 ^ 4 % 5",
  "-1",
  `rate(${S}[5m]) > bool 2`,
  `rate(${S}[5m]) / on (a) group_left (b) rate(${S}[1m])`,
  `rate(${S}[5m]) * ignoring (a) group_right () sum(rate(${S}[1m]))`,
  `rate(${S}[5m]) and rate(${S}[5m]) or rate(${S}[5m]) unless rate(${S}[5m])`,
];

/** What it refuses, and how. */
const REFUSED: readonly (readonly [query: string, message: string])[] = [
  ["", "parse error : syntax error: unexpected $end"],
  ["shop", "parse error at line 1, col 1: syntax error: unexpected IDENTIFIER"],
  [`{app="shop"`, "parse error at line 1, col 12: syntax error: unexpected $end, expecting } or ,"],
  [`{app=shop}`, "parse error at line 1, col 6: syntax error: unexpected IDENTIFIER, expecting STRING"],
  [`{app="shop}`, "parse error at line 1, col 6: literal not terminated"],
  [`{app="\\q"}`, "parse error at line 1, col 6: invalid char escape"],
  [`{app='shop'}`, "parse error at line 1, col 6: invalid char literal"],
  [`${S} |`, "parse error at line 1, col 15: syntax error: unexpected $end"],
  [`${S} |= shop`, "parse error at line 1, col 17: syntax error: unexpected IDENTIFIER, expecting STRING or ip"],
  [`${S} | json |`, "parse error at line 1, col 22: syntax error: unexpected $end"],
  [`${S} | unwrap a`, "parse error at line 1, col 16: syntax error: unexpected unwrap"],
  [`${S} | json\n | a=`, "parse error at line 2, col 6: syntax error: unexpected $end"],
  [`${S} | label_format a`, "parse error at line 1, col 30: syntax error: unexpected $end, expecting ="],
  [`${S} | regexp "(.)"`, "parse error : invalid regexp parser: at least one named capture must be supplied"],
  [`${S} | pattern "a"`, "parse error : invalid pattern parser: at least one capture is required"],
  [`rate(${S})`, "parse error at line 1, col 18: syntax error: unexpected ), expecting RANGE"],
  [`rate(${S}[5x])`, 'parse error at line 0, col 18: unknown unit "x" in duration "5x"'],
  [`rate(${S}[5)`, "parse error at line 0, col 18: missing closing ']' in duration"],
  [`rate(${S}[])`, "parse error at line 0, col 18: empty duration string"],
  [`sum(${S})`, "parse error at line 1, col 17: syntax error: unexpected )"],
  [
    `sum by (rate(${S}[1m])) (1)`,
    "parse error at line 1, col 9: syntax error: unexpected RATE, expecting IDENTIFIER or )",
  ],
  [`-rate(${S}[1m])`, "parse error at line 1, col 2: syntax error: unexpected RATE, expecting NUMBER"],
  [`topk(rate(${S}[5m]))`, "parse error : parameter required for operation topk"],
  [`topk(0, rate(${S}[5m]))`, "parse error : invalid parameter (must be greater than 0) topk(0"],
  [`sum(3, rate(${S}[5m]))`, "parse error : unsupported parameter for operation sum(3,"],
  [`sort(rate(${S}[5m])) by (a)`, "parse error : sort and sort_desc doesn't allow grouping by "],
  [`sum_over_time(${S}[5m])`, "parse error : invalid aggregation sum_over_time without unwrap"],
  [`count_over_time(${S} | unwrap a [5m])`, "parse error : invalid aggregation count_over_time with unwrap"],
  [`rate(${S}[5m]) by (a)`, "parse error : grouping not allowed for rate aggregation"],
  [`quantile_over_time(${S} | unwrap a [5m])`, "parse error : parameter required for operation quantile_over_time"],
  [`${S} + 1`, "parse error : unexpected type for left leg of binary operation (+): *syntax.MatchersExpr"],
  [`1 and vector(1)`, "parse error : unexpected literal for left leg of logical/set binary operation (and): 1.000000"],
  [`approx_topk(5, rate(${S}[5m]))`, "approx_topk is not supported here, use topk: its answer is exact"],
  [`variants(rate(${S}[5m])) of (${S}[5m])`, "multi variant queries are disabled for this instance"],
];

const EVERYTHING =
  "queries require at least one regexp or equality matcher that does not have an empty-compatible value.";

function messageOf(query: string): string {
  try {
    parseLogql(query);
  } catch (error) {
    assert.ok(error instanceof LogqlError, `${query}: ${error}`);
    assert.equal(error.kind, "bad_data");
    return error.message;
  }
  return "accepted";
}

describe("the LogQL parser", () => {
  it("reads what Loki reads", () => {
    assert.deepEqual(
      ACCEPTED.filter((query) => messageOf(query) !== "accepted").map((query) => [query, messageOf(query)]),
      [],
    );
  });

  for (const [query, message] of REFUSED) {
    it(`refuses ${query || "nothing"}`, () => assert.equal(messageOf(query), message));
  }

  for (const query of ["{}", `{app=~".*"}`, `{app!="x"}`, `{app=""}`, `rate({app!~"x"}[1m])`]) {
    it(`refuses ${query}, which may match every stream`, () => assert.ok(messageOf(query).includes(EVERYTHING)));
  }

  it("tells operators apart by how they bind", () => {
    const shape = (query: string): string => {
      const write = (expression: ReturnType<typeof parseLogql>): string => {
        if (expression.kind === "binary")
          return `(${write(expression.left)}${expression.operator}${write(expression.right)})`;
        return expression.kind === "vector" ? String(expression.value) : expression.kind;
      };
      return write(parseLogql(query.replace(/\d/g, "vector($&)")));
    };
    assert.equal(shape("1 + 2 * 3"), "(1+(2*3))");
    assert.equal(shape("1 - 2 - 3"), "((1-2)-3)");
    assert.equal(shape("2 ^ 3 ^ 4"), "(2^(3^4))");
    assert.equal(shape("1 > 2 + 3 or 4 and 5"), "((1>(2+3))or(4and5))");
  });

  it("binds a comma between label filters looser than what follows it", () => {
    const expression = parseLogql(`${S} | a="1" or b="2", c="3" or d="4"`);
    assert.ok(expression.kind === "log");
    const [stage] = expression.stages;
    assert.ok(stage?.kind === "labelFilter");
    const write = (filter: typeof stage.filter): string => {
      if ("left" in filter) return `(${write(filter.left)} ${filter.kind} ${write(filter.right)})`;
      return filter.kind === "string" ? filter.matcher.name : filter.label;
    };
    assert.equal(write(stage.filter), "(a or (b and (c or d)))");
  });

  it("computes literals at once", () => {
    const expression = parseLogql("1 + 2 * 3 - 1 / 0");
    assert.deepEqual(expression, { kind: "literal", value: Number.NaN });
  });

  it("takes the matchers of a bare selector, and may take one that matches everything", () => {
    assert.deepEqual(
      streamSelectorOf(`{a="1", b=~"2|3"}`).map(({ name, operator, value }) => [name, operator, value]),
      [
        ["a", "=", "1"],
        ["b", "=~", "2|3"],
      ],
    );
    assert.equal(streamSelectorOf(`{a=~".*"}`, { allowEmpty: true }).length, 1);
    assert.throws(() => streamSelectorOf(`{a=~".*"}`), /at least one regexp or equality matcher/);
    assert.throws(() => streamSelectorOf(`{a="1"} |= "x"`), /only label matchers are supported/);
  });

  it("refuses hostile queries quickly, and not by exhausting the stack", () => {
    const deep = 50_000;
    for (const query of [
      "(".repeat(deep),
      `${S} | ${"(".repeat(deep)}`,
      `${S} | a="1"${' or a="1"'.repeat(10_000)}`,
      new Array(10_000).fill("vector(1)").join("+"),
      "sum(".repeat(20_000),
      "rate(".repeat(20_000),
    ])
      assert.match(messageOf(query), /nested deeper|syntax error/);
    assert.match(messageOf(`{app="${"x".repeat(140_000)}"}`), /input size too long \(140008 > 131072\)/);
  });
});
