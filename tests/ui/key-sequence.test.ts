import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NOTHING_PRESSED, press } from "../../ui/src/app/key-sequence.ts";

const SEQUENCES = ["g t", "g l", "/", "r"];

function type(...keys: readonly (readonly [key: string, atMs: number])[]): (string | undefined)[] {
  let pressed = NOTHING_PRESSED;
  return keys.map(([key, atMs]) => {
    const next = press(pressed, key, atMs, SEQUENCES);
    pressed = next.pressed;
    return next.done;
  });
}

describe("keys one after the other", () => {
  it("lead where the sequence does", () => {
    assert.deepEqual(type(["g", 5000], ["t", 5300]), [undefined, "g t"]);
    assert.deepEqual(type(["/", 5000], ["r", 5001]), ["/", "r"]);
  });
  it("begin anew after a while, and after a key that leads nowhere", () => {
    assert.deepEqual(type(["g", 5000], ["t", 7000]), [undefined, undefined]);
    assert.deepEqual(type(["g", 5000], ["x", 5100], ["t", 5200]), [undefined, undefined, undefined]);
    assert.deepEqual(type(["g", 5000], ["g", 5100], ["l", 5200]), [undefined, undefined, "g l"]);
    assert.deepEqual(type(["g", 5000], ["r", 5100]), [undefined, "r"]);
  });
});
