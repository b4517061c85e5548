/** Encodes AWS event stream messages as the services send them (Smithy, Amazon event stream specification). */
import { crc32 } from "node:zlib";

function encodeHeader([name, value]: readonly [string, string]): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
  const size = Buffer.alloc(2);
  size.writeUInt16BE(valueBytes.length);
  return Buffer.concat([Buffer.from([nameBytes.length]), nameBytes, Buffer.from([7]), size, valueBytes]);
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

export function awsMessage(headers: Readonly<Record<string, string>>, payload: Uint8Array): Buffer {
  const headerBytes = Buffer.concat(Object.entries(headers).map(encodeHeader));
  const lengths = Buffer.concat([uint32(16 + headerBytes.length + payload.length), uint32(headerBytes.length)]);
  const message = Buffer.concat([lengths, uint32(crc32(lengths)), headerBytes, payload]);
  return Buffer.concat([message, uint32(crc32(message))]);
}

/** An event as Bedrock sends it. */
export const awsEvent = (type: string, data: unknown): Buffer =>
  awsMessage(
    { ":event-type": type, ":content-type": "application/json", ":message-type": "event" },
    Buffer.from(JSON.stringify(data)),
  );

export const awsException = (type: string, data: unknown): Buffer =>
  awsMessage(
    { ":exception-type": type, ":content-type": "application/json", ":message-type": "exception" },
    Buffer.from(JSON.stringify(data)),
  );
