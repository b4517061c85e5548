import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { authorizationOf } from "../../src/observatory/socket-token.ts";
import { protocolsOf, tokenIn } from "../../ui/src/app/token-text.ts";

describe("the page's token", () => {
  it("is read from the fragment of an address, and nothing else is", () => {
    assert.equal(tokenIn("#token=abc"), "abc");
    assert.equal(tokenIn("#token=a%2Bb%20c"), "a+b c");
    for (const other of ["", "#", "#token=", "#main", "#x&token=abc", "#token=%E0%A4%A"])
      assert.equal(tokenIn(other), undefined);
  });

  it("comes to a WebSocket as the name of a protocol, whatever is in it", () => {
    for (const token of ["abc", "a+b/c==", "töken ✓ 🙂", "~".repeat(300)]) {
      const offered = protocolsOf(token);
      for (const name of offered) assert.match(name, /^[A-Za-z0-9._-]+$/);
      const headers = { "sec-websocket-protocol": offered.join(", ") };
      assert.equal(authorizationOf({ headers } as never), `Bearer ${token}`);
    }
    assert.equal(authorizationOf({ headers: {} } as never), undefined);
    const both = { authorization: "Bearer x", "sec-websocket-protocol": protocolsOf("y").join() };
    assert.equal(authorizationOf({ headers: both } as never), "Bearer x");
  });
});
