import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTrueCases } from "../../benchmarks/redaction/true-cases.ts";
import { createRedactor } from "../../src/redaction/index.ts";

const redactor = createRedactor();

/** A small generator with a seed, so that a failure can be repeated (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const PIECES = [
  "joe@example.com",
  "sk-aB3dE5gH7jK9mN1pQ2sT4vW6",
  "4111 1111 1111 1111",
  "+14155552671",
  "password",
  "token",
  "=",
  ":",
  "://",
  '"',
  "'",
  "\\",
  "\n",
  " ",
  "hunter2",
  "[REDACTED:",
  "]",
  "[REDACTED:x]",
  "Bearer ",
  "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.",
  "DE89370400440532013000",
  "123-45-6789",
  "84.12.33.9",
  "a",
  "1",
  "-",
  ".",
  "@",
  "&",
  "?",
  "key",
  "é",
  "😀",
  "<",
  ">",
  "{",
  "}",
  ",",
  "cookie: ",
  "api_key",
  "%40",
  "u0022",
] as const;

describe("redaction of hostile text", () => {
  it("changes nothing the second time, whatever the text", () => {
    const random = createRandom(1);
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from({ length: 1 + random(14) }, () => PIECES[random(PIECES.length)]).join("");
      const once = redactor.text(text);
      assert.equal(redactor.text(once), once, JSON.stringify(text));
    }
  });

  it("keeps JSON JSON, however deep it is escaped", () => {
    const random = createRandom(2);
    const piece = (): string => Array.from({ length: 1 + random(8) }, () => PIECES[random(PIECES.length)]).join("");
    const keys = ["password", "token", "content", "apiKey", "authorization", "cookie", "card", "phone", "lat"];
    for (let round = 0; round < 10_000; round++) {
      let value: unknown = {
        [keys[random(keys.length)] as string]: piece(),
        [keys[random(keys.length)] as string]: [
          4111111111111111,
          12345678,
          1.5,
          null,
          true,
          [5551234567],
          { a: [52.52081, "x"] },
        ][random(7)],
        nested: [piece(), { [keys[random(keys.length)] as string]: piece() }],
      };
      for (let depth = random(3); depth > 0; depth--) value = { arguments: JSON.stringify(value) };
      const text = JSON.stringify(value);
      const redacted = redactor.text(text);
      let inner: unknown;
      assert.doesNotThrow(() => {
        inner = JSON.parse(redacted);
        while (typeof (inner as { arguments?: unknown }).arguments === "string") {
          inner = JSON.parse((inner as { arguments: string }).arguments);
        }
      }, `${text}\n${redacted}`);
    }
  });

  it("takes time that grows with the length and not with its square", { timeout: 120_000 }, () => {
    const units = [
      "a",
      "-",
      "1 ",
      "1",
      "a@",
      "a@a.",
      "@",
      "eyJ",
      "-eyJ-",
      "eyJaaaaaaaaaa.",
      "sk-",
      "sk-ant-",
      "password=",
      'password="',
      'password=\\"',
      '"password":\\"',
      "password:a,",
      "token:(",
      "token: a.b",
      "cookie:",
      "cookie:a=",
      "authorization: (",
      "authorization:Bearer ",
      "\\",
      '\\"',
      "://",
      "://a:",
      "+1",
      "+1 ",
      "1.",
      "1-",
      "(2",
      "AKIA",
      "Bearer ",
      "Basic ",
      "<a>",
      "PRIVATE KEY",
      "-----BEGIN PRIVATE KEY-----",
      "hooks.slack.com/services/",
      "phone ",
      "phone: 1",
      "ssn ",
      "DE89",
      "2001:",
      "key is ",
      "--token ",
      "[REDACTED:",
      "[REDACTED:a]",
      "%40",
      " ",
      "\n",
    ];
    const elapsed = (unit: string, length: number): number => {
      const text = unit.repeat(Math.ceil(length / unit.length));
      const start = performance.now();
      redactor.text(text);
      return performance.now() - start;
    };
    for (const unit of units) {
      elapsed(unit, 4096);
      const small = Math.min(elapsed(unit, 1 << 16), elapsed(unit, 1 << 16));
      // Sixteen times the text: linear is 16, quadratic 256. The floor takes out what is too fast to measure, and a busy machine gets
      // more than one attempt.
      const limit = Math.max(small, 5) * 80;
      let large = elapsed(unit, 1 << 20);
      for (let attempt = 0; attempt < 2 && large >= limit; attempt++) large = Math.min(large, elapsed(unit, 1 << 20));
      assert.ok(large < limit, `${JSON.stringify(unit)}: ${small.toFixed(1)} ms, then ${large.toFixed(1)} ms`);
    }
  });

  it("takes linear time for each kind's own cases, whole, cut off and pumped", { timeout: 300_000 }, () => {
    const random = createRandom(3);
    const plain = createTrueCases(1, 5).filter(
      ({ form }) => form === "plain" || form === "url" || form === "json_unicode",
    );
    const elapsed = (unit: string, length: number): number => {
      const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
      const start = process.cpuUsage();
      redactor.text(text);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    };
    for (const { kind, before, secret, after } of plain) {
      const whole = before + secret + after;
      const from = random(secret.length);
      const to = from + 1 + random(6);
      const pumped = before + secret.slice(0, from) + secret.slice(from, to).repeat(30) + secret.slice(to);
      // Without what completes it, a pattern reads on and must give up.
      for (const unit of [
        whole,
        before + secret.slice(0, Math.ceil(secret.length * 0.7)),
        secret.slice(from, to),
        pumped,
      ]) {
        const small = elapsed(unit, 1 << 13);
        let large = elapsed(unit, 1 << 17);
        // Sixteen times the text: linear is 16, quadratic 256.
        for (let attempt = 0; attempt < 3 && large > Math.max(small, 2) * 80; attempt++) large = elapsed(unit, 1 << 17);
        assert.ok(
          large <= Math.max(small, 2) * 80,
          `${kind} ${JSON.stringify(unit.slice(0, 80))}: ${small} ms, then ${large} ms`,
        );
      }
    }
  });

  it("does not change a text that it finds nothing in, not even its lone surrogates", () => {
    const text = "a \ud800 b \u0000 c";
    assert.equal(redactor.text(text), text);
    assert.equal(redactor.text(""), "");
  });
});
