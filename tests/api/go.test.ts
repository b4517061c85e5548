import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  exponentText,
  parseCount,
  parseFloat64,
  parseHex,
  parseInteger,
  plainText,
  sampleText,
} from "../../src/api/go/number.ts";
import { goQuote } from "../../src/api/go/quote.ts";
import {
  goDurationText,
  goTimeText,
  parseGoDuration,
  parsePrometheusDuration,
  parseRfc3339Ns,
  prometheusDurationText,
} from "../../src/api/go/time.ts";

const MS = 1_000_000n;
const SECOND = 1000n * MS;

describe("texts as Go has them", () => {
  it("quotes what is not printable", () => {
    const cases: readonly (readonly [given: string, quoted: string])[] = [
      ["plain ünï 世界 🥋", '"plain ünï 世界 🥋"'],
      ['a"b\\c', '"a\\"b\\\\c"'],
      ["\n\r\t\v\f\b\x07", '"\\n\\r\\t\\v\\f\\b\\a"'],
      ["\x00\x7f", '"\\x00\\x7f"'],
      ["\u00a0\u200b\u2028", '"\\u00a0\\u200b\\u2028"'],
      ["\u{e0001}", '"\\U000e0001"'],
    ];
    for (const [given, quoted] of cases) assert.equal(goQuote(given), quoted);
  });

  it("writes values in three forms", () => {
    const cases: readonly (readonly [value: number, sample: string, plain: string, exponent: string])[] = [
      [0, "0", "0", "0e+00"],
      [-0, "-0", "-0", "-0e+00"],
      [1, "1", "1", "1e+00"],
      [0.1, "0.1", "0.1", "1e-01"],
      [-2.5, "-2.5", "-2.5", "-2.5e+00"],
      [1e-6, "0.000001", "0.000001", "1e-06"],
      [1.5e-7, "1.5e-07", "0.00000015", "1.5e-07"],
      [1e20, "100000000000000000000", "100000000000000000000", "1e+20"],
      [1e21, "1e+21", "1000000000000000000000", "1e+21"],
      [1.25e22, "1.25e+22", "12500000000000000000000", "1.25e+22"],
      [1e-100, "1e-100", `0.${"0".repeat(99)}1`, "1e-100"],
      [Number.NaN, "NaN", "NaN", "NaN"],
      [Infinity, "+Inf", "+Inf", "+Inf"],
      [-Infinity, "-Inf", "-Inf", "-Inf"],
    ];
    for (const [value, sample, plain, exponent] of cases) {
      assert.deepEqual([sampleText(value), plainText(value), exponentText(value)], [sample, plain, exponent]);
    }
  });

  it("reads numbers that Go reads, and no others", () => {
    const read: readonly (readonly [text: string, value: number])[] = [
      ["1", 1],
      ["-1.5", -1.5],
      ["+.5", 0.5],
      ["5.", 5],
      ["1e3", 1000],
      ["1_000.5", 1000.5],
      ["0x10p0", 16],
      ["0x1.8p1", 3],
      ["Inf", Infinity],
      ["-infinity", -Infinity],
    ];
    for (const [text, value] of read) assert.equal(parseFloat64(text), value);
    assert.ok(Number.isNaN(parseFloat64("nan")));
    for (const text of ["", " 1", "1 ", "x", "1__0", "_1", "0x10", "1e", "--1", "1e400"]) {
      assert.equal(parseFloat64(text), undefined, text);
    }
  });

  it("says what it cannot read in Go's words", () => {
    const cases: readonly (readonly [read: () => unknown, message: string])[] = [
      [() => parseCount("1.5"), 'strconv.Atoi: parsing "1.5": invalid syntax'],
      [() => parseCount(""), 'strconv.Atoi: parsing "": invalid syntax'],
      [() => parseCount("9223372036854775808"), 'strconv.Atoi: parsing "9223372036854775808": value out of range'],
      [() => parseInteger("3000000000", "ParseInt", 32), 'strconv.ParseInt: parsing "3000000000": value out of range'],
      [() => parseHex("g"), 'strconv.ParseUint: parsing "g": invalid syntax'],
      [() => parsePrometheusDuration(""), "empty duration string"],
      [() => parsePrometheusDuration("1"), 'not a valid duration string: "1"'],
      [() => parsePrometheusDuration("1s1m"), 'not a valid duration string: "1s1m"'],
      [() => parsePrometheusDuration("5x"), 'unknown unit "x" in duration "5x"'],
      [() => parsePrometheusDuration("300y"), "duration out of range"],
      [() => parseGoDuration("x"), 'time: invalid duration "x"'],
      [() => parseGoDuration("5"), 'time: missing unit in duration "5"'],
      [() => parseGoDuration("5d"), 'time: unknown unit "d" in duration "5d"'],
    ];
    for (const [read, message] of cases) assert.throws(read, { name: "ParseError", message });
  });

  it("reads and writes durations", () => {
    assert.equal(parsePrometheusDuration("1h30m5s250ms"), 5405n * SECOND + 250n * MS);
    assert.equal(parsePrometheusDuration("0"), 0n);
    assert.equal(parseGoDuration("-1.5h"), -5400n * SECOND);
    assert.equal(parseGoDuration("1m2.5s"), 62_500n * MS);
    assert.equal(parseGoDuration("3µs4ns"), 3004n);
    const go: readonly (readonly [ns: bigint, text: string])[] = [
      [0n, "0s"],
      [999n, "999ns"],
      [1500n, "1.5µs"],
      [-4n * MS, "-4ms"],
      [1_234_567n, "1.234567ms"],
      [1500n * MS, "1.5s"],
      [60n * SECOND, "1m0s"],
      [555_555n * 3600n * SECOND + 1999n * SECOND, "555555h33m19s"],
    ];
    for (const [ns, text] of go) assert.equal(goDurationText(ns), text);
    assert.equal(prometheusDurationText(721 * 3_600_000), "30d1h");
    assert.equal(prometheusDurationText(14 * 86_400_000), "2w");
    assert.equal(prometheusDurationText(90_061_001), "1d1h1m1s1ms");
  });

  it("reads RFC 3339 to the nanosecond, and writes times as Go prints them", () => {
    const seconds = BigInt(Date.UTC(2020, 1, 29, 10, 0, 0)) * MS;
    assert.equal(parseRfc3339Ns("2020-02-29T10:00:00Z"), seconds);
    assert.equal(parseRfc3339Ns("2020-02-29T12:00:00.123456789+02:00"), seconds + 123_456_789n);
    assert.equal(parseRfc3339Ns("0001-01-01T00:00:00Z"), -62_135_596_800n * SECOND);
    for (const wrong of ["2021-02-29T10:00:00Z", "2020-02-29", "2020-02-29T24:00:00Z", "2020-02-29 10:00:00Z"]) {
      assert.equal(parseRfc3339Ns(wrong), undefined, wrong);
    }
    assert.equal(goTimeText(seconds), "2020-02-29 10:00:00 +0000 UTC");
    assert.equal(goTimeText(seconds + 300_001n), "2020-02-29 10:00:00.000300001 +0000 UTC");
  });
});
