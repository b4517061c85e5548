import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isWorthRetrying, retryAfterMs } from "../../src/errors/index.ts";

const failure = (members: object, message = "failed"): Error => Object.assign(new Error(message), members);
const NOW_MS = Date.parse("2026-11-21T10:00:00Z");

describe("whether another try is worth it", () => {
  it("is said by the status of an SDK's error", () => {
    for (const status of [408, 409, 425, 429, 500, 502, 503, 504, 529]) {
      assert.equal(isWorthRetrying(failure({ status })), true, String(status));
    }
    for (const status of [400, 401, 403, 404, 410, 413, 422, 501, 505]) {
      assert.equal(isWorthRetrying(failure({ status })), false, String(status));
    }
    assert.equal(isWorthRetrying(failure({ $metadata: { httpStatusCode: 503 } })), true);
    assert.equal(isWorthRetrying(failure({ name: "ThrottlingException" })), true);
  });

  it("is no for a quota that is used up, though the status is that of a limit", () => {
    assert.equal(isWorthRetrying(failure({ status: 429, code: "insufficient_quota" })), false);
    assert.equal(isWorthRetrying(failure({ status: 429, error: { type: "insufficient_quota" } })), false);
  });

  it("is said by the cause, where the error only wraps it", () => {
    const reset = failure({ code: "ECONNRESET" }, "read ECONNRESET");
    assert.equal(isWorthRetrying(new TypeError("fetch failed", { cause: reset })), true);
    const expired = failure({ code: "CERT_HAS_EXPIRED" }, "certificate has expired");
    assert.equal(isWorthRetrying(new TypeError("fetch failed", { cause: expired })), false);
  });

  it("is no for mistakes of the program, bad arguments and what was called off", () => {
    assert.equal(isWorthRetrying(new TypeError("x is not a function")), false);
    assert.equal(isWorthRetrying(new DOMException("This operation was aborted", "AbortError")), false);
    assert.equal(isWorthRetrying(failure({ name: "ZodError" })), false);
    assert.equal(isWorthRetrying(undefined), false);
    assert.equal(isWorthRetrying("boom"), false);
  });

  it("is the server's to say", () => {
    const headers = new Headers({ "x-should-retry": "false" });
    assert.equal(isWorthRetrying(failure({ status: 503, headers })), false);
    assert.equal(isWorthRetrying(failure({ status: 400, headers: { "X-Should-Retry": "true" } })), true);
  });

  it("can be said for other categories", () => {
    assert.equal(isWorthRetrying(new TypeError("x is not a function"), ["internal"]), true);
    assert.equal(isWorthRetrying(failure({ status: 429 }), ["timeout"]), false);
  });

  it("does not fail with hostile values", () => {
    const hostile = new Proxy({}, { get: () => assert.fail("read"), ownKeys: () => assert.fail("listed") });
    for (const thrown of [hostile, { headers: hostile }, { headers: { get: () => hostile } }, null, Symbol("x")]) {
      assert.equal(isWorthRetrying(thrown), false);
      assert.equal(retryAfterMs(thrown, NOW_MS), undefined);
    }
    const circle: { cause?: unknown } = {};
    circle.cause = circle;
    assert.equal(isWorthRetrying(circle), false);
  });
});

describe("how long the other side asks to wait", () => {
  it("is read from the headers that SDKs keep, wherever they do", () => {
    const headers = { "Retry-After": "3" };
    for (const members of [
      { headers: new Headers(headers) },
      { headers },
      { responseHeaders: headers },
      { response: { headers: new Headers(headers) } },
      { response: { headers } },
      { rawResponse: { headers: new Headers(headers) } },
      { cause: { headers } },
      { lastError: { responseHeaders: headers } },
    ]) {
      assert.equal(retryAfterMs(failure(members), NOW_MS), 3000, JSON.stringify(members));
    }
  });

  it("comes in milliseconds, seconds, as a date, and in Google's words", () => {
    assert.equal(retryAfterMs(failure({ headers: { "retry-after-ms": "120", "retry-after": "9" } }), NOW_MS), 120);
    assert.equal(retryAfterMs(failure({ headers: { "retry-after": "Sat, 21 Nov 2026 10:00:07 GMT" } }), NOW_MS), 7000);
    assert.equal(retryAfterMs(failure({ headers: { "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT" } }), NOW_MS), 0);
    const google = '{"error":{"code":429,"details":[{"@type":"RetryInfo","retryDelay": "34.5s"}]}}';
    assert.equal(retryAfterMs(failure({ status: 429 }, google), NOW_MS), 34_500);
  });

  it("is not known where nothing is said, or nonsense", () => {
    for (const after of ["", "soon", "-5", "NaN"]) {
      assert.equal(retryAfterMs(failure({ headers: { "retry-after": after } }), NOW_MS), undefined, after);
    }
    assert.equal(retryAfterMs(failure({}), NOW_MS), undefined);
  });
});
