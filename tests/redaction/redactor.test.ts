import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRedactor } from "../../src/redaction/index.ts";

const redactor = createRedactor();

describe("redaction of a value", () => {
  it("replaces the whole value under a sensitive key, however the key is spelled", () => {
    const keys = [
      "password",
      "apiKey",
      "API_KEY",
      "x-api-key",
      "Authorization",
      "token",
      "accessToken",
      "client_secret",
      "Set-Cookie",
      "db_pass",
    ];
    for (const key of keys) {
      const copy = redactor.value({ [key]: { any: ["thing", 1] }, keep: 1 }) as Record<string, unknown>;
      assert.match(String(copy[key]), /^\[REDACTED:[a-z_]+\]$/, key);
      assert.equal(copy.keep, 1);
    }
    assert.deepEqual(redactor.value({ password: "hunter2", pin: 4 }), { password: "[REDACTED:password]", pin: 4 });
  });

  it("keeps counts, schemas and what is empty", () => {
    const value = {
      max_tokens: 5,
      token_type: "bearer",
      next_token: "x",
      primary_key: 1,
      password: null,
      secret: "",
      hasToken: false,
      parameters: { type: "object", properties: { password: { type: "string", description: "of the user" } } },
      logprobs: [{ token: "Hello", logprob: -0.1 }],
    };
    assert.deepEqual(redactor.value(value), value);
  });

  it("replaces what stands inside of texts, keys and numbers", () => {
    assert.deepEqual(
      redactor.value({ to: ["joe@example.com"], "ann@example.com": 1, "bob@example.com": 2, card: 4111111111111111 }),
      {
        to: ["[REDACTED:email]"],
        "[REDACTED:email]": 1,
        "[REDACTED:email]#2": 2,
        card: "[REDACTED:card_number]",
      },
    );
  });

  it("knows lists of headers and attributes", () => {
    assert.deepEqual(
      redactor.value([{ key: "api_key", value: "abc" }, { name: "host", value: "x" }, ["Authorization", "Basic x"]]),
      [
        { key: "api_key", value: "[REDACTED:api_key]" },
        { name: "host", value: "x" },
        ["Authorization", "[REDACTED:authorization]"],
      ],
    );
  });

  it("knows personal data in lists, and keys of which there are several", () => {
    const phones = { phone: ["5551234567", "5559876543"], phoneNumbers: ["5551234567"], mobile: 5551234567n };
    for (const [name, value] of Object.entries(redactor.value(phones) as object))
      assert.equal(value, "[REDACTED:phone]", name);
    const several = { MISTRAL_API_KEY_2: "a", password_1: "b", github_token_2: "c" };
    for (const [name, value] of Object.entries(redactor.value(several) as object))
      assert.match(value, /REDACTED/, name);
    const others = { token_1: "Hello", phones: 3, phone: ["none"], latest: ["12.3456"], numbers: ["5551234567"] };
    assert.deepEqual(redactor.value(others), others);
  });

  it("takes what ids, amounts and documents of libraries say of themselves", () => {
    class Id {
      readonly inner = new Uint8Array(12);
      toJSON(): string {
        return "507f1f77bcf86cd799439011";
      }
    }
    const document = { $state: {}, toJSON: () => ({ to: "joe@example.com", password: "hunter2", id: new Id() }) };
    const endless = { toJSON: (): object => ({ ...endless }) };
    const failing = {
      toJSON() {
        throw new Error("no");
      },
    };
    assert.deepEqual(redactor.value({ id: new Id(), document, failing, notAFunction: { toJSON: 1 } }), {
      id: "507f1f77bcf86cd799439011",
      document: { to: "[REDACTED:email]", password: "[REDACTED:password]", id: "507f1f77bcf86cd799439011" },
      failing: "[UNREADABLE]",
      notAFunction: { toJSON: 1 },
    });
    assert.match(JSON.stringify(redactor.value(endless)), /TOO DEEP/);
  });

  it("knows the fields of a form", () => {
    const form = [
      { name: "phone", value: "5551234567" },
      { key: "date_of_birth", value: "1980-02-03" },
      { name: "latest", value: "12.3456" },
    ];
    assert.deepEqual(redactor.value(form), [
      { name: "phone", value: "[REDACTED:phone]" },
      { key: "date_of_birth", value: "[REDACTED:date_of_birth]" },
      { name: "latest", value: "12.3456" },
    ]);
  });

  it("copies deeply and leaves the original alone", () => {
    const original = Object.freeze({ list: Object.freeze([Object.freeze({ password: "hunter2" })]) });
    const copy = redactor.value(original) as { list: { password: string }[] };
    assert.notEqual(copy.list, original.list);
    assert.equal(original.list[0]?.password, "hunter2");
  });

  it("cuts cycles, depth and size", () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    assert.deepEqual(redactor.value(circular), { self: "[CIRCULAR]" });
    const shared = { a: 1 };
    assert.deepEqual(redactor.value([shared, shared]), [{ a: 1 }, { a: 1 }]);
    let deep: unknown = "password=hunter2";
    for (let i = 0; i < 10_000; i++) deep = { deep };
    assert.ok(JSON.stringify(redactor.value(deep)).length < 1000);
    const long = redactor.value(Array.from({ length: 1_000_000 }, (_, i) => i)) as unknown[];
    assert.ok(long.length <= 20_001);
    assert.equal(long.at(-1), "[TOO LARGE]");
  });

  it("turns what JSON does not have into text", () => {
    const value = {
      date: new Date(0),
      bytes: Buffer.from("secret"),
      map: new Map([["password", "hunter2"]]),
      set: new Set(["joe@example.com"]),
      big: 7n,
      run: () => 1,
      nothing: undefined,
      url: new URL("https://u:p@example.com/"),
    };
    assert.deepEqual(redactor.value(value), {
      date: "1970-01-01T00:00:00.000Z",
      bytes: "[BINARY: 6 bytes]",
      map: { password: "[REDACTED:password]" },
      set: ["[REDACTED:email]"],
      big: "7",
      url: "https://u:[REDACTED:url_password]@example.com/",
    });
    const error = redactor.value(new Error("token=abcdef")) as { message: string };
    assert.equal(error.message, "token=[REDACTED:token]");
  });

  it("takes objects without a prototype and keys that would change one", () => {
    const bare = Object.assign(Object.create(null), { password: "x", a: 1 });
    assert.deepEqual(redactor.value(bare), { password: "[REDACTED:password]", a: 1 });
    const copy = redactor.value(JSON.parse('{"__proto__":{"polluted":true}}')) as object;
    assert.equal((copy as { polluted?: boolean }).polluted, undefined);
    assert.deepEqual(Object.keys(copy), ["__proto__"]);
  });

  it("survives members that cannot be read", () => {
    const refuse = (): never => {
      throw new Error("no");
    };
    assert.deepEqual(
      redactor.value({
        get bad() {
          return refuse();
        },
        good: 1,
      }),
      { bad: "[UNREADABLE]", good: 1 },
    );
    assert.equal(redactor.value(new Proxy({}, { ownKeys: refuse })), "[UNREADABLE]");
  });

  it("changes nothing the second time", () => {
    const once = redactor.value({ password: "x", to: "joe@example.com", list: [{ token: "y" }] });
    assert.deepEqual(redactor.value(once), once);
  });
});

