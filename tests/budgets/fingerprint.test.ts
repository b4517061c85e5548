import assert from "node:assert/strict";
import { test } from "node:test";
import { argumentsFingerprint } from "../../src/budgets/index.ts";

test("arguments are the same whatever the order of their members, and nothing of them is kept", () => {
  const one = argumentsFingerprint("search", { query: "secret", filter: { from: 1, to: 2 } });
  assert.equal(one, argumentsFingerprint("search", { filter: { to: 2, from: 1 }, query: "secret" }));
  assert.ok(!one?.includes("secret"));
  for (const [name, args] of [
    ["find", { query: "secret", filter: { from: 1, to: 2 } }],
    ["search", { query: "secret", filter: { from: 1, to: 3 } }],
    ["search", ["secret", 1, 2]],
    ["search", [1, 2, "secret"]],
    ["search", undefined],
  ] as const) {
    assert.notEqual(argumentsFingerprint(name, args), one);
  }
});

test("arguments that cannot be written down have no fingerprint", () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  assert.equal(argumentsFingerprint("search", circular), undefined);
  assert.equal(argumentsFingerprint("search", 10n), undefined);
});

test("huge arguments cost no more than their beginning, and are told apart by their length", () => {
  const long = "x".repeat(5_000_000);
  assert.notEqual(argumentsFingerprint("search", long), argumentsFingerprint("search", `${long}y`));
});
