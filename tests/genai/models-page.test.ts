import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { VECTOR_STORES, WIRE_FORMATS } from "../../src/genai/index.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/models.md"), "utf8");

describe("the page of models", () => {
  it("has every format and every vector store", () => {
    const named = [...WIRE_FORMATS.map(({ name }) => name), ...VECTOR_STORES.map(({ system }) => system)];
    const isThere = (name: string): boolean => {
      const family = name.split(".", 1)[0] ?? "";
      return page.includes(`\`${name}\``) || page.includes(`\`${family}.*\``);
    };
    assert.deepEqual(
      named.filter((name) => !isThere(name)),
      [],
    );
  });
});