describe("redaction of JSON in a text", () => {
  const wrapped = (value: unknown, depth: number): string =>
    depth === 0 ? JSON.stringify(value) : JSON.stringify({ arguments: wrapped(value, depth - 1) });
  const unwrapped = (text: string, depth: number): unknown =>
    depth === 0 ? JSON.parse(text) : unwrapped((JSON.parse(text) as { arguments: string }).arguments, depth - 1);
  const SAID: readonly (readonly [given: unknown, expected: unknown])[] = [
    [
      { lat: 52.5208, longitude: -13.40951, n: 1.5 },
      { lat: "geo_location", longitude: "geo_location", n: 1.5 },
    ],
    [{ coordinates: [13.40951, -52.52081] }, { coordinates: ["geo_location", "geo_location"] }],
    [
      { cards: [4242424242424242, 5], list: ["a", 4242424242424242] },
      { cards: ["card_number", 5], list: ["a", "card_number"] },
    ],
    [[4242424242424242], ["card_number"]],
    [
      { user: { nationalId: "12345 678 90", tax_id: 123456789 } },
      { user: { nationalId: "national_id", tax_id: "national_id" } },
    ],
    [
      { phones: ["5551234567"], phone: ["none"] },
      { phones: "phone", phone: ["none"] },
    ],
    [
      { credentials: { user: "u", 'x}"y': ["p]", { a: 1 }] }, b: 1 },
      { credentials: "secret", b: 1 },
    ],
    [
      { password: ["hunter2"], cookies: { sid: "abc" }, b: 1 },
      { password: "password", cookies: "cookie", b: 1 },
    ],
    [
      { password: {}, token: [] },
      { password: {}, token: [] },
    ],
    [
      { properties: { password: { description: "of the user", type: "string" } } },
      { properties: { password: { description: "of the user", type: "string" } } },
    ],
  ];

  it("is what is said of the value, at any depth of escaping, and stays JSON", () => {
    const marked = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (_, one) =>
        typeof one === "string" && /^(?:geo_location|card_number|national_id|phone|secret|password|cookie)$/.test(one)
          ? `[REDACTED:${one}]`
          : one,
      );
    for (const [given, expected] of SAID) {
      for (const depth of [0, 1, 2, 3]) {
        const once = redactor.text(wrapped(given, depth));
        assert.deepEqual(unwrapped(once, depth), marked(expected), once);
        assert.equal(redactor.text(once), once);
      }
      assert.deepEqual(JSON.parse(redactor.text(JSON.stringify(given, null, 2))), marked(expected));
    }
  });

  it("takes the rest where a member was cut off", () => {
    assert.equal(redactor.text('{"credentials":{"user":"u","key":"hun'), '{"credentials":"[REDACTED:secret]"');
    const cut = JSON.stringify({ arguments: '{"credentials":{"user":"u","key":"hun', b: 1 });
    const { arguments: inner, b } = JSON.parse(redactor.text(cut)) as { arguments: string; b: number };
    assert.deepEqual([inner, b], ['{"credentials":"[REDACTED:secret]"', 1]);
  });
});

