import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { type FailedAttempt, type RetryOptions, retry } from "../../src/retry/index.ts";

const failure = (members: object = {}): Error => Object.assign(new Error("overloaded"), { status: 503 }, members);
const FAST = { name: "call", minDelayMs: 1, maxDelayMs: 2 };

/** Fails as often as there are errors, then returns the number of the attempt. */
function failing(errors: readonly unknown[]): (given: { readonly attempt: number }) => number {
  return ({ attempt }) => {
    if (attempt <= errors.length) throw errors[attempt - 1];
    return attempt;
  };
}

describe("retry", () => {
  it("returns what the function returns, at once where it does not fail", async () => {
    assert.equal(await retry("call", () => 5), 5);
    assert.equal(await retry("call", async () => "later"), "later");
    assert.equal(await retry("call", () => undefined), undefined);
  });

  it("tries again what passes", async () => {
    assert.equal(await retry(FAST, failing([failure(), failure()])), 3);
  });

  it("throws the very value of the last attempt, whatever it is", async () => {
    const last = failure();
    for (const thrown of [last, "a text", undefined, null, { status: 503 }, new TypeError("terminated")]) {
      const errors = [failure(), failure(), failure(), thrown];
      const caught = await retry(FAST, failing(errors)).then(
        () => assert.fail("did not throw"),
        (error: unknown) => error,
      );
      assert.equal(caught, thrown);
    }
    assert.equal("thrown" in last, false);
  });

  it("does not try again what another try cannot help with", async () => {
    for (const thrown of [
      new TypeError("x is not a function"),
      failure({ status: 400 }),
      failure({ status: 429, code: "insufficient_quota" }),
      "a text",
    ]) {
      let calls = 0;
      const caught = await retry(FAST, () => {
        calls += 1;
        throw thrown;
      }).catch((error: unknown) => error);
      assert.deepEqual([caught, calls], [thrown, 1]);
    }
  });

  it("makes as many attempts as it is told to", async () => {
    for (const attempts of [1, 2, 5]) {
      let calls = 0;
      await assert.rejects(
        retry({ ...FAST, attempts }, () => {
          calls += 1;
          throw failure();
        }),
      );
      assert.equal(calls, attempts);
    }
  });

  it("waits longer each time, at random, and tells before it does", async () => {
    const delays: number[] = [];
    const onRetry = (_error: unknown, { delayMs }: FailedAttempt): void => void delays.push(delayMs);
    const options = { name: "call", attempts: 4, minDelayMs: 10, maxDelayMs: 45, onRetry };
    await assert.rejects(retry(options, failing(Array.from({ length: 9 }, () => failure()))));
    const [first = 0, second = 0, third = 0] = delays;
    assert.equal(delays.length, 3);
    assert.ok(first >= 10 && first <= 20 && second >= 20 && second <= 40 && third >= 40 && third <= 45, String(delays));
  });

  it("waits as long as the other side asks", async () => {
    const startedMs = performance.now();
    const error = failure({ status: 429, headers: new Headers({ "retry-after-ms": "120" }) });
    assert.equal(await retry(FAST, failing([error])), 2);
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs >= 119, String(tookMs));
  });

  it("gives up at once where the other side asks for more time than there is", async () => {
    const error = failure({ status: 429, headers: { "retry-after": "3600" } });
    const startedMs = performance.now();
    await assert.rejects(retry({ ...FAST, maxElapsedMs: 1000 }, failing([error])), (thrown) => thrown === error);
    assert.ok(performance.now() - startedMs < 500);
  });

  it("begins no attempt after its time", async () => {
    let calls = 0;
    const options = { name: "call", attempts: 100, minDelayMs: 30, factor: 1, maxElapsedMs: 150 };
    await assert.rejects(
      retry(options, () => {
        calls += 1;
        throw failure();
      }),
    );
    // With jitter nobody knows how many fit; without the limit it would be all.
    assert.ok(calls >= 2 && calls < 50, String(calls));
  });

  it("does not wait for what was called off before the wait began", async () => {
    const controller = new AbortController();
    const error = failure({ status: 429, headers: { "retry-after": "30" } });
    const startedMs = performance.now();
    const onRetry = (): void => controller.abort(new Error("enough"));
    await assert.rejects(retry({ ...FAST, signal: controller.signal, onRetry }, failing([error])), /enough/);
    assert.ok(performance.now() - startedMs < 5000);
  });

  it("ends its waiting with the signal, by the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const startedMs = performance.now();
    const onRetry = (): void => void setImmediate(() => controller.abort(reason));
    const options = { name: "call", minDelayMs: 60_000, signal: controller.signal, onRetry };
    await assert.rejects(retry(options, failing([failure()])), (thrown) => thrown === reason);
    assert.ok(performance.now() - startedMs < 5000);

    const asked = { ...options, minDelayMs: 1, signal: AbortSignal.timeout(30), onRetry: () => {} };
    const slow = failure({ headers: { "retry-after": "60" } });
    await assert.rejects(retry(asked, failing([slow])), { name: "TimeoutError" });
    await assert.rejects(
      retry({ ...FAST, signal: AbortSignal.abort(reason) }, () => assert.fail("was called")),
      (thrown) => thrown === reason,
    );
  });

  it("keeps what succeeded, though the signal has fired meanwhile", async () => {
    const controller = new AbortController();
    const value = await retry({ ...FAST, signal: controller.signal }, ({ signal }) => {
      controller.abort();
      return signal.aborted;
    });
    assert.equal(value, true);
  });

  it("asks the program where it wants to decide", async () => {
    const asked: unknown[] = [];
    const shouldRetry: RetryOptions["shouldRetry"] = (error, { attempt, category }) => {
      asked.push([error, attempt, category]);
      return attempt < 2;
    };
    const errors = ["a", "b", "c"];
    await assert.rejects(retry({ ...FAST, shouldRetry }, failing(errors)), (thrown) => thrown === "b");
    assert.deepEqual(asked, [
      ["a", 1, "unknown"],
      ["b", 2, "unknown"],
    ]);
    const broken = (): never => {
      throw new Error("mine");
    };
    await assert.rejects(retry({ ...FAST, shouldRetry: broken }, failing([failure()])), { message: "overloaded" });
    assert.equal(await retry({ ...FAST, onRetry: broken }, failing([failure()])), 2);
  });

  it("tries again other categories where it is told to", async () => {
    const error = new TypeError("x is not a function");
    assert.equal(await retry({ ...FAST, categories: ["internal"] }, failing([error])), 2);
    await assert.rejects(retry({ ...FAST, categories: ["timeout"] }, failing([failure()])));
  });

  it("works with options that make no sense", async () => {
    const odd = { name: 7, attempts: -3, minDelayMs: Number.NaN, factor: 0, maxElapsedMs: "x", categories: 5 };
    assert.equal(await retry(odd as never, () => 1), 1);
    assert.equal(await retry(undefined as never, () => 1), 1);
  });

  it("leaves nothing at the signal, and runs many at a time", async () => {
    const { signal } = new AbortController();
    const options = { ...FAST, signal };
    const values = await Promise.all(Array.from({ length: 500 }, () => retry(options, failing([failure()]))));
    assert.ok(values.every((value) => value === 2));
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });
});
