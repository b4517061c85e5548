/**
 * The protobuf wire format (protobuf.dev/programming-guides/encoding), read in place. A reader stands at a byte;
 * whoever reads a message knows its end and looks at every tag itself. Nothing is allocated but what is asked for.
 */
import { MAX_ITEMS, OtlpError, tooManyItems } from "./otlp-error.ts";

export type ProtobufReader = {
  readonly bytes: Buffer;
  readonly view: DataView;
  at: number;
  /** The last 64-bit number that was read, as two halves without a sign. */
  low: number;
  high: number;
  /** How many items may still come. */
  items: number;
};

export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
const START_GROUP = 3;
const END_GROUP = 4;
export const FIXED32 = 5;

const TWO_TO_32 = 0x1_0000_0000;

export function createProtobufReader(bytes: Uint8Array): ProtobufReader {
  const { buffer, byteOffset, byteLength } = bytes;
  return {
    bytes: Buffer.from(buffer, byteOffset, byteLength),
    view: new DataView(buffer, byteOffset, byteLength),
    at: 0,
    low: 0,
    high: 0,
    items: MAX_ITEMS,
  };
}

const cutOff = (reader: ProtobufReader): OtlpError =>
  new OtlpError(`the message ends in the middle of a field at byte ${reader.at}`);

/** Called for every item before it is made. */
export function countItem(reader: ProtobufReader): void {
  reader.items -= 1;
  if (reader.items < 0) throw tooManyItems();
}

/** Reads a number of up to 64 bits into the two halves. */
export function readVarint(reader: ProtobufReader, end: number): void {
  const { bytes } = reader;
  let { at } = reader;
  let [low, high] = [0, 0];
  for (let index = 0; ; index += 1) {
    if (at >= end) throw cutOff(reader);
    if (index === 10) throw new OtlpError(`a number is longer than 10 bytes at byte ${reader.at}`);
    const byte = bytes[at] as number;
    at += 1;
    const bits = byte & 0x7f;
    if (index < 4) low |= bits << (index * 7);
    else if (index === 4) {
      low |= bits << 28;
      high = bits >>> 4;
    } else high |= bits << (index * 7 - 32);
    if (byte < 0x80) break;
  }
  reader.at = at;
  reader.low = low >>> 0;
  reader.high = high >>> 0;
}

/** A number that is small in practice: a tag, a length, an enum. */
export function readUint32(reader: ProtobufReader, end: number): number {
  const { at } = reader;
  if (at < end) {
    const first = reader.bytes[at] as number;
    if (first < 0x80) {
      reader.at = at + 1;
      return first;
    }
    if (at + 1 < end) {
      const second = reader.bytes[at + 1] as number;
      if (second < 0x80) {
        reader.at = at + 2;
        return (first & 0x7f) | (second << 7);
      }
    }
  }
  readVarint(reader, end);
  if (reader.high !== 0) throw new OtlpError(`a number is larger than 32 bits at byte ${at}`);
  return reader.low;
}

export function readTag(reader: ProtobufReader, end: number): number {
  const tag = readUint32(reader, end);
  if (tag < 8) throw new OtlpError(`field number 0 does not exist, at byte ${reader.at}`);
  return tag;
}

export const readBool = (reader: ProtobufReader, end: number): boolean => {
  readVarint(reader, end);
  return reader.low !== 0 || reader.high !== 0;
};

/** int32 as protobuf writes it: negative ones sign-extended to ten bytes. */
export const readInt32 = (reader: ProtobufReader, end: number): number => {
  readVarint(reader, end);
  return reader.low | 0;
};

export const readSint32 = (reader: ProtobufReader, end: number): number => {
  readVarint(reader, end);
  return (reader.low >>> 1) ^ -(reader.low & 1);
};

/** A 64-bit integer: a number where that is exact, else decimal text. */
export function readInt64(reader: ProtobufReader, end: number): number | string {
  readVarint(reader, end);
  const value = (reader.high | 0) * TWO_TO_32 + reader.low;
  if (Number.isSafeInteger(value)) return value;
  return ((BigInt(reader.high | 0) << 32n) | BigInt(reader.low)).toString();
}

