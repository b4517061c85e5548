import type { Payload } from "./post.ts";

/** How an exiting process hands its last payloads to the child that sends them: one line of JSON, then the bodies. */
export function frame(payloads: readonly Payload[]): Buffer {
  const head = payloads.map(({ body, ...rest }) => ({ ...rest, length: body.length }));
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...payloads.map(({ body }) => body)]);
}

export function unframe(bytes: Buffer): Payload[] {
  const newline = bytes.indexOf(0x0a);
  const head = JSON.parse(bytes.subarray(0, newline).toString("utf8")) as (Omit<Payload, "body"> & {
    length: number;
  })[];
  let at = newline + 1;
  return head.map(({ length, ...rest }) => {
    const body = bytes.subarray(at, at + length);
    at += length;
    return { ...rest, body };
  });
}
