/** One message of an `application/vnd.amazon.eventstream`; header names are lower case, as AWS writes them. */
export type AwsEventMessage = {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
};

/** Lengths of the message and of its headers, and a checksum of both. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** The protocol's own limits (Smithy, Amazon event stream specification). */
const MAX_MESSAGE_BYTES = 25 * 1024 * 1024;
const MAX_HEADERS_BYTES = 128 * 1024;
/** A message beyond this is passed over without being kept. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;

/** Value sizes of the header types of fixed size: true, false, byte, short, integer, long; timestamp, UUID. */
const FIXED_SIZES: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };
const TYPE_BYTES = 6;
const TYPE_STRING = 7;

function createCrc32(): (bytes: Uint8Array) => number {
  const table = new Uint32Array(256);
  for (let at = 0; at < 256; at += 1) {
    let value = at;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    table[at] = value;
  }
  return (bytes) => {
    let crc = 0xffffffff;
    for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
    return (crc ^ 0xffffffff) >>> 0;
  };
}

/** Only texts are kept: nothing that is read here has another type. Stops at the first header that makes no sense. */
function readHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    if (nameEnd + 1 > bytes.length) break;
    const name = bytes.toString("utf8", at + 1, nameEnd);
    const type = bytes.readUInt8(nameEnd);
    at = nameEnd + 1;
    const fixed = FIXED_SIZES[type];
    if (fixed !== undefined) {
      at += fixed;
      continue;
    }
    if ((type !== TYPE_BYTES && type !== TYPE_STRING) || at + 2 > bytes.length) break;
    const size = bytes.readUInt16BE(at);
    at += 2;
    if (at + size > bytes.length) break;
    if (type === TYPE_STRING) headers[name] = bytes.toString("utf8", at, at + size);
    at += size;
  }
  return headers;
}

/**
 * Decodes an AWS event stream as bytes arrive. The stream has no marks by which to find the next message, so a prelude that does not fit
 * its checksum ends the reading; a message whose own checksum is wrong is left out.
 */
export function createAwsEventStreamParser(onMessage: (message: AwsEventMessage) => void): {
  feed: (chunk: Uint8Array) => void;
} {
  const crc32 = createCrc32();
  let pieces: Uint8Array[] = [];
  let held = 0;
  /** How much must be there before the next step: a prelude, or the message that it announces. */
  let wanted = PRELUDE_BYTES;
  let inMessage = false;
  let skip = 0;
  let damaged = false;

  const step = (bytes: Buffer): void => {
    if (inMessage) {
      inMessage = false;
      wanted = PRELUDE_BYTES;
      const end = bytes.length - CHECKSUM_BYTES;
      if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) return;
      const payloadAt = PRELUDE_BYTES + bytes.readUInt32BE(4);
      onMessage({
        headers: readHeaders(bytes.subarray(PRELUDE_BYTES, payloadAt)),
        payload: bytes.subarray(payloadAt, end),
      });
      return;
    }
    const messageBytes = bytes.readUInt32BE(0);
    const headersBytes = bytes.readUInt32BE(4);
    damaged =
      crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8) ||
      messageBytes > MAX_MESSAGE_BYTES ||
      headersBytes > MAX_HEADERS_BYTES ||
      messageBytes < PRELUDE_BYTES + headersBytes + CHECKSUM_BYTES;
    if (damaged) return;
    if (messageBytes > MAX_KEPT_BYTES) skip = messageBytes - PRELUDE_BYTES;
    else {
      inMessage = true;
      wanted = messageBytes;
    }
  };

  return {
    feed: (chunk) => {
      let at = 0;
      while (at < chunk.length && !damaged) {
        if (skip > 0) {
          const skipped = Math.min(skip, chunk.length - at);
          skip -= skipped;
          at += skipped;
          continue;
        }
        const taken = Math.min(wanted - held, chunk.length - at);
        // Copied: the transport may reuse or hand away the memory under the chunk.
        pieces.push(Uint8Array.prototype.slice.call(chunk, at, at + taken));
        held += taken;
        at += taken;
        if (held < wanted) continue;
        const bytes = Buffer.concat(pieces);
        step(bytes);
        // The prelude is a part of the message that it announces.
        pieces = inMessage ? [bytes] : [];
        held = inMessage ? bytes.length : 0;
      }
      if (damaged) pieces = [];
    },
  };
}
