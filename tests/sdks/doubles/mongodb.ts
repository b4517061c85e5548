/**
 * A MongoDB server that answers every command (OP_MSG of the wire protocol, and the first hello as OP_QUERY). `hold` is answered when somebody
 * says `release`, `refuse` with an error, `find` with two documents.
 */
import { type AddressInfo, createServer, type Socket } from "node:net";

type Value = string | number | boolean | bigint | readonly Value[] | { readonly [name: string]: Value };

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};
const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.from(`${value}\0`);

/** The element's type by BSON, and its bytes. */
function encode(value: Value): readonly [type: number, bytes: Buffer] {
  if (typeof value === "number") return [0x01, double(value)];
  if (typeof value === "string") return [0x02, Buffer.concat([int32(Buffer.byteLength(value) + 1), text(value)])];
  if (typeof value === "boolean") return [0x08, Buffer.from([value ? 1 : 0])];
  if (typeof value === "bigint") return [0x12, int64(value)];
  return [Array.isArray(value) ? 0x04 : 0x03, document(value as { readonly [name: string]: Value })];
}
function document(members: { readonly [name: string]: Value }): Buffer {
  const elements = Object.entries(members).map(([name, value]) => {
    const [type, bytes] = encode(value);
    return Buffer.concat([Buffer.from([type]), text(name), bytes]);
  });
  const body = Buffer.concat([...elements, Buffer.from([0])]);
  return Buffer.concat([int32(body.length + 4), body]);
}

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HELLO = { ok: 1, helloOk: true, ismaster: true, isWritablePrimary: true, minWireVersion: 0, maxWireVersion: 21 };
const FOUND = { ok: 1, cursor: { firstBatch: [{ a: 1 }, { a: 2 }], id: 0n, ns: "app.things" } };
const REFUSED = { ok: 0, errmsg: "E11000 duplicate key error collection: app.things", code: 11_000 };

export async function startMongoDb(): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const held = new Set<() => void>();
  let numbered = 0;

  const answer = (socket: Socket, message: Buffer): void => {
    const [requestId, kind] = [message.readInt32LE(4), message.readInt32LE(12)];
    const send = (members: { readonly [name: string]: Value }): void => {
      const body =
        kind === OP_QUERY
          ? // Flags, a cursor, where it begins, one document.
            Buffer.concat([int32(8), int64(0n), int32(0), int32(1), document(members)])
          : Buffer.concat([int32(0), Buffer.from([0]), document(members)]);
      numbered += 1;
      const head = [body.length + 16, numbered, requestId, kind === OP_QUERY ? OP_REPLY : OP_MSG];
      socket.write(Buffer.concat([...head.map(int32), body]));
    };
    // A command is a document of which the first member is its name: behind flags and a byte, the length and the member's type.
    const command = message.toString("latin1", 26, message.indexOf(0, 26));
    if (kind === OP_QUERY || command === "hello" || command === "ismaster") send(HELLO);
    else if (command === "hold") held.add(() => send({ ok: 1 }));
    else {
      if (command === "release") for (const release of held) release();
      send(command === "find" ? FOUND : command === "refuse" ? REFUSED : { ok: 1 });
    }
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    let rest: Buffer = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
        const length = rest.readInt32LE(0);
        answer(socket, rest.subarray(0, length));
        rest = rest.subarray(length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
