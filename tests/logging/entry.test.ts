import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { entryOf } from "../../src/logging/entry.ts";

const said = (...args: unknown[]) => ({ ...entryOf("info", undefined, args) }) as Record<string, unknown>;
/** Without winston's symbols and the level. */
const plain = (...args: unknown[]) =>
  Object.fromEntries(Object.entries(said(...args)).filter(([name]) => name !== "level"));

describe("what a call of a logger says", () => {
  it("is a message and fields, in either order, or one object with both", () => {
    assert.deepEqual(plain("done", { n: 1 }), { message: "done", n: 1 });
    assert.deepEqual(plain({ n: 1 }, "done"), { message: "done", n: 1 });
    assert.deepEqual(plain({ message: "done", n: 1 }), { message: "done", n: 1 });
    assert.deepEqual(plain("done", { a: 1 }, { b: 2 }), { message: "done", a: 1, b: 2 });
  });

  it("puts values where the message says", () => {
    assert.deepEqual(plain("%s has %d at 100%%", "Jo", 3, { n: 1 }), { message: "Jo has 3 at 100%", n: 1 });
    assert.deepEqual(plain("100% sure", { n: 1 }), { message: "100% sure", n: 1 });
    assert.deepEqual(plain("a", "b", 3), { message: "a b 3" });
    assert.deepEqual(plain("%j", { a: 1 }), { message: '{"a":1}' });
  });

  it("takes errors, frozen ones too, and changes nothing that it is given", () => {
    const error = Object.freeze(new RangeError("bad"));
    assert.deepEqual(plain(error), { message: "bad", error });
    assert.deepEqual(plain("failed", error), { message: "failed", error });
    assert.deepEqual(plain(error, "failed"), { message: "failed", error });
    const fields = Object.freeze({ level: "mine", message: "kept", n: 1 });
    assert.deepEqual(plain("said", fields), { message: "said", level_: "mine", message_: "kept", n: 1 });
  });

  it("takes what ids, amounts and documents say of themselves, and no bytes", () => {
    const document = { $state: {}, toJSON: () => ({ shop: "berlin" }) };
    assert.deepEqual(plain("saved", document), { message: "saved", shop: "berlin" });
    assert.deepEqual(plain(document, "saved"), { message: "saved", shop: "berlin" });
    assert.deepEqual(plain("at", new Date(0)), { message: "at 1970-01-01T00:00:00.000Z" });
    assert.deepEqual(plain("got", new Uint8Array(3)), { message: "got [BINARY: 3 bytes]" });
    assert.deepEqual(plain("total %s", { toJSON: () => 5, toString: () => "5 EUR" }), { message: "total 5 EUR" });
  });

  it("keeps what can be written beside what cannot", () => {
    assert.deepEqual(plain("%s has %j of 100%%", "Jo", { a: 5n }, { n: 1 }), {
      message: "Jo has { a: 5n } of 100%",
      n: 1,
    });
    const hostile = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error("no");
        },
      },
    );
    assert.deepEqual(plain("said", hostile, { n: 1 }), { message: "said", n: 1 });
  });

  it("is never an error, whatever comes", () => {
    const thrower = {
      get bad() {
        throw new Error("no");
      },
      good: 1,
    };
    assert.deepEqual(plain("x", thrower), { message: "x", good: 1 });
    assert.deepEqual(plain(), { message: "" });
    assert.deepEqual(plain(undefined), { message: "" });
    assert.deepEqual(plain(null), { message: "null" });
    assert.deepEqual(plain(Symbol("s")), { message: "Symbol(s)" });
    assert.deepEqual(plain(5n), { message: "5" });
    assert.deepEqual(
      plain("x", () => {}),
      { message: "x" },
    );
    assert.equal(plain(JSON.parse('{"__proto__":{"polluted":1},"a":1}')).polluted, undefined);
  });
});
