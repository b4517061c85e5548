import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { basicCredentials } from "../../src/base/index.ts";

const pairIn = (url: string): string | undefined => {
  const header = basicCredentials(new URL(url));
  return header && Buffer.from(header.replace(/^Basic /, ""), "base64").toString();
};

describe("the credentials in a URL", () => {
  it("are decoded, and none where there are none", () => {
    assert.equal(pairIn("http://127.0.0.1/"), undefined);
    assert.equal(pairIn("http://joe:a%20b%3A@127.0.0.1/"), "joe:a b:");
    assert.equal(pairIn("http://:only@127.0.0.1/"), ":only");
    assert.equal(pairIn("http://joe@127.0.0.1/"), "joe:");
  });

  it("may hold a % that encodes nothing", () => {
    assert.equal(pairIn("http://joe:100%@127.0.0.1/"), "joe:100%");
  });
});
