import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLinePipeline } from "../../src/logql/index.ts";

/** Stages, a line, and what comes out: labels beside the stream's, and the line where it changed. undefined: nothing. */
type Case = readonly [stages: string, line: string, labels: Record<string, string> | undefined, lineAfter?: string];

const STREAM = { app: "shop", env: "prod" };
const METADATA = { trace_id: "t1", status: "meta" };

function run(stages: string, line: string) {
  const { process } = createLinePipeline(`{app="shop"} ${stages}`);
  const entry = process({ stream: STREAM, metadata: METADATA, timeNs: 1_700_000_000_123_456_789n, line });
  return (
    entry && { labels: { ...entry.structuredMetadata, ...entry.parsed }, line: entry.line, stream: entry.streamLabels }
  );
}

function check(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const [stages, line, labels, lineAfter = line] of cases) {
      it(`${stages} on ${line.slice(0, 60)}`, () => {
        const result = run(stages, line);
        assert.deepEqual(result?.labels, labels && { ...METADATA, ...labels });
        if (result !== undefined) assert.equal(result.line, lineAfter);
      });
    }
  });
}

const KEPT = {};
const JSON_ERROR = (details: string) => ({ __error__: "JSONParserErr", __error_details__: details });

check("line filters", [
  [`|= "err"`, "an error", KEPT],
  [`|= "err"`, "fine", undefined],
  [`!= "err"`, "an error", undefined],
  [`|= ""`, "anything", KEPT],
  [`|~ "e.r"`, "an error", KEPT],
  [`|~ "(?i)ERR"`, "an error", KEPT],
  [`!~ "e.r|warn"`, "warned", undefined],
  [`|= "a" or "b"`, "only b", KEPT],
  [`|= "" or "x"`, "without", undefined],
  [`!= "a" or "b"`, "only b", undefined],
  [`!= "a" or "b"`, "nothing", KEPT],
  [`|> "<_> took <_>ms"`, "GET took 5ms", KEPT],
  [`|> "<_>took<_>"`, "took", undefined],
  [`|> "GET <_>"`, "POST /", undefined],
  [`!> "GET <_>"`, "GET /", undefined],
  [`|> ""`, "", KEPT],
  [`|= ip("10.0.0.0/8")`, "from 10.1.2.3:80", KEPT],
  [`|= ip("10.0.0.1-10.0.0.9")`, "from 10.0.0.10", undefined],
  [`!= ip("10.0.0.1")`, "from 10.0.0.1", undefined],
  [`|= ip("2001:db8::/32")`, "[2001:db8::7]", KEPT],
]);

check("json", [
  ["| json", `{"a":"x","b":5,"c":true,"d":null,"e":[1]}`, { a: "x", b: "5", c: "true" }],
  ["| json", `{"a":{"b":{"c":1},"d e":"f"}}`, { a_b_c: "1", a_d_e: "f" }],
  ["| json", `{"1x":"a","ä":"b"," ":"c"}`, { _1x: "a", _: "b" }],
  ["| json", `{"a":"first","a":"second"}`, { a: "first" }],
  [
    "| json",
    `{"app":"in","trace_id":"t2","status":200}`,
    { app_extracted: "in", trace_id_extracted: "t2", status_extracted: "200" },
  ],
  ["| json", `{"a":"\\u00e4\\n\\ud83d\\ude00","b":"\\x"}`, { a: "ä\n😀", b: "" }],
  ["| json", `{"a":1} and more`, { a: "1" }],
  ["| json", "plain", JSON_ERROR("Value looks like object, but can't find closing '}' symbol")],
  ["| json", `{"a":1,"b":tru}`, { a: "1", ...JSON_ERROR("Unknown value type") }],
  ["| json", `{"a":1`, { a: "1", ...JSON_ERROR("Value is array, but can't find closing ']' symbol") }],
  [`| json x="a.b", y="c[1]", z="nope"`, `{"a":{"b":"v"},"c":[1,"two"]}`, { x: "v", y: "two", z: "" }],
  [`| json x="a", n`, `{"a":{"b":1},"n":null}`, { x: `{"b":1}`, n: "" }],
  [`| json x="a"`, `{"a":1`, { x: "1" }],
  [`| json x="a"`, "plain", { __error__: "JSONParserErr" }],
  [`| json x="a"`, `{"a":tru}`, { x: "", ...JSON_ERROR("Unknown value type") }],
]);

