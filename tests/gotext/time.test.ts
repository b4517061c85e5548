import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { formatTime, isTimeZone, parseTime, TIME_TEXT_LAYOUT } from "../../src/gotext/index.ts";

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
        assert.equal(String(parseTime(layout, text, zone)?.timeNs ?? "error"), readBack, `${layout}: ${text}`);
    }
  });

  it("are refused where the text is not of the layout, or no day of the calendar", () => {
    assert.equal(parseTime("2006-01-02", "yesterday"), undefined);
    assert.equal(parseTime("2006-01-02", "2023-02-30"), undefined);
    assert.equal(parseTime("2006-01-02", "2023-01-01 "), undefined);
    assert.equal(parseTime("15:04", "24:00"), undefined);
    assert.throws(() => formatTime(0n, "15", "Nowhere/City"), RangeError);
  });

  it("keep the offset that their text names", () => {
    const read = (text: string, zone = "UTC"): string => {
      const time = parseTime("2006-01-02T15:04:05Z07:00", text, zone);
      return time === undefined ? "" : formatTime(time.timeNs, TIME_TEXT_LAYOUT, time.zone);
    };
    assert.equal(read("2024-05-06T12:00:00-03:30"), "2024-05-06 12:00:00 -0330 -0330");
    assert.equal(read("2024-05-06T12:00:00Z", "Europe/Berlin"), "2024-05-06 12:00:00 +0000 UTC");
    assert.equal(read("2024-05-06T12:00:00+02:00", "Europe/Berlin"), "2024-05-06 12:00:00 +0200 CEST");
  });

  it("have the zones that exist", () => {
    assert.deepEqual(["UTC", "Europe/Berlin", "Nowhere/City", "+02:00", ""].map(isTimeZone), [
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
