import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { createResponseBody } from "../../src/wire/response-body.ts";

const TEXT = Buffer.from(`${"Grüße 🦊 ".repeat(2000)}end`);
const CODECS = {
  gzip: gzipSync,
  "x-gzip": gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
};

/** What is fed on of an answer that arrives in pieces of `size` bytes. */
function read(encoding: string | undefined, bytes: Uint8Array, size = bytes.length): Buffer {
  const fed: Uint8Array[] = [];
  const body = createResponseBody(encoding, (chunk) => fed.push(Uint8Array.from(chunk)));
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = Uint8Array.from(bytes.subarray(at, at + size));
    body.chunk(chunk);
    // The transport may use the memory again as soon as the call returns.
    chunk.fill(0);
  }
  body.end();
  return Buffer.concat(fed);
}

describe("the body of an answer", () => {
  it("is fed on as it comes, where it is not compressed", () => {
    for (const encoding of [undefined, "", "identity", " Identity "]) assert.deepEqual(read(encoding, TEXT, 100), TEXT);
  });

  for (const [encoding, compress] of Object.entries(CODECS)) {
    it(`is unpacked: ${encoding}`, () => {
      assert.deepEqual(read(encoding, compress(TEXT), 7), TEXT);
      assert.deepEqual(read(` ${encoding.toUpperCase()}`, compress(TEXT)), TEXT);
    });

    it(`is unpacked as far as it came, or not at all, where it breaks off: ${encoding}`, () => {
      const packed = compress(TEXT);
      for (const length of [1, 5, Math.floor(packed.length / 2), packed.length - 1]) {
        const part = read(encoding, packed.subarray(0, length));
        assert.deepEqual(part, TEXT.subarray(0, part.length), `${length} of ${packed.length}`);
      }
      assert.equal(read(encoding, Buffer.from("not packed at all")).length, 0);
      assert.equal(read(encoding, Buffer.alloc(0)).length, 0);
    });

    it(`is left where it would fill memory: ${encoding}`, () => {
      assert.equal(read(encoding, compress(Buffer.alloc(33 * 1024 * 1024))).length, 0);
    });
  }

  it("is left where it is packed in a way that nobody knows", () => {
    for (const encoding of ["gzip, br", "compress", "x"])
      assert.equal(read(encoding, gzipSync(TEXT)).length, 0, encoding);
  });

  it("is left where it is too large packed", () => {
    const large = Buffer.alloc(9 * 1024 * 1024, 1);
    assert.equal(read("gzip", large, 65_536).length, 0);
  });
});
