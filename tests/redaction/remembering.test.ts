import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRedactor, rememberTexts } from "../../src/redaction/index.ts";

const redactor = createRedactor();

/** Members whose names, values or neighbours tell what they are, and such that are nothing. */
const MEMBERS: readonly Record<string, unknown>[] = [
  { status: "shipped", latency: 12, order: 4711, note: "write to ann@example.com", "ann@example.com": 1 },
  { dob: "1980-02-03", phone: "030 1234567", passport: "C01X00T47", taxId: "12345 678 90", account_number: 12345678 },
  { dob: "unknown", phone: "", passport: null, latitude: 52.5208, national_id: 5 },
  { apiKey: "hunter2", password: { old: "a", new: "b" }, max_tokens: 5, token_type: "bearer" },
  {
    phone: ["5551234567"],
    phoneNumbers: [1, "5551234567"],
    mobile: 5551234567n,
    latest: ["5551234567"],
    api_key_2: "x",
  },
  { password: "hunter2", amount: { toJSON: () => "12.34" } },
  { key: "api_key", value: "abc" },
  { token: "Hello", logprob: -0.1 },
  { card: 4111111111111111, bytes: 123456789, small: -9999999, ratio: 0.1234567890123, big: 12n },
  { nested: { dob: "1980-02-03", list: [{ token: "x" }] }, when: new Date(0), nothing: undefined, fn: () => 1 },
  { error: new TypeError("no joe@example.com", { cause: new Error("password=hunter2hunter2") }) },
  { [`long ${"x".repeat(200)}`]: `${"y".repeat(200)} joe@example.com` },
  JSON.parse('{"__proto__": {"admin": true}, "constructor": "x"}'),
];

describe("redaction with a memory", () => {
  it("says of an object's members what it says of the object, in whatever order they come", () => {
    const { members } = rememberTexts(redactor, 100);
    for (const given of [...MEMBERS, ...MEMBERS.toReversed()]) {
      assert.deepEqual(members(given), redactor.value(given));
      for (const name of Object.keys(given)) {
        const one = { [name]: given[name] };
        assert.deepEqual(members(one), redactor.value(one), name);
        assert.deepEqual(members({ [name]: "x", ...one }), redactor.value(one), name);
      }
    }
  });

  it("lets no member speak for the others", () => {
    const { members } = rememberTexts(redactor, 100);
    const given = { order: 1, toJSON: () => "nothing" };
    assert.deepEqual(members(given), { order: 1 });
    assert.deepEqual(members({ ...given, dob: "1980-02-03" }), { order: 1, dob: "[REDACTED:date_of_birth]" });
  });

  it("finds the same with a memory that is too small", () => {
    const { members, text, value } = rememberTexts(redactor, 2);
    for (let round = 0; round < 3; round++) {
      for (const given of MEMBERS)
        assert.deepEqual([members(given), value(given)], [redactor.value(given), redactor.value(given)]);
      assert.equal(text("joe@example.com"), "[REDACTED:email]");
    }
  });

  it("leaves members out", () => {
    const { members } = rememberTexts(redactor, 100);
    assert.deepEqual(members({ level: "info", password: "hunter2", order: 1 }, new Set(["level", "password"])), {
      order: 1,
    });
    assert.deepEqual(members({ level: "info", name: "dob", value: "x" }, new Set(["level"])), {
      name: "dob",
      value: "x",
    });
  });

  it("shows an error with its causes and those it stands for", () => {
    const cause = new Error("lost", { cause: "joe@example.com" });
    const error = new AggregateError([new Error("one"), cause], "both");
    const [{ error: shown }] = [rememberTexts(redactor, 100).members({ error })] as [
      { error: Record<string, unknown> },
    ];
    assert.deepEqual(Object.keys(shown), ["name", "message", "stack", "errors"]);
    const [one, two] = shown["errors"] as Record<string, unknown>[];
    assert.deepEqual([one?.["message"], two?.["message"], two?.["cause"]], ["one", "lost", "[REDACTED:email]"]);
  });
});
