import { builtin } from "../base/index.ts";

/** Compressed answers beyond this are not read: their call keeps its span, without usage. */
const MAX_COMPRESSED_BYTES = 8 * 1024 * 1024;
/** A decompression bomb stops here. */
const MAX_DECODED_BYTES = 32 * 1024 * 1024;

type Decoder = (bytes: Uint8Array) => Buffer;

/** The decoder of a content encoding. The finish flush accepts a stream that was left early and yields what had arrived. */
function decoderOf(encoding: string): Decoder | undefined {
  const zlib = builtin("node:zlib");
  const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants;
  const limits = { maxOutputLength: MAX_DECODED_BYTES };
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return (bytes) => zlib.gunzipSync(bytes, { ...limits, finishFlush: Z_SYNC_FLUSH });
    case "deflate":
      return (bytes) => zlib.inflateSync(bytes, { ...limits, finishFlush: Z_SYNC_FLUSH });
    case "br":
      return (bytes) => zlib.brotliDecompressSync(bytes, { ...limits, finishFlush: BROTLI_OPERATION_FLUSH });
    case "zstd":
      return (bytes) => zlib.zstdDecompressSync(bytes, { ...limits, finishFlush: ZSTD_e_flush });
    default:
      return undefined;
  }
}

/** Hands the decoded bytes of an answer to `feed`: at once where they come plain, at the end where they come compressed. */
export type ResponseBody = { readonly chunk: (bytes: Uint8Array) => void; readonly end: () => void };

/** `contentEncoding` as in the header; an unknown one yields nothing. */
export function createResponseBody(
  contentEncoding: string | undefined,
  feed: (bytes: Uint8Array) => void,
): ResponseBody {
  const encoding = contentEncoding?.trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity") return { chunk: feed, end: () => {} };
  const decode = decoderOf(encoding);
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
