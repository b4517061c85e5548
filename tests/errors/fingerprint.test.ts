import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fingerprintOf, normalizeMessage } from "../../src/errors/index.ts";

const same = (messages: readonly string[]): void => {
  const normalized = new Set(messages.map((message) => normalizeMessage(message, "api")));
  assert.equal(normalized.size, 1, [...normalized].join(" | "));
};

describe("a normalized message", () => {
  it("has no numbers, ids, addresses, paths and quotations", () => {
    same(["order 17 failed after 2.5 s", "order 9,000 failed after 3 s"]);
    same(["job 6f9619ff-8b86-d011-b42d-00cf4fc964ff gone", "job 0e6c1f2a-1111-4222-8333-c0ffeec0ffee gone"]);
    same(["trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace 00f067aa0ba902b700f067aa0ba902b7"]);
    same(["request req_9fA3kLm2P0 refused", "request req_7Zq1XyW8b2 refused"]);
    same(["at 0x1f3a", "at 0x7fff2b"]);
    same(["connect ECONNREFUSED 10.0.0.1:5432", "connect ECONNREFUSED 127.0.0.1:80"]);
    same(["connect ECONNREFUSED ::1:5432", "connect ECONNREFUSED fe80::1:2:80"]);
    same(["mail to ann@example.org bounced", "mail to bob.b@mail.example.com bounced"]);
    same(["GET https://a.example/x?y=1 gave 500", "GET http://b.example:80/ gave 502"]);
    same(["no file /var/data/a.json", "no file /home/u/b/c.json"]);
    same(["user 'ann' not found", "user 'bob the builder' not found"]);
    same(["user42 is away", "user7 is away"]);
    same(['no JSON in "yes"', `no JSON in "Well,\nyes."`, `no JSON in "${"Well, yes. ".repeat(100)}"`]);
    same([`Failed to parse "${"a b ".repeat(300)}". Try again`, `Failed to parse "${"c d ".repeat(150)}". Try again`]);
    same([`no JSON in "${"a b ".repeat(1020)}"`, `no JSON in "${"c d ".repeat(1021)}"`]);
  });

  it("keeps what tells errors apart", () => {
    assert.notEqual(normalizeMessage("cannot read", "api"), normalizeMessage("cannot write", "api"));
    assert.equal(normalizeMessage("can't go on, and won't", "api"), "can't go on, and won't");
    assert.equal(
      normalizeMessage("Cannot read properties of undefined (reading 'rows')", "internal"),
      "Cannot read properties of undefined (reading 'rows')",
    );
  });

  it("is short, and made in linear time", () => {
    const startedMs = performance.now();
    for (const piece of ["a", "1", "a1", "'", '"x', "a@", "a.", "/a", "::", "http://", "-", "0x", "é", "\n "]) {
      assert.ok(normalizeMessage(piece.repeat(100_000), "api").length <= 200);
    }
    assert.ok(performance.now() - startedMs < 1000);
  });
});

describe("a fingerprint", () => {
  it("is 16 hexadecimal digits, the same each time, and another for another error", () => {
    const one = fingerprintOf("TypeError", "x", ["f a.js"]);
    assert.match(one, /^[0-9a-f]{16}$/);
    assert.equal(one, fingerprintOf("TypeError", "x", ["f a.js"]));
    const all = new Set<string>();
    for (let index = 0; index < 20_000; index++) all.add(fingerprintOf("Error", `m${index}`, ["f a.js"]));
    assert.equal(all.size, 20_000);
    assert.notEqual(one, fingerprintOf("TypeError", "x", ["g a.js"]));
    assert.notEqual(one, fingerprintOf("RangeError", "x", ["f a.js"]));
  });
});