/** The nearest number to an unsigned 64-bit integer. */
export function readUint64Number(reader: ProtobufReader, end: number): number {
  readVarint(reader, end);
  return reader.high * TWO_TO_32 + reader.low;
}

function take(reader: ProtobufReader, count: number, end: number): number {
  const start = reader.at;
  if (start + count > end) throw cutOff(reader);
  reader.at = start + count;
  return start;
}

export const readFixed32 = (reader: ProtobufReader, end: number): number =>
  reader.view.getUint32(take(reader, 4, end), true);

export const readDouble = (reader: ProtobufReader, end: number): number =>
  reader.view.getFloat64(take(reader, 8, end), true);

export const readFixed64 = (reader: ProtobufReader, end: number): bigint =>
  reader.view.getBigUint64(take(reader, 8, end), true);

/** The nearest number to an unsigned 64-bit integer of fixed length. */
export function readFixed64Number(reader: ProtobufReader, end: number): number {
  const start = take(reader, 8, end);
  return reader.view.getUint32(start + 4, true) * TWO_TO_32 + reader.view.getUint32(start, true);
}

export function readSfixed64Number(reader: ProtobufReader, end: number): number {
  const start = take(reader, 8, end);
  return reader.view.getInt32(start + 4, true) * TWO_TO_32 + reader.view.getUint32(start, true);
}

/**
 * Reads the length of a text, of bytes or of a message, and answers where it ends; the reader then stands at its
 * beginning.
 */
export function readEnd(reader: ProtobufReader, end: number): number {
  const length = readUint32(reader, end);
  const inner = reader.at + length;
  if (inner > end) throw cutOff(reader);
  return inner;
}

/** Bytes that are not UTF-8 become U+FFFD: a text that was cut within a character is no reason to refuse a request. */
export function readText(reader: ProtobufReader, end: number): string {
  const inner = readEnd(reader, end);
  const start = reader.at;
  reader.at = inner;
  return inner === start ? "" : reader.bytes.toString("utf8", start, inner);
}

/** A copy, so that it does not keep the whole request. */
export function readBytes(reader: ProtobufReader, end: number): Uint8Array {
  const inner = readEnd(reader, end);
  const start = reader.at;
  reader.at = inner;
  return new Uint8Array(reader.bytes.subarray(start, inner));
}

/** Passes over a field that is not known, groups included. */
export function skipField(reader: ProtobufReader, tag: number, end: number): void {
  let depth = 0;
  let current = tag;
  do {
    switch (current & 7) {
      case VARINT:
        readVarint(reader, end);
        break;
      case FIXED64:
        take(reader, 8, end);
        break;
      case DELIMITED:
        reader.at = readEnd(reader, end);
        break;
      case START_GROUP:
        depth += 1;
        break;
      case END_GROUP:
        depth -= 1;
        if (depth < 0) throw new OtlpError(`a group ends that did not begin, at byte ${reader.at}`);
        break;
      case FIXED32:
        take(reader, 4, end);
        break;
      default:
        throw new OtlpError(`wire type ${current & 7} does not exist, at byte ${reader.at}`);
    }
    if (depth > 0) current = readTag(reader, end);
  } while (depth > 0);
}

/** Where the last message of this field lies, so that what describes the others is known before they are read. */
export function findMessage(
  reader: ProtobufReader,
  field: number,
  end: number,
): { readonly start: number; readonly end: number } | undefined {
  const begin = reader.at;
  let found: { start: number; end: number } | undefined;
  while (reader.at < end) {
    const tag = readTag(reader, end);
    if (tag === ((field << 3) | DELIMITED)) {
      const inner = readEnd(reader, end);
      found = { start: reader.at, end: inner };
      reader.at = inner;
    } else skipField(reader, tag, end);
  }
  reader.at = begin;
  return found;
}

/** A repeated number, packed or not; calls `read` until the field ends. */
export function readRepeated(
  reader: ProtobufReader,
  tag: number,
  end: number,
  into: number[],
  read: (reader: ProtobufReader, end: number) => number,
): void {
  if ((tag & 7) !== DELIMITED) {
    into.push(read(reader, end));
    return;
  }
  const inner = readEnd(reader, end);
  while (reader.at < inner) into.push(read(reader, inner));
}
