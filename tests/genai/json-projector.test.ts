import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countOf, createJsonProjector, createJsonReader, type Template } from "../../src/genai/index.ts";

/** Projects a text that arrives in chunks of `size` bytes. */
function project(text: string, template: Template, size = text.length, maxValueBytes?: number): unknown {
  const projector = createJsonProjector(template, maxValueBytes);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += Math.max(1, size)) projector.feed(bytes.subarray(at, at + size));
  return projector.result();
}

const BODY = JSON.stringify({
  model: "gpt-4o",
  messages: [{ role: "user", content: 'a "quoted" \\ backslash {[]} , : ünïcödé 🦊' }],
  stream: true,
  temperature: 0.5,
  nested: { deep: { type: "x" } },
  stop: ["a", "b"],
});

describe("the JSON projector", () => {
  it("keeps only the members that the template names, however the bytes are cut", () => {
    const template = { model: true, stream: true, temperature: true, stop: true, nested: { deep: true } } as const;
    const expected = {
      model: "gpt-4o",
      stream: true,
      temperature: 0.5,
      stop: ["a", "b"],
      nested: { deep: { type: "x" } },
    };
    for (let size = 1; size <= BODY.length; size += 1)
      assert.deepEqual(project(BODY, template, size), expected, `size ${size}`);
  });

  it("walks arrays with the same template", () => {
    const text = '{"choices":[{"finish_reason":"stop","message":{"content":"x"}},{"finish_reason":"length"}]}';
    assert.deepEqual(project(text, { choices: { finish_reason: true } }, 3), {
      choices: [{ finish_reason: "stop" }, { finish_reason: "length" }],
    });
  });

  it("counts where it is asked to, keeping nothing of what it counts", () => {
    const text = '{"a":[1,[2,3],{"x":[4,5]},"],,"],"b":[ ],"c":"x","d":{"e":1,"f":2},"g":null,"h":[[]],"i":0}';
    const template = { a: "count", b: "count", c: "count", d: "count", g: "count", h: "count", i: "count" } as const;
    const expected = { a: 4, b: 0, c: 1, d: 1, g: undefined, h: 1 };
    const counts = (value: unknown): unknown =>
      Object.fromEntries(
        Object.keys(expected).map((name) => [name, countOf((value as Record<string, unknown>)[name])]),
      );
    for (let size = 1; size <= text.length; size += 1) {
      assert.deepEqual(counts(project(text, template, size)), expected, `size ${size}`);
    }
    assert.deepEqual(counts(JSON.parse(text)), expected);
  });

  it("keeps neither endless arrays nor endless depth", () => {
    const many = `{"choices":[${'{"finish_reason":"stop"},'.repeat(100_000)}{}],"usage":{"a":1}}`;
    const projected = project(many, { choices: { finish_reason: true }, usage: true }, 65_536);
    assert.ok((projected as { choices: unknown[] }).choices.length <= 20_000);
    project(`{"choices":${"[".repeat(1_000_000)}`, { choices: { finish_reason: true } }, 65_536);
    const large = `{"a":[${Array<string>(200)
      .fill(`"${"x".repeat(60_000)}"`)
      .join(",")}]}`;
    const kept = project(large, { a: { b: true } }, 65_536);
    assert.ok(JSON.stringify(kept).length < 100);
  });

  it("keeps a whole value where the template is true", () => {
    assert.deepEqual(project(BODY, true, 7), JSON.parse(BODY));
  });

  it("agrees with JSON.parse on values of every kind, cut anywhere", () => {
    for (const text of [
      "1",
      "-1.5e3",
      '"\\u00e9\\\\"',
      "true",
      "null",
      "[]",
      "{}",
      '[[1],{"a":[]}]',
      ' {"a" : [ 1 , 2 ] } ',
      '""',
    ]) {
      for (let size = 1; size <= text.length; size += 1)
        assert.deepEqual(project(text, true, size), JSON.parse(text), `${text} by ${size}`);
    }
  });

  it("leaves out a value beyond the limit and reads on behind it", () => {
    const text = `{"big":"${"x".repeat(5000)}","model":"m"}`;
    assert.deepEqual(project(text, { big: true, model: true }, 100, 1000), { model: "m" });
  });

  it("yields what was readable of JSON that breaks off or is none", () => {
    assert.deepEqual(project('{"model":"m","usage":{"a":1', { model: true, usage: true }), { model: "m" });
    assert.equal(project("<html>not json</html>", { model: true }), undefined);
    assert.equal(project("", true), undefined);
    assert.equal(project("]]]{}{}}}", { a: true }), undefined);
  });

  it("does not let a member named __proto__ reach the prototype", () => {
    const result = project('{"__proto__":{"polluted":true},"model":"m"}', {
      model: true,
      ["__proto__"]: { polluted: true },
    });
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    assert.equal((result as { model: string }).model, "m");
  });

  it("passes over any bytes without throwing", () => {
    let seed = 7;
    const random = (): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed;
    };
    const alphabet = '{}[]",:\\ \n1a-';
    for (let round = 0; round < 3000; round += 1) {
      const text = Array.from({ length: 40 }, () => alphabet[random() % alphabet.length]).join("");
      project(text, { a: { a: true }, "": true }, 1 + (random() % 9));
    }
  });

  it("survives nesting a million deep", () => {
    assert.deepEqual(
      project(`{"x":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)},"model":"m"}`, { model: true }, 65_536),
      { model: "m" },
    );
  });
});

describe("the JSON reader", () => {
  const read = (text: string, size: number): unknown => {
    const reader = createJsonReader({ model: true });
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
    return reader.result();
  };

  it("parses a small text whole and projects a large one", () => {
    assert.deepEqual(read('{"model":"m","other":1}', 5), { model: "m", other: 1 });
    assert.deepEqual(read(`{"other":"${"x".repeat(200_000)}","model":"m"}`, 7000), { model: "m" });
  });

  it("projects a small text that breaks off", () => {
    assert.deepEqual(read('{"model":"m","other":[1,', 4), { model: "m" });
    assert.equal(read("<html>", 3), undefined);
  });

  it("keeps its own copy of what it was fed", () => {
    const reader = createJsonReader(true);
    const chunk = Buffer.from('{"a":1}');
    reader.feed(chunk);
    chunk.fill(0);
    assert.deepEqual(reader.result(), { a: 1 });
  });
});
