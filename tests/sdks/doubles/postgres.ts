/** A PostgreSQL server that answers every statement with the same two rows (protocol 3.0, simple and extended queries). */
import { type AddressInfo, createServer, type Socket } from "node:net";

const message = (type: string, ...parts: readonly (string | Buffer)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  const head = Buffer.alloc(5);
  head.write(type, "latin1");
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value: number): Buffer => Buffer.concat([int16(value >> 16), int16(value & 0xffff)]);

const READY = message("Z", "I");
/** One column of text, and two rows of it. */
const DESCRIPTION = message("T", int16(1), "id\0", int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0));
const ROWS = ["a", "b"].map((value) => message("D", int16(1), int32(1), value));
const COMPLETE = message("C", "SELECT 2\0");

const ANSWERS: Readonly<Record<string, Buffer>> = {
  Q: Buffer.concat([DESCRIPTION, ...ROWS, COMPLETE, READY]),
  P: message("1"),
  B: message("2"),
  D: DESCRIPTION,
  E: Buffer.concat([...ROWS, COMPLETE]),
  S: READY,
};

function serve(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const at = started ? 1 : 0;
      if (rest.length < at + 4 || rest.length < at + rest.readUInt32BE(at)) return;
      const type = started ? String.fromCharCode(rest[0] ?? 0) : "";
      rest = rest.subarray(at + rest.readUInt32BE(at));
      if (!started) socket.write(Buffer.concat([message("R", int32(0)), READY]));
      else if (type === "X") socket.end();
      else socket.write(ANSWERS[type] ?? Buffer.alloc(0));
      started = true;
    }
  });
}

export async function startPostgres(): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serve(socket);
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
