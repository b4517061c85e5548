import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { snapshot } from "../../src/agents/snapshot.ts";

const told = (value: unknown): unknown => JSON.parse(snapshot(value) ?? "null");

describe("a snapshot of a value", () => {
  it("tells values of all sorts as JSON", () => {
    const given = {
      text: "t",
      none: null,
      missing: undefined,
      call: () => 1,
      big: 12n,
      when: new Date(0),
      never: new Date(Number.NaN),
      failed: new RangeError("too far"),
      bytes: new Uint8Array(3),
      names: new Map<unknown, unknown>([
        ["a", 1],
        [{}, 2],
      ]),
      set: new Set(["x"]),
      price: { toJSON: () => "1.50" },
      bare: Object.assign(Object.create(null), { b: 1 }),
      list: [undefined, () => 1, 1],
    };
    assert.deepEqual(told(given), {
      text: "t",
      none: null,
      big: "12",
      when: "1970-01-01T00:00:00.000Z",
      never: null,
      failed: "RangeError: too far",
      bytes: "[3 bytes]",
      names: { a: 1 },
      set: ["x"],
      price: "1.50",
      bare: { b: 1 },
      list: [null, null, 1],
    });
    assert.equal(
      snapshot(() => 1),
      undefined,
    );
    assert.equal(snapshot(undefined), undefined);
  });

  it("gets over what cannot be read", () => {
    const circle: Record<string, unknown> = { name: "c" };
    circle["again"] = [circle];
    const twice = { same: 1 };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = {
      circle,
      one: twice,
      other: twice,
      proxy,
      get bad(): never {
        throw new Error("no");
      },
      json: {
        toJSON: () => {
          throw new Error("no");
        },
      },
    };
    assert.deepEqual(told(hostile), {
      circle: { name: "c", again: ["[circular]"] },
      one: { same: 1 },
      other: { same: 1 },
      proxy: "[unreadable]",
      bad: "[unreadable]",
      json: "[unreadable]",
    });
  });

  it("is bounded however wide, deep, long or endless the value is", () => {
    let deep: unknown = "bottom";
    for (let level = 0; level < 100_000; level += 1) deep = { deep };
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`name-${at}`, "y".repeat(1000)]));
    const endless = {
      toJSON() {
        return { more: { ...this } };
      },
    };
    for (const value of [deep, wide, endless, "z".repeat(5e6), new Array(1e6).fill(wide)]) {
      const text = snapshot(value) ?? "";
      assert.ok(text.length > 10 && text.length < 150_000, String(text.length));
      JSON.parse(text);
    }
    assert.equal((told(Array.from({ length: 502 }, () => 1)) as unknown[]).at(-1), "… 2 more");
  });
});
