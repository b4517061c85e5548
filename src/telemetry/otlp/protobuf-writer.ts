/** Just enough of the protobuf wire format to write a message (protobuf.dev/programming-guides/encoding). */
export type ProtobufWriter = {
  readonly string: (field: number, value: string) => void;
  readonly bytes: (field: number, value: Uint8Array) => void;
  /** Bytes that are given as hexadecimal digits. */
  readonly hex: (field: number, digits: string) => void;
  readonly varint: (field: number, value: number) => void;
  /** An integer of either sign. */
  readonly int64: (field: number, value: number) => void;
  readonly fixed32: (field: number, value: number) => void;
  readonly fixed64: (field: number, value: bigint) => void;
  /** Nanoseconds since the epoch, as fixed64. */
  readonly time: (field: number, seconds: number, nanos: number) => void;
  readonly double: (field: number, value: number) => void;
  readonly packedFixed64: (field: number, values: readonly number[]) => void;
  readonly packedDouble: (field: number, values: readonly number[]) => void;
  /** A nested message. */
  readonly message: (field: number, write: (writer: ProtobufWriter) => void) => void;
  readonly finish: () => Buffer;
};

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;
const FIRST_BYTES = 512;
/** Of a varint in one byte. */
const ONE_BYTE = 128;
const MAX_VARINT_BYTES = 10;
const MAX_UTF8_BYTES = 3;
const HALF = 2 ** 16;
const WORD = 2 ** 32;

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= ONE_BYTE; rest = Math.floor(rest / ONE_BYTE)) bytes += 1;
  return bytes;
}

/** Writes into one buffer that grows: what is encoded is copied once, at the end. */
export function createProtobufWriter(): ProtobufWriter {
  let buffer = Buffer.allocUnsafe(FIRST_BYTES);
  let at = 0;

  const reserve = (bytes: number): void => {
    if (at + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  };
  /** Room is there. */
  const putVarint = (value: number): void => {
    let rest = value;
    // Arithmetic instead of shifts: lengths and counts may pass 32 bits.
    while (rest >= ONE_BYTE) {
      buffer[at++] = (rest % ONE_BYTE) | ONE_BYTE;
      rest = Math.floor(rest / ONE_BYTE);
    }
    buffer[at++] = rest;
  };
  const tag = (field: number, type: number, bytes: number): void => {
    reserve(MAX_VARINT_BYTES * 2 + bytes);
    putVarint(field * 8 + type);
  };
  /** Puts the length before what was written from `start` on, behind one byte that was left for it. */
  const putLength = (start: number): void => {
    const length = at - start;
    if (length < ONE_BYTE) {
      buffer[start - 1] = length;
      return;
    }
    const more = varintBytes(length) - 1;
    reserve(more);
    buffer.copyWithin(start + more, start, at);
    const end = at + more;
    at = start - 1;
    putVarint(length);
    at = end;
  };
  const packed = (field: number, values: readonly number[], put: (value: number) => void): void => {
    tag(field, LENGTH_DELIMITED, values.length * 8);
    putVarint(values.length * 8);
    for (const value of values) put(value);
  };
  const putDouble = (value: number): void => {
    at = buffer.writeDoubleLE(value, at);
  };

  const writer: ProtobufWriter = {
    string: (field, value) => {
      tag(field, LENGTH_DELIMITED, value.length * MAX_UTF8_BYTES);
      at += 1;
      const start = at;
      at += buffer.write(value, at, "utf8");
      putLength(start);
    },
    bytes: (field, value) => {
      tag(field, LENGTH_DELIMITED, value.length);
      putVarint(value.length);
      buffer.set(value, at);
      at += value.length;
    },
    hex: (field, digits) => {
      tag(field, LENGTH_DELIMITED, digits.length);
      at += 1;
      const start = at;
      at += buffer.write(digits, at, "hex");
      putLength(start);
    },
    varint: (field, value) => {
      tag(field, VARINT, 0);
      putVarint(value);
    },
    int64: (field, value) => {
      tag(field, VARINT, 0);
      if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
        putVarint(value);
        return;
      }
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest >= 128n; rest >>= 7n) buffer[at++] = Number(rest & 127n) | ONE_BYTE;
      buffer[at++] = Number(rest);
    },
    fixed32: (field, value) => {
      tag(field, FIXED32, 4);
      at = buffer.writeUInt32LE(value, at);
    },
    fixed64: (field, value) => {
      tag(field, FIXED64, 8);
      at = buffer.writeBigUInt64LE(value, at);
    },
    time: (field, seconds, nanos) => {
      tag(field, FIXED64, 8);
      // In two halves that numbers hold exactly: each BigInt would be an object, and there are several in every span.
      const upper = Math.floor(seconds / HALF) * 1e9;
      const lower = (upper % HALF) * HALF + (seconds % HALF) * 1e9 + nanos;
      at = buffer.writeUInt32LE(lower % WORD, at);
      at = buffer.writeUInt32LE(Math.floor(upper / HALF) + Math.floor(lower / WORD), at);
    },
    double: (field, value) => {
      tag(field, FIXED64, 8);
      putDouble(value);
    },
    packedFixed64: (field, values) =>
      packed(field, values, (value) => {
        at = buffer.writeBigUInt64LE(BigInt(value), at);
      }),
    packedDouble: (field, values) => packed(field, values, putDouble),
    message: (field, write) => {
      tag(field, LENGTH_DELIMITED, 0);
      at += 1;
      const start = at;
      write(writer);
      putLength(start);
    },
    // Memory of its own: what waits to be sent holds no more than it is.
    finish: () => Buffer.from(new Uint8Array(buffer.subarray(0, at)).buffer),
  };
  return writer;
}