check("logfmt", [
  ["| logfmt", `a=1 b="two words" c= d e="q\\"\\n"`, { a: "1", b: "two words", e: 'q"\n' }],
  ["| logfmt --keep-empty", "a= b", { a: "", b: "" }],
  ["| logfmt", `good=1 bad=x=y after=2 "junk" last=3`, { good: "1", after: "2", last: "3" }],
  [
    "| logfmt --strict",
    "good=1 bad=x=y after=2",
    { good: "1", __error__: "LogfmtParserErr", __error_details__: "logfmt syntax error at pos 13 : unexpected '='" },
  ],
  ["| logfmt", "org-id=7 1st=2", { org_id: "7", _1st: "2" }],
  ["| logfmt", "a=first a=second", { a: "first" }],
  [`| logfmt x="a", b, y="nope"`, "a=1 b=2 c=3", { x: "1", b: "2", y: "" }],
]);

check("other parsers", [
  ['| pattern `<ip> - <_> "<method> <path>"`', `1.2.3.4 - ann "GET /x"`, { ip: "1.2.3.4", method: "GET", path: "/x" }],
  ["| pattern `<a>:<b>;<c>`", "1:2", { a: "1", b: "2" }],
  ["| pattern `x<a>`", "y1", {}],
  ["| regexp `(?P<verb>\\w+) (?P<n>\\d+)?`", "get ", { verb: "get", n: "" }],
  ["| regexp `(?P<app>\\w+)`", "x", { app_extracted: "x" }],
  ["| unpack", `{"_entry":"the line","pod":"p","app":"a","n":1}`, { pod: "p", app_extracted: "a" }, "the line"],
  ["| unpack", `{"pod":"p"}`, {}],
  ["| unpack", "plain", JSON_ERROR("expecting json object(6), but it is not")],
  ["| decolorize", "\x1b[1;31mred\x1b[0m\x1b]0;title\x07!", {}, "red!"],
]);

check("label filters", [
  [`| trace_id="t1"`, "x", KEPT],
  [`| trace_id!="t1"`, "x", undefined],
  [`| env="prod"`, "x", KEPT],
  [`| nope=""`, "x", KEPT],
  [`| nope!=""`, "x", undefined],
  ["| logfmt | n > 5", "n=10", { n: "10" }],
  ["| logfmt | n > 5", "n=5", undefined],
  ["| logfmt | nope > 5", "n=5", undefined],
  ["| logfmt | d >= 1m30s", "d=90s", { d: "90s" }],
  ["| logfmt | d < 1d", "d=1h", { d: "1h" }],
  ["| logfmt | b > 1KB", "b=1KiB", { b: "1KiB" }],
  ["| logfmt | b = 2MB", `b="2 MB"`, { b: "2 MB" }],
  [
    "| logfmt | d > 1s",
    "d=fast",
    { d: "fast", __error__: "LabelFilterErr", __error_details__: 'time: invalid duration "fast"' },
  ],
  [`| logfmt | d > 1s | __error__=""`, "d=fast", undefined],
  [`| logfmt | a="1" and b="2"`, "a=1 b=3", undefined],
  [`| logfmt | a="1" or b="2"`, "a=1 b=3", { a: "1", b: "3" }],
  [`| logfmt | a="9", b="2" or c="3"`, "a=1 b=3 c=3", undefined],
  [`| logfmt | i=ip("10.0.0.0/24")`, "i=10.0.0.77", { i: "10.0.0.77" }],
  [`| logfmt | i!=ip("10.0.0.0/24")`, "i=10.0.0.77", undefined],
  [`| json | __error__="JSONParserErr"`, `{"a":`, JSON_ERROR("Malformed JSON error")],
  [`| json | __error__=""`, `{"a":`, undefined],
]);

