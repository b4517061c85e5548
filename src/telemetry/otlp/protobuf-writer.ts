/** Just enough of the protobuf wire format to write a message (protobuf.dev/programming-guides/encoding). */
export type ProtobufWriter = {
  readonly string: (field: number, value: string) => void;
  readonly bytes: (field: number, value: Uint8Array) => void;
  readonly varint: (field: number, value: number) => void;
  readonly fixed64: (field: number, value: bigint) => void;
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

function encodeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  // Arithmetic instead of shifts: lengths and counts may pass 32 bits.
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

function packed(values: readonly number[], write: (buffer: Buffer, value: number, at: number) => void): Buffer {
  const buffer = Buffer.allocUnsafe(values.length * 8);
  for (const [index, value] of values.entries()) write(buffer, value, index * 8);
  return buffer;
}

export function createProtobufWriter(): ProtobufWriter {
  const pieces: Buffer[] = [];
  const tag = (field: number, type: number): void => void pieces.push(encodeVarint(field * 8 + type));
  const delimited = (field: number, content: Uint8Array): void => {
    tag(field, LENGTH_DELIMITED);
    pieces.push(encodeVarint(content.length), Buffer.from(content.buffer, content.byteOffset, content.length));
  };
  return {
    string: (field, value) => delimited(field, Buffer.from(value, "utf8")),
    bytes: delimited,
    varint: (field, value) => {
      tag(field, VARINT);
      pieces.push(encodeVarint(value));
    },
    fixed64: (field, value) => {
      tag(field, FIXED64);
      const buffer = Buffer.allocUnsafe(8);
      buffer.writeBigUInt64LE(value);
      pieces.push(buffer);
    },
    double: (field, value) => {
      tag(field, FIXED64);
      const buffer = Buffer.allocUnsafe(8);
      buffer.writeDoubleLE(value);
      pieces.push(buffer);
    },
    packedFixed64: (field, values) =>
      delimited(
        field,
        packed(values, (buffer, value, at) => buffer.writeBigUInt64LE(BigInt(value), at)),
      ),
    packedDouble: (field, values) =>
      delimited(
        field,
        packed(values, (buffer, value, at) => buffer.writeDoubleLE(value, at)),
      ),
    message: (field, write) => {
      const inner = createProtobufWriter();
      write(inner);
      delimited(field, inner.finish());
    },
    finish: () => Buffer.concat(pieces),
  };
}
