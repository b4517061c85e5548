/**
 * Reads protobuf by a schema given as data, for tests that look at answers. Anything that cannot be a message throws.
 */
export type FieldType =
  | "string"
  | "bytes"
  | "hex"
  | "uint"
  | "int64"
  | "fixed64"
  | "sfixed64"
  | "fixed32"
  | "double"
  | "bool"
  | "sint";
export type Schema = { readonly [field: number]: Field };
export type Field = {
  readonly name: string;
  readonly type: FieldType | (() => Schema);
  readonly repeated?: true;
};
export type Decoded = { [name: string]: unknown };

export class ProtobufError extends Error {
  override readonly name = "ProtobufError";
}

/** Deeper than any OTLP message; attribute values can nest, and a hostile sender nests them without end. */
const MAX_DEPTH = 32;

type Reader = { readonly bytes: Buffer; at: number; readonly end: number };

function need(reader: Reader, count: number): number {
  const start = reader.at;
  if (count < 0 || start + count > reader.end) throw new ProtobufError("the message ends in the middle of a field");
  reader.at = start + count;
  return start;
}

function varint(reader: Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[need(reader, 1)]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new ProtobufError("a number is longer than 10 bytes");
}

/** A tag or a length; small in practice, so without BigInt. */
function smallVarint(reader: Reader): number {
  const first = reader.bytes[reader.at];
  if (first !== undefined && first < 0x80 && reader.at < reader.end) {
    reader.at += 1;
    return first;
  }
  const value = varint(reader);
  if (value > 0xffffffffn) throw new ProtobufError("a length is out of range");
  return Number(value);
}

const WIRE = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;
const WIRE_OF: Readonly<Record<FieldType, number>> = {
  string: WIRE.delimited,
  bytes: WIRE.delimited,
  hex: WIRE.delimited,
  uint: WIRE.varint,
  int64: WIRE.varint,
  bool: WIRE.varint,
  sint: WIRE.varint,
  fixed64: WIRE.fixed64,
  sfixed64: WIRE.fixed64,
  double: WIRE.fixed64,
  fixed32: WIRE.fixed32,
};

/** 64-bit integers become numbers where that is exact, else decimal text, as in OTLP/JSON. */
const exact = (value: bigint): number | string =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
    ? Number(value)
    : value.toString();

function scalar(reader: Reader, type: FieldType): unknown {
  const { bytes } = reader;
  switch (type) {
    case "uint":
      return exact(varint(reader));
    case "int64":
      return exact(BigInt.asIntN(64, varint(reader)));
    case "sint": {
      const value = varint(reader);
      return exact((value >> 1n) ^ -(value & 1n));
    }
    case "bool":
      return varint(reader) !== 0n;
    case "fixed64":
      return bytes.readBigUInt64LE(need(reader, 8)).toString();
    case "sfixed64":
      return exact(bytes.readBigInt64LE(need(reader, 8)));
    case "double":
      return bytes.readDoubleLE(need(reader, 8));
    case "fixed32":
      return bytes.readUInt32LE(need(reader, 4));
    default: {
      const length = smallVarint(reader);
      const start = need(reader, length);
      if (type === "string") return bytes.toString("utf8", start, start + length);
      if (type === "hex") return bytes.toString("hex", start, start + length);
      return bytes.subarray(start, start + length);
    }
  }
}

function skip(reader: Reader, wire: number): void {
  if (wire === WIRE.varint) varint(reader);
  else if (wire === WIRE.fixed64) need(reader, 8);
  else if (wire === WIRE.fixed32) need(reader, 4);
  else if (wire === WIRE.delimited) need(reader, smallVarint(reader));
  else throw new ProtobufError(`wire type ${wire} does not exist`);
}

function readMessage(reader: Reader, schema: Schema, depth: number): Decoded {
  if (depth > MAX_DEPTH) throw new ProtobufError(`messages are nested deeper than ${MAX_DEPTH}`);
  const message: Decoded = {};
  const put = (field: Field, value: unknown): void => {
    if (field.repeated === undefined) {
      message[field.name] = value;
    } else {
      message[field.name] ??= [];
      (message[field.name] as unknown[]).push(value);
    }
  };
  while (reader.at < reader.end) {
    const tag = smallVarint(reader);
    const field = schema[tag >>> 3];
    const wire = tag & 7;
    if (field === undefined) {
      skip(reader, wire);
    } else if (typeof field.type === "function") {
      if (wire !== WIRE.delimited) throw new ProtobufError(`${field.name} is not a message`);
      const length = smallVarint(reader);
      const start = need(reader, length);
      put(field, readMessage({ bytes: reader.bytes, at: start, end: start + length }, field.type(), depth + 1));
    } else if (wire === WIRE_OF[field.type]) {
      put(field, scalar(reader, field.type));
    } else if (wire === WIRE.delimited && field.repeated !== undefined) {
      const length = smallVarint(reader);
      const start = need(reader, length);
      const packed = { bytes: reader.bytes, at: start, end: start + length };
      while (packed.at < packed.end) put(field, scalar(packed, field.type));
    } else {
      throw new ProtobufError(`${field.name} has wire type ${wire}`);
    }
  }
  return message;
}

/** Decodes one message. Throws `ProtobufError` where the bytes are none. */
export function decodeProtobuf(bytes: Uint8Array, schema: Schema): Decoded {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readMessage({ bytes: buffer, at: 0, end: buffer.length }, schema, 0);
}
