import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLinePipeline } from "../../src/logql/index.ts";

const LINE = `{"msg":"message 7","status":"404","seconds":2.5,"size":"3.5KiB","took":"1m30s"}`;

/** What Loki 3.7.8 makes of an action, as measured. */
const RENDERED: readonly (readonly [action: string, text: string])[] = [
  [".msg | ToUpper", "MESSAGE 7"],
  [".msg | title", "Message 7"],
  ["TrimPrefix .msg `mess`", "age 7"],
  ["trimPrefix `mess` .msg", "age 7"],
  ["trimSuffix ` 7` .msg", "message"],
  ["Trim .msg `me7`", "ssage "],
  ["trimAll `me7` .msg", "ssage "],
  ["replace `s` `z` .msg", "mezzage 7"],
  ["Replace .msg `s` `z` 1", "mezsage 7"],
  ["trunc 4 .msg", "mess"],
  ["trunc -3 .msg", "e 7"],
  ["substr 2 5 .msg", "ssa"],
  ["substr 2 -1 .msg", "ssage 7"],
  ["contains `sag` .msg", "true"],
  ["hasPrefix `x` .msg", "false"],
  ["repeat 2 .msg", "message 7message 7"],
  ["alignLeft 11 .msg | printf `%s|`", "message 7  |"],
  ["alignRight 11 .msg", "  message 7"],
  ["alignRight 3 .msg", "e 7"],
  ["indent 2 .msg", "  message 7"],
  ["regexReplaceAll `(m)(e)` .msg `${2}-$1`", "e-mssage 7"],
  ["regexReplaceAll `s*` .msg `-`", "-m-e-a-g-e- -7-"],
  ["regexReplaceAllLiteral `(m)` .msg `$1`", "$1essage 7"],
  ["count `s` .msg", "2"],
  ["urlencode `a b&c`", "a+b%26c"],
  ["urldecode `a%20b+c`", "a b c"],
  ["b64enc .msg", "bWVzc2FnZSA3"],
  ["b64enc .msg | b64dec", "message 7"],
  ["add 1 .status 2", "407"],
  ["sub .status 4", "400"],
  ["mul 2 3 4", "24"],
  ["div 7 2", "3"],
  ["mod 7 4", "3"],
  ["max 1 5 3", "5"],
  ["addf 0.1 0.2", "0.3"],
  ["mulf 1.1 1.1", "1.21"],
  ["divf 10 4", "2.5"],
  ["round 3.14159 2", "3.14"],
  ["ceil .seconds", "3"],
  ["int .seconds", "2"],
  ["float64 .seconds | printf `%.3f`", "2.500"],
  ["bytes .size", "3584"],
  ["duration .took", "90"],
  ["default `none` .nope", "none"],
  ["default `none` .status", "404"],
  ["(fromJson __line__).seconds", "2.5"],
  ["__line__ | len", String(LINE.length)],
  ["__timestamp__ | date `2006-01-02T15:04:05.000Z07:00`", "2023-11-14T22:13:20.123Z"],
  ["__timestamp__ | date `Mon Jan _2 03:04PM 06 .000000000`", "Tue Nov 14 10:13PM 23 .123456789"],
  ["__timestamp__", "2023-11-14 22:13:20.123456789 +0000 UTC"],
  ["__timestamp__ | unixEpochMillis", "1700000000123"],
  ["__timestamp__ | unixEpochNanos", "1700000000123456789"],
  ["toDateInZone `2006-01-02 15:04` `Europe/Berlin` `2024-05-06 12:00` | unixEpoch", "1714989600"],
  ["toDate `2006-01-02` `nope` | unixEpoch", "-62135596800"],
  ["unixToTime `1673798889902` | date `2006-01-02 15:04:05.000`", "2023-01-15 16:08:09.902"],
  ["if eq .status `404` }}missing{{ else }}there{{ end", "missing"],
  ["printf `%q %5s|%-5s|` .status .status .status", `"404"   404|404  |`],
];

/** What it makes of the line's error, where the action fails. */
const FAILED: readonly (readonly [action: string, details: string])[] = [
  ["div 1 0", "<div 1 0>: error calling div: runtime error: integer divide by zero"],
  ["substr 5 2 .msg", "<substr 5 2 .msg>: error calling substr: runtime error: slice bounds out of range [5:2]"],
  ["urldecode `%zz`", `<urldecode \`%zz\`>: error calling urldecode: invalid URL escape "%zz"`],
  ["duration `soon`", `<duration \`soon\`>: error calling duration: time: invalid duration "soon"`],
  ["regexReplaceAll `(` .msg ``", "error parsing regexp: missing closing ): `(`"],
  ["repeat 1000000000 .msg", "error calling repeat"],
  ["alignLeft 1000000000 .msg", "error calling alignLeft"],
];

function render(action: string) {
  const { process } = createLinePipeline(
    `{app="shop"} | json | line_format "{{ ${JSON.stringify(action).slice(1, -1)} }}"`,
  );
  return process({ stream: { app: "shop" }, metadata: {}, timeNs: 1_700_000_000_123_456_789n, line: LINE });
}

describe("a template", () => {
  for (const [action, text] of RENDERED)
    it(`makes of ${action}: ${text}`, () => assert.equal(render(action)?.line, text));

  for (const [action, details] of FAILED) {
    it(`leaves the line with an error where it fails: ${action}`, () => {
      const entry = render(action);
      assert.equal(entry?.line, LINE);
      assert.equal(entry.parsed["__error__"], "TemplateFormatErr");
      assert.ok(entry.parsed["__error_details__"]?.includes(details), entry.parsed["__error_details__"]);
    });
  }

  it("names what it does not know", () => {
    assert.throws(() => render("now"), { kind: "bad_data", message: /function "now" not defined/ });
  });
});
