import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { compileTemplate, createTime, formatTime, parseTime, timeNsOf } from "../../src/template/index.ts";

/** What Go 1.26 writes for a time, and what it reads that text as ("error", or "old" for years that nanoseconds do not reach). */
type Row = readonly [zone: string, layout: string, timeNs: string, text: string, readBack: string];
const rows = JSON.parse(readFileSync(new URL("go-times.json", import.meta.url), "utf8")) as Row[];

describe("Go's times", () => {
  it(`are written as Go writes them, in ${rows.length} layouts, zones and times`, () => {
    for (const [zone, layout, timeNs, text] of rows)
      assert.equal(formatTime(BigInt(timeNs), layout, zone), text, layout);
    assert.ok(rows.length > 90);
  });

  it("are read as Go reads them", () => {
    for (const [zone, layout, , text, readBack] of rows) {
      if (readBack !== "old")
        assert.equal(String(parseTime(layout, text, zone) ?? "error"), readBack, `${layout}: ${text}`);
    }
  });

  it("are refused where the text is not of the layout, or no day of the calendar", () => {
    assert.equal(parseTime("2006-01-02", "yesterday"), undefined);
    assert.equal(parseTime("2006-01-02", "2023-02-30"), undefined);
    assert.equal(parseTime("2006-01-02", "2023-01-01 "), undefined);
    assert.equal(parseTime("15:04", "24:00"), undefined);
    assert.throws(() => formatTime(0n, "15", "Nowhere/City"), RangeError);
  });

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
