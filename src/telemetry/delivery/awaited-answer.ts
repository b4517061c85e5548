import { Socket } from "node:net";
import { type Payload, type PostResult, resultOfStatus } from "./post.ts";

/** Enough for the head of any answer that an OTLP receiver gives. */
const MAX_HEAD_BYTES = 64 * 1024;

/**
 * `grpc-status` as HPACK writes it in the first trailers of a connection: the name plain or in Huffman code, and `0` as either. The frames
 * before it may have been read by the process that is gone, so they cannot be counted through.
 */
const GRPC_STATUS = [Buffer.from("\x0bgrpc-status", "latin1"), Buffer.from("889acac8b21234da8f", "hex")];
const GRPC_OK = ["0130", "8107"];

function readHttp(bytes: Buffer): PostResult | undefined {
  const text = bytes.toString("latin1");
  // An interim answer (1xx) comes before the real one.
  const status = /(?:^|\r\n\r\n)HTTP\/1\.[01] ([2-5]\d\d)[\s\S]*?\r\n\r\n/.exec(text);
  return status === null
    ? undefined
    : resultOfStatus(Number(status[1]), /\r\nretry-after: *(\d+)/i.exec(status[0])?.[1]);
}

function readGrpc(bytes: Buffer): PostResult | undefined {
  for (const name of GRPC_STATUS) {
    const at = bytes.indexOf(name);
    const value = at === -1 ? "" : bytes.toString("hex", at + name.length, at + name.length + 2);
    // Any other status: what it means is learnt by sending again.
    if (value.length === 4)
      return GRPC_OK.includes(value) ? { kind: "delivered" } : { kind: "retry", reason: "refused" };
  }
  return undefined;
}

/**
 * Waits for the answer to a request that another process has sent over a socket that this one inherited. Undefined: there was none that says
 * what became of the request.
 */
export function readAnswer(
  fd: number,
  protocol: Payload["protocol"],
  timeoutMs: number,
): Promise<PostResult | undefined> {
  const read = protocol === "grpc" ? readGrpc : readHttp;
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const socket = new Socket({ fd, readable: true, writable: false });
    const finish = (result: PostResult | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => finish(undefined), timeoutMs);
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const result = read(bytes);
      if (result !== undefined) finish(result);
      else if (bytes.length > MAX_HEAD_BYTES) finish(undefined);
    });
    socket.once("error", () => finish(undefined));
    socket.once("close", () => finish(undefined));
  });
}
