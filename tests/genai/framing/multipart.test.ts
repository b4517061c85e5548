import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { boundaryOf, createMultipartReader } from "../../../src/genai/index.ts";

function read(boundary: string, bytes: Uint8Array, size = bytes.length): unknown {
  const reader = createMultipartReader(boundary);
  for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
  return reader.result();
}

/** As Node itself writes it. */
async function encode(fill: (form: FormData) => void): Promise<{ boundary: string; bytes: Buffer }> {
  const form = new FormData();
  fill(form);
  const response = new Response(form);
  const boundary = boundaryOf(response.headers.get("content-type") ?? "");
  assert.ok(boundary !== undefined);
  return { boundary, bytes: Buffer.from(await response.arrayBuffer()) };
}

describe("a form of several parts", () => {
  it("gives its fields and the sizes of its files, however the bytes are cut", async () => {
    const { boundary, bytes } = await encode((form) => {
      form.set("model", "whisper-1");
      form.set("prompt", "Grüße\r\n--x");
      form.set("file", new Blob([`\r\n--${"y".repeat(300)}\r\n\r\n`], { type: "audio/wav" }), "a.wav");
      form.append("include[]", "logprobs");
      form.append("include[]", "more");
    });
    const expected = {
      model: "whisper-1",
      prompt: "Grüße\r\n--x",
      file: { sizeBytes: 308, contentType: "audio/wav" },
      "include[]": "logprobs",
    };
    for (let size = 1; size <= bytes.length; size += 1)
      assert.deepEqual(read(boundary, bytes, size), expected, `${size}`);
  });

  it("is known by its content type", () => {
    assert.equal(boundaryOf('multipart/form-data; boundary="a b"'), "a b");
    assert.equal(boundaryOf("Multipart/Form-Data; charset=x; boundary=abc"), "abc");
    for (const type of ["", "application/json", "multipart/form-data", "multipart/mixed; boundary=x"]) {
      assert.equal(boundaryOf(type), undefined, type);
    }
  });

  it("keeps nothing of a large file, of a large field, and of too many fields", async () => {
    const { boundary, bytes } = await encode((form) => {
      form.set("file", new Blob([Buffer.alloc(5 * 1024 * 1024, 13)]), "a.bin");
      form.set("long", "x".repeat(100_000));
      for (let at = 0; at < 300; at += 1) form.set(`f${at}`, "1");
    });
    const parts = read(boundary, bytes, 65_536) as Record<string, unknown>;
    assert.deepEqual(parts["file"], { sizeBytes: 5 * 1024 * 1024, contentType: "application/octet-stream" });
    assert.equal(parts["long"], undefined);
    assert.ok(Object.keys(parts).length <= 100);
  });

  it("of any bytes throws nothing", () => {
    for (const text of [
      "",
      "--b",
      "--b\r\n",
      "--b\r\n\r\n\r\n--b--",
      `--b\r\n${"h".repeat(50_000)}`,
      "--b--\r\n--b\r\nx",
    ]) {
      assert.deepEqual(read("b", Buffer.from(text), 3), {}, JSON.stringify(text.slice(0, 20)));
    }
    assert.deepEqual(
      read("b", Buffer.from('--b\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\n1\r\n--b--')),
      Object.fromEntries([["__proto__", "1"]]),
    );
  });
});
