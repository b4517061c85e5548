import type { ProtobufWriter } from "./protobuf-writer.ts";

/** From here on a number is no int64 any more. */
const INT64_END = 2 ** 63;

const isInt64 = (value: number): boolean => Number.isInteger(value) && value >= -INT64_END && value < INT64_END;

/** Writes the members of an AnyValue (opentelemetry/proto/common/v1/common.proto). What it has no member for is an empty value. */
export function writeAnyValue(writer: ProtobufWriter, value: unknown): void {
  if (typeof value === "string") writer.string(1, value);
  else if (typeof value === "boolean") writer.varint(2, value ? 1 : 0);
  else if (typeof value === "number") {
    if (isInt64(value)) writer.int64(3, value);
    else writer.double(4, value);
  } else if (Array.isArray(value)) {
    writer.message(5, (list) => {
      for (const item of value) list.message(1, (one) => writeAnyValue(one, item));
    });
  } else if (value instanceof Uint8Array) writer.bytes(7, value);
  else if (typeof value === "object" && value !== null) {
    writer.message(6, (members) => writeKeyValues(members, 1, value as Readonly<Record<string, unknown>>));
  }
}

/** Writes each attribute as a KeyValue. */
export function writeKeyValues(
  writer: ProtobufWriter,
  field: number,
  attributes: Readonly<Record<string, unknown>>,
): void {
  // Named once for all attributes, not made for each.
  let key = "";
  const pair = (one: ProtobufWriter): void => {
    one.string(1, key);
    one.message(2, any);
  };
  const any = (one: ProtobufWriter): void => writeAnyValue(one, attributes[key]);
  for (key of Object.keys(attributes)) writer.message(field, pair);
}
