import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileTemplate, createTime, timeNsOf } from "../../src/template/index.ts";

describe("times in templates", () => {
  it("have their methods in templates", () => {
    const time = createTime(1_700_000_000_123_456_789n);
    const render = (text: string): string => compileTemplate(text, {}).render(time);
    assert.equal(render("{{ . }}"), "2023-11-14 22:13:20.123456789 +0000 UTC");
    assert.equal(
      render('{{ .Format "Mon 02 Jan" }} {{ .Unix }} {{ .UnixMilli }} {{ .Year }} {{ .Month }} {{ .Hour }}'),
      "Tue 14 Nov 1700000000 1700000000123 2023 November 22",
    );
    assert.equal(
      render('{{ printf "%s|%v|%T" . . . }}'),
      "2023-11-14 22:13:20.123456789 +0000 UTC|2023-11-14 22:13:20.123456789 +0000 UTC|time.Time",
    );
    assert.throws(() => render("{{ .Format }}"), /wrong number of args for Format: want 1 got 0/);
    assert.throws(() => render("{{ .Nanos }}"), /can't evaluate field Nanos in type time.Time/);
    assert.equal(timeNsOf(time), 1_700_000_000_123_456_789n);
    assert.equal(timeNsOf("now"), undefined);
  });
});
