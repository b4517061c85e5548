import { brotliDecompressSync, gunzipSync, inflateSync, constants as zlib, zstdDecompressSync } from "node:zlib";

/** Compressed answers beyond this are not read: their call keeps its span, without usage. */
const MAX_COMPRESSED_BYTES = 8 * 1024 * 1024;
/** A decompression bomb stops here. */
const MAX_DECODED_BYTES = 32 * 1024 * 1024;

type Decoder = (bytes: Uint8Array) => Buffer;

const limits = { maxOutputLength: MAX_DECODED_BYTES };
// Z_SYNC_FLUSH accepts a stream that was left early and yields what had arrived.
const gzipOptions = { ...limits, finishFlush: zlib.Z_SYNC_FLUSH };
const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: (bytes) => gunzipSync(bytes, gzipOptions),
  "x-gzip": (bytes) => gunzipSync(bytes, gzipOptions),
  deflate: (bytes) => inflateSync(bytes, gzipOptions),
  br: (bytes) => brotliDecompressSync(bytes, { ...limits, finishFlush: zlib.BROTLI_OPERATION_FLUSH }),
  zstd: (bytes) => zstdDecompressSync(bytes, { ...limits, finishFlush: zlib.ZSTD_e_flush }),
};

/** Hands the decoded bytes of an answer to `feed`: at once where they come plain, at the end where they come compressed. */
export type ResponseBody = { readonly chunk: (bytes: Uint8Array) => void; readonly end: () => void };

/** `contentEncoding` as in the header; an unknown one yields nothing. */
export function createResponseBody(
  contentEncoding: string | undefined,
  feed: (bytes: Uint8Array) => void,
): ResponseBody {
  const encoding = contentEncoding?.trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity") return { chunk: feed, end: () => {} };
  const decode = DECODERS[encoding];
  let pieces: Uint8Array[] = [];
  let size = 0;
  return {
    chunk: (bytes) => {
      size += bytes.length;
      if (decode === undefined || size > MAX_COMPRESSED_BYTES) pieces = [];
      else pieces.push(Uint8Array.prototype.slice.call(bytes));
    },
    end: () => {
      if (decode === undefined || pieces.length === 0 || size > MAX_COMPRESSED_BYTES) return;
      try {
        feed(decode(Buffer.concat(pieces)));
      } catch {
        // Corrupt or oversized: the call stays described without what the body would have said.
      }
    },
  };
}
