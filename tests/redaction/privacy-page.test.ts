import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { redactionKinds } from "../../src/redaction/index.ts";

describe("docs/privacy.md", () => {
  it("lists every kind there is, and none that there is not", () => {
    const page = readFileSync(new URL("../../docs/privacy.md", import.meta.url), "utf8");
    const listed = [...page.matchAll(/^\| `([a-z0-9_]+)`/gm)].map((match) => match[1]);
    assert.deepEqual(listed.toSorted(), [...redactionKinds()].toSorted());
  });
});