// Loki's own: `a.*`, and alternatives with a common beginning, are looked for anywhere in the value.
check("label filters by regular expressions", [
  [`| logfmt | a=~"b"`, "a=abc", undefined],
  [`| logfmt | a=~"b.*"`, "a=abc", { a: "abc" }],
  [`| logfmt | a=~"(b).*"`, "a=abc", { a: "abc" }],
  [`| logfmt | a=~".*c"`, "a=abcd", { a: "abcd" }],
  [`| logfmt | a=~"b.+"`, "a=abc", undefined],
  [`| logfmt | a=~"err|error"`, "a=an_error", { a: "an_error" }],
  [`| logfmt | a=~"bx|cx"`, "a=abx", undefined],
  [`| logfmt | a=~"bx|by"`, "a=abx", undefined],
  [`| logfmt | a=~"(?i)ABC"`, "a=abc", { a: "abc" }],
  [`| logfmt | a!~"b.*"`, "a=abc", undefined],
]);

check("formats, drop and keep", [
  [`| logfmt | line_format "{{.a}}-{{.nope}}"`, "a=1", { a: "1" }, "1-"],
  [`| line_format "{{.trace_id}}"`, "x", {}, "t1"],
  [
    `| line_format "{{.a.b}}"`,
    "x",
    {
      __error__: "TemplateFormatErr",
      __error_details__: `template: line:1:4: executing "line" at <.a.b>: can't evaluate field b in type string`,
    },
  ],
  [`| logfmt | label_format b=a`, "a=1", { b: "1" }],
  [`| logfmt | label_format b="{{.a}}x", c="{{.b}}y"`, "a=1", { a: "1", b: "1x", c: "y" }],
  [`| label_format app="new"`, "x", { app: "new" }],
  [`| logfmt | line_format "{{.a}}" |= "2"`, "a=1 b=2", undefined],
  [`| decolorize |= "\\u001b"`, "\x1b[1mx", {}, "x"],
  [`| logfmt | drop a, b="2", c="9"`, "a=1 b=2 c=3", { c: "3" }],
]);

describe("what is left of labels", () => {
  it("loses those of the stream that are dropped, renamed or hidden", () => {
    assert.deepEqual({ ...run("| drop env", "x")?.stream }, { app: "shop" });
    assert.deepEqual({ ...run("| label_format zone=env", "x")?.stream }, { app: "shop" });
    assert.deepEqual({ ...run(`| label_format env="x"`, "x")?.stream }, { app: "shop" });
    assert.deepEqual({ ...run("| keep app", "x")?.stream }, { app: "shop" });
    assert.deepEqual(run("| keep app", "x")?.labels, {});
    assert.deepEqual(run(`| keep trace_id="t1", status="x"`, "x")?.labels, { trace_id: "t1" });
  });

  it("loses an error by name only", () => {
    assert.deepEqual(run("| json | drop __error__", "x")?.labels, {
      ...METADATA,
      __error_details__: "Value looks like object, but can't find closing '}' symbol",
    });
    assert.deepEqual(run("| json | drop __error__, __error_details__", "x")?.labels, METADATA);
    assert.equal(run("| json | keep nope", "x")?.labels["__error__"], "JSONParserErr");
  });
});

describe("stages that cannot be built", () => {
  for (const [stages, message] of [
    [`|~ "("`, `parse error : stage '|~ "("' : error parsing regexp: missing closing ): \`(\``],
    [`|= ip("nope")`, `parse error : stage '|= ip("nope")' : ip: invalid pattern: "nope"`],
    [`|> "<a>"`, `parse error : stage '|> "<a>"' : named captures are not allowed: found '<a>'`],
    [
      `| json x="a..b"`,
      `parse error : stage '| json x="a..b"' : cannot parse expression [a..b]: syntax error: unexpected DOT, expecting FIELD`,
    ],
    [
      `| label_format a=b,a=c`,
      `parse error : stage '| label_format a=b,a=c' : multiple label name 'a' not allowed in a single format operation`,
    ],
    [
      `| label_format __error__="x"`,
      `parse error : stage '| label_format __error__="x"' : __error__ cannot be formatted`,
    ],
    [
      `| line_format "{{nope}}"`,
      `parse error : stage '| line_format "{{nope}}"' : invalid line template: template: line:1: function "nope" not defined`,
    ],
  ] as const) {
    it(`say so: ${stages}`, () => assert.throws(() => run(stages, "x"), { kind: "bad_data", message }));
  }
});