describe("redaction of a URL", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["https://user:pass@example.com/a?b=c", "https://[REDACTED:url_credentials]@example.com/a?b=c"],
    ["https://user@example.com/", "https://[REDACTED:url_credentials]@example.com/"],
    [
      "https://example.com/a?api_key=k&x=1&token=t#f",
      "https://example.com/a?api_key=[REDACTED:api_key]&x=1&token=[REDACTED:token]#f",
    ],
    ["https://example.com/cb#access_token=t&x=1", "https://example.com/cb#access_token=[REDACTED:token]&x=1"],
    [
      "https://example.com/?key=k&sig=s&X-Amz-Signature=z",
      "https://example.com/?key=[REDACTED:secret]&sig=[REDACTED:secret]&X-Amz-Signature=[REDACTED:secret]",
    ],
    ["https://example.com/?to=joe%40example.com", "https://example.com/?to=[REDACTED:parameter]"],
    ["/path?password=x", "/path?password=[REDACTED:password]"],
    ["https://example.com:8443/v1/chat?page=2", "https://example.com:8443/v1/chat?page=2"],
    ["not a url", "not a url"],
    ["https://example.com/?a=%E0%A4%A&token=t", "https://example.com/?a=%E0%A4%A&token=[REDACTED:token]"],
  ];
  for (const [given, expected] of cases) {
    it(`makes ${expected} of it`, () => {
      assert.equal(redactor.url(given), expected);
      assert.equal(redactor.url(expected), expected);
    });
  }
});

describe("a redactor", () => {
  it("takes patterns of the program's own", () => {
    const own = createRedactor({
      extraPatterns: [
        { kind: "employee", pattern: /E-\d{4}/ },
        { kind: "room", pattern: /(room )\d+/i },
      ],
    });
    assert.equal(
      own.text("E-1234 and E-5678 in Room 12"),
      "[REDACTED:employee] and [REDACTED:employee] in Room [REDACTED:room]",
    );
    assert.deepEqual(own.value({ a: "E-1234" }), { a: "[REDACTED:employee]" });
  });

  it("lets no pattern eat the markers or match nothing forever", () => {
    const own = createRedactor({
      extraPatterns: [
        { kind: "all_caps", pattern: /[A-Z]{4,}/ },
        { kind: "none", pattern: /q*/ },
      ],
    });
    const once = own.text("SHOUT at joe@example.com");
    assert.equal(once, "[REDACTED:all_caps] at [REDACTED:email]");
    assert.equal(own.text(once), once);
  });

  it("refuses a pattern that it cannot use, saying why", () => {
    assert.throws(() => createRedactor({ extraPatterns: [{ kind: "Not OK", pattern: /x/ }] }), {
      code: "AO_REDACTION_PATTERN",
      message: /lower-case letters.*"Not OK"/,
    });
    assert.throws(() => createRedactor({ extraPatterns: [{ kind: "ok", pattern: "x" as unknown as RegExp }] }), {
      code: "AO_REDACTION_PATTERN",
    });
  });

  it("lets the kinds pass that it is told to", () => {
    const servers = createRedactor({ except: ["ip_address"] });
    assert.equal(servers.text("84.12.33.9 joe@example.com"), "84.12.33.9 [REDACTED:email]");
  });
});
