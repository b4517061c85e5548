import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeError } from "../../src/errors/index.ts";

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("the description of what was thrown", () => {
  it("has the class, message, stack and category of an error", () => {
    const described = describeError(thrownBy(() => (undefined as unknown as { a: string }).a));
    assert.equal(described.type, "TypeError");
    assert.match(described.message, /Cannot read properties/);
    assert.match(described.stack ?? "", /describe\.test\.ts/);
    assert.equal(described.category, "internal");
  });

  it("names a subclass that forgot to set its name", () => {
    class QuotaError extends Error {}
    assert.equal(describeError(new QuotaError("no")).type, "QuotaError");
  });

  it("reads the shape of an SDK's error", () => {
    const error = Object.assign(new Error("400 too long"), {
      status: 400,
      code: "context_length_exceeded",
      type: "invalid_request_error",
    });
    assert.equal(describeError(error).category, "context_length");
    const nested = Object.assign(new Error("429"), { status: 429, error: { error: { type: "rate_limit_error" } } });
    assert.equal(describeError(nested).category, "rate_limit");
    const aws = Object.assign(new Error("no"), { $metadata: { httpStatusCode: 403 } });
    assert.equal(describeError(aws).category, "auth");
  });

  it("looks into the cause where the outer error says little", () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    assert.equal(describeError(new TypeError("fetch failed", { cause: refused })).category, "network");
    const slow = Object.assign(new Error("no headers"), { code: "UND_ERR_HEADERS_TIMEOUT" });
    assert.equal(describeError(new TypeError("fetch failed", { cause: slow })).category, "timeout");
    const circular = new Error("outer") as Error & { cause: unknown };
    circular.cause = circular;
    assert.equal(describeError(circular).category, "unknown");
  });

  it("looks into the first of several errors", async () => {
    const limit = Object.assign(new Error("slow down"), { status: 429 });
    const thrown: unknown = await Promise.any([Promise.reject(limit)]).catch((error: unknown) => error);
    assert.deepEqual([describeError(thrown).type, describeError(thrown).category], ["AggregateError", "rate_limit"]);
  });

  it("works for everything that is not an error", () => {
    const cases: readonly (readonly [unknown, string, string])[] = [
      ["rate limit hit", "string", "rate limit hit"],
      [undefined, "undefined", "undefined"],
      [null, "null", "null"],
      [42, "number", "42"],
      [7n, "bigint", "7"],
      [Symbol("s"), "symbol", "Symbol(s)"],
      [{ message: "plain" }, "Object", "plain"],
      [{ a: 1, b: 2 }, "Object", "a thrown Object with a, b"],
      [Object.create(null), "object", "a thrown object"],
    ];
    for (const [thrown, type, message] of cases) {
      const described = describeError(thrown);
      assert.deepEqual([described.type, described.message], [type, message]);
    }
    assert.equal(describeError("rate limit hit").category, "rate_limit");
    assert.equal(describeError({ status: 401 }).category, "auth");
  });

  it("survives getters and proxies that throw", () => {
    const getter = Object.defineProperties(new Error("x"), {
      message: {
        get: () => {
          throw new Error("no message for you");
        },
      },
      stack: {
        get: () => {
          throw new Error("nor a stack");
        },
      },
      code: {
        get: () => {
          throw new Error("nor a code");
        },
      },
    });
    assert.deepEqual(describeError(getter), { type: "Error", message: "", category: "unknown" });
    const refuse = (): never => {
      throw new Error("trap");
    };
    const proxy = new Proxy({}, { get: refuse, ownKeys: refuse, getPrototypeOf: refuse, has: refuse });
    assert.equal(describeError(proxy).category, "unknown");
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    assert.equal(describeError(revoked).category, "unknown");
  });

  it("bounds a huge message and stack without cutting a character in half", () => {
    const error = new Error("😀".repeat(1_000_000));
    const described = describeError(error);
    assert.ok(described.message.length <= 4096);
    assert.ok((described.stack ?? "").length <= 16_384);
    assert.ok(described.message.isWellFormed());
  });

  it("does not say the values of a thrown object", () => {
    assert.ok(!describeError({ password: "hunter2" }).message.includes("hunter2"));
  });
});
