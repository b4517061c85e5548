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

test("long texts and lists are told apart wherever they differ", () => {
  const long = "x".repeat(5_000_000);
  const fingerprint = argumentsFingerprint("write", { text: `${long}1` });
  assert.equal(argumentsFingerprint("write", { text: `${long}1` }), fingerprint);
  assert.notEqual(argumentsFingerprint("write", { text: `${long}2` }), fingerprint);
  const list = Array.from({ length: 50_000 }, (_, at) => at);
  assert.notEqual(argumentsFingerprint("sum", list), argumentsFingerprint("sum", list.with(49_999, 49_998)));
});

test("what JSON does not show is told apart as well", () => {
  class Question {
    readonly #text: string;
    constructor(text: string) {
      this.#text = text;
    }
    get text(): string {
      return this.#text;
    }
  }
  const kinds: readonly ((text: string) => unknown)[] = [
    (text) => new Map([["q", text]]),
    (text) => new Set([text]),
    (text) => new URLSearchParams({ text }),
    (text) => new RegExp(text),
    (text) => Buffer.from(text),
    (text) => new TextEncoder().encode(text),
    (text) => [{ text }, new AbortController().signal],
  ];
  for (const [at, kind] of kinds.entries()) {
    const [one, other] = [argumentsFingerprint("ask", kind("one")), argumentsFingerprint("ask", kind("two"))];
    assert.notEqual(one, other, `kind ${at}`);
    assert.equal(argumentsFingerprint("ask", kind("one")), one, `kind ${at}`);
  }
  const question = new Question("one");
  assert.equal(argumentsFingerprint("ask", question), argumentsFingerprint("ask", question));
  assert.notEqual(argumentsFingerprint("ask", question), argumentsFingerprint("ask", new Question("two")));
});

test("what is too much to be compared is not, and binary data is compared at once", () => {
  const store = Array.from({ length: 200_000 }, (_, at) => ({ at }));
  assert.equal(argumentsFingerprint("search", [store, "q"]), undefined);
  const startedMs = performance.now();
  assert.notEqual(argumentsFingerprint("hash", new Uint8Array(3_000_000)), undefined);
  // As members of an object it would be two seconds.
  assert.ok(performance.now() - startedMs < 1000);
});
