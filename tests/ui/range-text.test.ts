import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lastText, rangeText } from "../../ui/src/app/range-text.ts";

const at = (text: string): number => new Date(text).getTime();
const NOW = at("2026-11-21T21:30:00");
const text = (start: string, end: string): string => rangeText({ startMs: at(start), endMs: at(end) }, NOW);

describe("a range of time in words", () => {
  it("has the time of day where it is today", () => {
    assert.equal(text("2026-11-21T21:10:07", "2026-11-21T21:25:00"), "21:10 – 21:25");
  });

  it("has seconds where they count", () => {
    assert.equal(text("2026-11-21T21:10:07", "2026-11-21T21:11:09"), "21:10:07 – 21:11:09");
  });

  it("has the day where it is another, both where they differ, and years where they do", () => {
    assert.equal(text("2026-11-20T08:00:00", "2026-11-20T09:00:00"), "11-20 08:00 – 09:00");
    assert.equal(text("2026-11-20T23:00:00", "2026-11-21T09:00:00"), "11-20 23:00 – 11-21 09:00");
    assert.equal(text("2025-12-31T23:00:00", "2026-01-01T01:00:00"), "2025-12-31 23:00 – 2026-01-01 01:00");
    assert.equal(text("2025-11-21T08:00:00", "2025-11-21T09:00:00"), "2025-11-21 08:00 – 09:00");
  });

  it("is as long as it is where it ends now", () => {
    assert.equal(lastText({ from: "now-1h", to: "now" }), "Last 1 hour");
    assert.equal(lastText({ from: "now-30m", to: "now" }), "Last 30 minutes");
    assert.equal(lastText({ from: "now-2w", to: "now" }), "Last 2 weeks");
    for (const [from, to] of [
      ["now-1h", "now-5m"],
      ["now/d", "now"],
      ["1795219200000", "now"],
    ] as const)
      assert.equal(lastText({ from, to }), undefined);
  });
});
