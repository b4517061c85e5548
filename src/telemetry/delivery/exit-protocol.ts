import type { Payload, PostResult } from "./post.ts";
import type { Remainder } from "./remainder.ts";

/** What the child may do with a payload: `answer` is its own descriptor of the socket on which an answer is awaited. */
export type Task = { readonly payload: Payload; readonly answer?: number };

export type Orders = {
  readonly timeoutMs: number;
  /** Whether to wait for a receiver at whose address nobody listens right now. */
  readonly patient: boolean;
};

/** Descriptors below are standard input, output and error. */
const FIRST_SOCKET = 3;

/** How an exiting process hands its last payloads to the child that sends them: one line of JSON, then the bodies. */
export function frame(remainders: readonly Remainder[], orders: Orders): Buffer {
  let answer = FIRST_SOCKET;
  const tasks = remainders.map(({ payload: { body, ...rest }, awaitedOn }) => ({
    ...rest,
    length: body.length,
    ...(awaitedOn !== undefined && { answer: answer++ }),
  }));
  return Buffer.concat([
    Buffer.from(`${JSON.stringify({ orders, tasks })}\n`),
    ...remainders.map(({ payload }) => payload.body),
  ]);
}

/** The sockets that the child is to inherit, in the order of its descriptors. */
export const socketsOf = (remainders: readonly Remainder[]): number[] =>
  remainders.flatMap(({ awaitedOn }) => awaitedOn ?? []);

export function unframe(bytes: Buffer): { readonly orders: Orders; readonly tasks: readonly Task[] } {
  const newline = bytes.indexOf(0x0a);
  const head = JSON.parse(bytes.subarray(0, newline).toString("utf8")) as {
    orders: Orders;
    tasks: (Omit<Payload, "body"> & { length: number; answer?: number })[];
  };
  let at = newline + 1;
  const tasks = head.tasks.map(({ length, answer, ...rest }) => {
    const body = bytes.subarray(at, at + length);
    at += length;
    return { payload: { ...rest, body }, ...(answer !== undefined && { answer }) };
  });
  return { orders: head.orders, tasks };
}

/** What the child reports on its standard output: an outcome for every payload, in order. */
export const frameResults = (results: readonly PostResult[]): string => JSON.stringify(results);

export function unframeResults(text: string): readonly PostResult[] {
  try {
    return JSON.parse(text) as PostResult[];
  } catch {
    return [];
  }
}
