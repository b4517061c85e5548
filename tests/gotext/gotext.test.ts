import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  canBackquote,
  type FloatVerb,
  formatDuration,
  formatFloat,
  formatGoDuration,
  formatSampleValue,
  formatTime,
  parseBoolean,
  parseDuration,
  parseFloat64,
  parseGoDuration,
  parseHex,
  parseInteger,
  parseIntegerLiteral,
  parseTime,
  quote,
  TIME_TEXT_LAYOUT,
  truncateToInt64,
  unquote,
  unquoteCharacter,
  unquotePrometheus,
} from "../../src/gotext/index.ts";

type Table =
  | "parseFloat"
  | "formatFloat"
  | "integer"
  | "integerLiteral"
  | "parseHex"
  | "parseBool"
  | "quote"
  | "unquote"
  | "parseGoDuration"
  | "formatGoDuration"
  | "parseDuration"
  | "formatDuration"
  | "rfc3339";

/** What Go 1.26 answers; durations of Prometheus by prometheus/common 0.71, texts in single quotes by prometheus 0.315. */
const go = JSON.parse(readFileSync(new URL("go-results.json", import.meta.url), "utf8")) as Record<Table, unknown[][]>;

const floatOf = (bits: string): number => Buffer.from(bits, "hex").readDoubleBE();

/** Every row that comes out otherwise; rows are a text, the value that Go reads, and its error. */
function differences<Value>(table: Table, read: (text: string) => Value | string, convert: (shown: never) => Value) {
  return go[table].flatMap(([text, shown, error]) => {
    const [got, wanted] = [read(text as string), error ?? convert(shown as never)];
    return Object.is(got, wanted) ? [] : [{ text, got, wanted }];
  });
}

describe("numbers", () => {
  it("are read as strconv.ParseFloat reads them, errors included", () => {
    assert.deepEqual(differences("parseFloat", parseFloat64, floatOf), []);
  });

  it("are written as strconv.FormatFloat writes them", () => {
    const wrong = go.formatFloat.flatMap(([bits, ...texts]) => {
      const value = floatOf(bits as string);
      const written = (["e", "f", "g"] satisfies FloatVerb[]).flatMap((verb) =>
        [-1, 0, 1, 2, 4, 17].map((precision) => formatFloat(value, verb, precision)),
      );
      return written.flatMap((text, index) => (text === texts[index] ? [] : [{ value, text, wanted: texts[index] }]));
    });
    assert.deepEqual(wrong, []);
  });

  it("are written in samples with an exponent only where they are very small or large", () => {
    const cases: readonly (readonly [value: number, text: string])[] = [
      [0, "0"],
      [-0, "-0"],
      [-2.5, "-2.5"],
      [1e-6, "0.000001"],
      [1.5e-7, "1.5e-07"],
      [1e20, "100000000000000000000"],
      [1e21, "1e+21"],
      [1e-100, "1e-100"],
      [Number.NaN, "NaN"],
      [Infinity, "+Inf"],
      [-Infinity, "-Inf"],
    ];
    for (const [value, text] of cases) assert.equal(formatSampleValue(value), text);
  });

  it("are integers where Go reads one, in decimal, in hexadecimal and as in its source", () => {
    assert.deepEqual(differences("parseHex", parseHex, BigInt), []);
    for (const [given, atoi, atoiError, int32, int32Error] of go.integer) {
      const text = given as string;
      assert.equal(String(parseInteger(text)), atoiError ?? atoi);
      assert.equal(String(parseInteger(text, "ParseInt", 32)), int32Error ?? int32);
    }
    for (const [text, value] of go.integerLiteral) {
      assert.equal(parseIntegerLiteral(text as string)?.toString() ?? null, value, String(text));
    }
  });

  it("become 64 bits as on amd64", () => {
    assert.deepEqual([1.9, -1.9, 1e300, Number.NaN].map(truncateToInt64), [
      1n,
      -1n,
      -9_223_372_036_854_775_808n,
      -9_223_372_036_854_775_808n,
    ]);
  });

  it("are not booleans, but for 0 and 1", () => {
    assert.deepEqual(differences("parseBool", parseBoolean, Boolean), []);
  });
});

describe("quotes", () => {
  it("are put around texts as strconv.Quote does", () => {
    for (const [given, quoted, ascii, bare] of go.quote) {
      const text = given as string;
      assert.deepEqual([quote(text), quote(text, { asciiOnly: true }), canBackquote(text)], [quoted, ascii, bare]);
    }
    assert.equal(quote("'", { mark: "'" }), "'\\''");
    assert.equal(quote('"', { mark: "'" }), "'\"'");
    assert.equal(quote("half a pair \ud83e"), '"half a pair \\ufffd"');
  });

  it("are taken off as Go does, and as Prometheus does", () => {
    for (const [given, text, inPrometheus] of go.unquote) {
      const literal = given as string;
      assert.deepEqual([unquote(literal) ?? null, unquotePrometheus(literal) ?? null], [text, inPrometheus], literal);
    }
  });

  it("hold one character where they are single", () => {
    const cases: readonly (readonly [literal: string, code: number | undefined])[] = [
      ["'a'", 97],
      ["'\\n'", 10],
      ["'世'", 0x4e16],
      ["'\\u4e16'", 0x4e16],
      ["'\\''", 39],
      ["'\\xff'", 255],
      ["'\\377'", 255],
      ["'\\400'", undefined],
      ["'\\\"'", undefined],
      ["''", undefined],
      ["'ab'", undefined],
    ];
    for (const [literal, code] of cases) assert.equal(unquoteCharacter(literal), code, literal);
  });
});

describe("durations", () => {
  it("of Go are read and written as it does", () => {
    assert.deepEqual(differences("parseGoDuration", parseGoDuration, BigInt), []);
    for (const [ns, text] of go.formatGoDuration) assert.equal(formatGoDuration(BigInt(ns as string)), text);
  });

  it("of Prometheus are read and written as it does", () => {
    assert.deepEqual(differences("parseDuration", parseDuration, Number), []);
    for (const [ms, text] of go.formatDuration) assert.equal(formatDuration(ms as number), text);
  });
});

describe("times", () => {
  it("of RFC 3339 are read, with their zone, as Go reads them", () => {
    const wrong = go.rfc3339.flatMap(([text, ns, shown]) => {
      const time = parseTime("2006-01-02T15:04:05.999999999Z07:00", text as string);
      const got = time && [String(time.timeNs), formatTime(time.timeNs, TIME_TEXT_LAYOUT, time.zone)];
      const wanted = ns === null ? undefined : [ns, shown];
      return JSON.stringify(got) === JSON.stringify(wanted) ? [] : [{ text, got, wanted }];
    });
    assert.deepEqual(wrong, []);
  });
});
