import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyOf, keyOfAddress } from "../../src/web/client-key.ts";

describe("the key of a client", () => {
  it("is its IPv4 address, however it is written, or its IPv6 network", () => {
    const keys: Readonly<Record<string, string>> = {
      "192.0.2.1": "192.0.2.1",
      "::ffff:192.0.2.1": "192.0.2.1",
      "::FFFF:192.0.2.1": "192.0.2.1",
      "::1": "0:0:0:0::/64",
      "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
      "2001:db8:1:2::6": "2001:db8:1:2::/64",
      "2001:0db8:0001:0002::": "2001:db8:1:2::/64",
      "2001:db8::7": "2001:db8:0:0::/64",
      "fe80::1%eth0": "fe80:0:0:0::/64",
      // As some proxies forward them.
      "192.0.2.1:53122": "192.0.2.1",
      "[2001:db8:1:2::6]:53122": "2001:db8:1:2::/64",
      "[2001:db8:1:2::6]": "2001:db8:1:2::/64",
      "[::ffff:192.0.2.1]:53122": "192.0.2.1",
    };
    for (const [address, key] of Object.entries(keys)) assert.equal(keyOfAddress(address), key, address);
  });

  it("is of a bounded length, whatever a program takes for one", () => {
    assert.equal(keyOf("me"), "me");
    assert.equal(keyOf(7), "7");
    assert.equal(keyOf(7n), "7");
    const [one, two] = ["x".repeat(1_000_000), `${"x".repeat(999_999)}y`].map(keyOf);
    assert.equal(one?.length, 44);
    assert.notEqual(one, two);
    for (const none of [undefined, null, "", {}, [], true, Symbol("s"), Promise.resolve("later")]) {
      assert.equal(keyOf(none), undefined);
    }
  });
});
