import { deepEqual, equal } from "node:assert/strict";
import { describe, it } from "node:test";
import { NO_CONFIG, withProperty } from "../../ui/src/dashboards/model/field-config.ts";
import { shownValue, textOfShown } from "../../ui/src/dashboards/model/shown-value.ts";
import { writeText } from "../../ui/src/dashboards/model/units.ts";

describe("a number in a unit of Grafana's", () => {
  // [unit, value, text, decimals]
  const WRITTEN: readonly (readonly [string, number, string, number?])[] = [
    ["short", 134, "134"],
    ["short", 1540, "1.54 K"],
    ["short", 2_500_000, "2.50 Mil"],
    ["short", 0, "0"],
    ["short", 0.0715, "0.0715"],
    ["short", -1540, "-1.54 K"],
    ["percentunit", 0.05, "5%"],
    ["percentunit", 0.9333, "93.3%"],
    ["percentunit", 1, "100%"],
    ["percent", 12.345, "12.3%"],
    ["percent", 12.345, "12.35%", 2],
    ["s", 0, "0 s"],
    ["s", 0.00048, "480 µs"],
    ["s", 0.0495, "49.5 ms"],
    ["s", 3.4, "3.40 s"],
    ["s", 90, "1.50 mins"],
    ["s", 7200, "2 hours"],
    ["s", 172_800, "2 days"],
    ["ms", 1500, "1.50 s"],
    ["µs", 4_780_000, "4.78 s"],
    ["ns", 1e9, "1 s"],
    ["bytes", 1536, "1.50 KiB"],
    ["bytes", 210_763_776, "201 MiB"],
    ["decbytes", 1500, "1.50 kB"],
    ["mbytes", 2048, "2 GiB"],
    ["Bps", 1500, "1.50 kB/s"],
    ["currencyUSD", 0.2231, "$0.223"],
    ["currencyUSD", 1234, "$1.23K"],
    ["currencyUSD", -2, "-$2"],
    ["currencyUSD", 1.75e-7, "$0.000000175"],
    ["reqpm", 3.6, "3.60 req/m"],
    ["epm", 2, "2 evts/m"],
    ["recps", 1500, "1.50K rec/s"],
    ["ops", 12, "12 ops/s"],
    ["dtdhms", 90_061, "1 d 01:01:01"],
    ["dtdhms", 980, "00:16:20"],
    ["hertz", 1.5e9, "1.50 GHz"],
    ["none", 0.5, "0.500"],
    ["suffix:turns", 3, "3 turns"],
    ["prefix:~", 3, "~3"],
    ["si:mV", 1500, "1.50 V"],
    ["currency:₿", 2, "₿2"],
    ["tokens", 12, "12 tokens"],
    ["short", Number.POSITIVE_INFINITY, "∞"],
    ["s", Number.NaN, "NaN s"],
    ["short", 1000, "1 K"],
    ["bytes", 1024, "1 KiB"],
  ];
  for (const [unit, value, text, decimals] of WRITTEN) {
    it(`${value} in ${unit} is ${text}`, () => equal(writeText(value, unit, decimals), text));
  }
});

describe("a value of a field", () => {
  const configured = (properties: Readonly<Record<string, unknown>>) =>
    Object.entries(properties).reduce((config, [id, value]) => withProperty(config, id, value), NO_CONFIG);
  const shown = (properties: Readonly<Record<string, unknown>>, value: number | string | undefined) =>
    shownValue(configured(properties), typeof value === "string" ? "string" : "number", value);

  it("has the color of the highest threshold that it reaches", () => {
    const thresholds = {
      mode: "absolute",
      steps: [
        { value: null, color: "green" },
        { value: 1, color: "yellow" },
        { value: 5, color: "red" },
      ],
    };
    deepEqual(
      [-3, 0.99, 1, 5, 50].map((value) => shown({ thresholds }, value).color),
      ["green", "green", "yellow", "red", "red"],
    );
  });
  it("has percent thresholds between its least and its most", () => {
    const thresholds = {
      mode: "percentage",
      steps: [
        { value: null, color: "green" },
        { value: 50, color: "red" },
      ],
    };
    deepEqual(
      [140, 160].map((value) => shown({ thresholds, min: 100, max: 200 }, value).color),
      ["green", "red"],
    );
  });
  it("is what a mapping makes of it: a value, a range, a pattern, nothing", () => {
    const mappings = [
      { type: "value", options: { "0": { text: "down", color: "red" }, ok: { text: "fine" } } },
      { type: "range", options: { from: 1, to: 9, result: { text: "few" } } },
      { type: "regex", options: { pattern: "/^gpt-(\\d).*$/", result: { text: "GPT $1" } } },
      { type: "special", options: { match: "null+nan", result: { text: "unknown", color: "yellow" } } },
    ];
    const text = (value: number | string | undefined): string => textOfShown(shown({ mappings }, value));
    deepEqual([0, "ok", 3, "gpt-5-mini", undefined, Number.NaN, 12].map(text), [
      "down",
      "fine",
      "few",
      "GPT 5",
      "unknown",
      "unknown",
      "12",
    ]);
    equal(shown({ mappings }, 0).color, "red");
  });
  it("keeps its color where a mapping names none, and its text where a mapping has a color alone", () => {
    const result = shown({ unit: "s", mappings: [{ type: "value", options: { "2": { color: "purple" } } }] }, 2);
    deepEqual([textOfShown(result), result.color], ["2 s", "purple"]);
  });
  it("says what the panel says of nothing", () => {
    equal(textOfShown(shown({ noValue: "none yet" }, undefined)), "none yet");
    equal(textOfShown(shown({}, undefined)), "–");
  });
});
