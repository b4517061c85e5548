import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { cachedScripts } from "../../scripts/conformance-promql/module.ts";
import { parsePromql, printPromql } from "../../src/promql/index.ts";

const scripts = cachedScripts();
const skip =
  scripts === undefined && "NOT RUN: Prometheus' module is not in the Go cache; npm run conformance:promql gets it";
const read = (file: string): string => readFileSync(join(scripts ?? "", "../../parser", file), "utf8");

/** A Go literal in backticks or double quotes; undefined for one that no JavaScript string can hold (bytes that are no text). */
function goText(literal: string): string | undefined {
  if (literal.startsWith("`")) return literal.slice(1, -1);
  return literal.includes("\\x") ? undefined : (JSON.parse(literal) as string);
}

const LITERAL = /`[^`]*`|"(?:[^"\\]|\\.)*"/.source;
const BEYOND = /not enabled|is experimental|not supported/;

function errorOf(text: string): string | undefined {
  try {
    parsePromql(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe("the cases of Prometheus' parser tests", { skip }, () => {
  it("are accepted and refused alike", () => {
    const source = read("parse_test.go");
    const cases = source
      .slice(source.indexOf("var testExpr"), source.indexOf("func makeInt64Pointer"))
      .split("\n\t{\n");
    const judged = cases.slice(1).flatMap((one) => {
      const literal = new RegExp(`^\\t\\tinput:\\s+(${LITERAL}),\\n`, "m").exec(one)?.[1];
      const text = literal === undefined ? undefined : goText(literal);
      if (text === undefined) return [];
      const error = errorOf(text);
      const isRefused = /^\t\tfail:\s+true/m.test(one);
      if (!isRefused && error !== undefined && BEYOND.test(error)) return [];
      return [{ text, isRefused, error }];
    });
    assert.ok(judged.length > 280, `${judged.length} cases`);
    assert.deepEqual(
      judged.filter(({ isRefused, error }) => isRefused !== (error !== undefined)),
      [],
    );
  });

  it("are written alike", () => {
    const cases = read("printer_test.go").matchAll(
      new RegExp(`\\{\\s*in:\\s+(${LITERAL}),(?:\\s*out:\\s+(${LITERAL}),)?`, "g"),
    );
    const judged = [...cases].flatMap(([, given = "", expected = given]) => {
      const [text, wanted] = [goText(given) ?? "", goText(expected)];
      return BEYOND.test(errorOf(text) ?? "") ? [] : [{ text, wanted, printed: printPromql(parsePromql(text)) }];
    });
    assert.ok(judged.length > 40, `${judged.length} cases`);
    assert.deepEqual(
      judged.filter(({ wanted, printed }) => wanted !== printed),
      [],
    );
  });
});
