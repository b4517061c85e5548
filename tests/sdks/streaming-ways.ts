/** The program of the streaming suite: reads streams with every client in every way, and prints what it got. */
import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Client, createClients, type Undicis } from "./streaming-clients.ts";

type Way = (open: (signal?: AbortSignal) => ReturnType<Client>) => Promise<unknown>;

async function read(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  const whole = Buffer.concat(pieces);
  return `${whole.length} bytes, ${createHash("sha256").update(whole).digest("hex").slice(0, 8)}`;
}

/** The server's behavior goes by the name as well. */
export const WAYS: Readonly<Record<string, Way>> = {
  full: async (open) => read((await open()).body),
  break: async (open) => {
    for await (const piece of (await open()).body) return `left ${piece.constructor.name}`;
  },
  return: async (open) => {
    const iterator = (await open()).body[Symbol.asyncIterator]();
    await iterator.next();
    return [await iterator.return?.(), await iterator.next()];
  },
  throw: async (open) => {
    for await (const _ of (await open()).body) throw new RangeError("mine");
  },
  abort: async (open) => {
    const controller = new AbortController();
    for await (const _ of (await open(controller.signal)).body) setImmediate(() => controller.abort());
  },
  "abort with a reason": async (open) => {
    const controller = new AbortController();
    const reason = new RangeError("no longer wanted");
    for await (const _ of (await open(controller.signal)).body) setImmediate(() => controller.abort(reason));
  },
  timeout: async (open) => {
    const controller = new AbortController();
    const { body } = await open(controller.signal);
    setTimeout(() => controller.abort(new DOMException("late", "TimeoutError")), 50);
    return read(body);
  },
  cut: async (open) => read((await open()).body),
  "half-close": async (open) => read((await open()).body),
  slow: async (open) => read((await open()).body),
  piped: async (open) => {
    const { body, native } = await open();
    const upper = new Transform({ transform: (chunk, _, done) => done(null, chunk.toString().toUpperCase()) });
    if (native instanceof Response) {
      return read(native.body!.pipeThrough(new TransformStream()) as unknown as AsyncIterable<Uint8Array>);
    }
    const [text] = await Promise.all([read(upper), pipeline(body, upper)]);
    return text;
  },
  "read late": async (open) => {
    const { body, native } = await open();
    await new Promise((resolve) => setTimeout(resolve, 150));
    // fetch gives up the body of a response that is collected.
    return [await read(body), typeof native];
  },
};

/** Only where the client has them. */
const OF_RESPONSES: Readonly<Record<string, Way>> = {
  tee: async (open) => {
    const [left, right] = ((await open()).native as Response).body!.tee();
    const both = [left, right] as unknown as AsyncIterable<Uint8Array>[];
    return Promise.all(both.map(read));
  },
  "tee and leave one": async (open) => {
    const [left, right] = ((await open()).native as Response).body!.tee();
    // Is done when the other is.
    void right.cancel();
    return read(left as unknown as AsyncIterable<Uint8Array>);
  },
  clone: async (open) => {
    const { native } = await open();
    const clone = (native as Response).clone();
    return [(await clone.text()).length, (await (native as Response).text()).length];
  },
  cancel: async (open) => {
    const { native } = await open();
    await (native as Response).body!.cancel("enough");
    return (native as Response).bodyUsed;
  },
};

/** Some clients never tell that a stream was lost; that is theirs, and to be the same under observation. */
const PATIENCE_MS = 20_000;

const WITHOUT: Readonly<Record<string, string>> = {
  // Node closes a stream of HTTP/2 under who comes late, sometimes.
  http2: "read late",
  // It would cut off all the others, which share the connection.
  "undici 7 over HTTP 2": "cut",
  "undici 8 over HTTP 2": "cut",
};

const summary = (error: unknown): string => {
  const { name, code, message, cause } = error as Error & { code?: unknown };
  return `threw ${name} ${code} ${message}${cause === undefined ? "" : ` <- ${summary(cause)}`}`;
};

export type Streams = Undicis & { readonly base: string; readonly http2Origin: string };

/** Each line names the client, the way, and what came of it; the order is that of the table. */
export async function readInEveryWay(streams: Streams): Promise<void> {
  const clients = createClients(streams, streams.base, streams.http2Origin);
  const readWith = async ([name, client]: readonly [string, Client]): Promise<string[]> => {
    const ways = Object.entries({ ...WAYS, ...(name.includes("fetch") ? OF_RESPONSES : {}) });
    const all = ways.filter(([way]) => WITHOUT[name] !== way);
    const results = all.map(async ([way, run]) => {
      const body = { model: `${name}/${way}`, stream: true, messages: [] };
      const open = (signal?: AbortSignal) => client(`${streams.base}/v1/chat/completions`, body, signal);
      const late = new Promise((resolve) => setTimeout(() => resolve("still waiting"), PATIENCE_MS));
      const result = await Promise.race([run(open).then(JSON.stringify, summary), late]);
      return `${name}/${way}: ${result}`;
    });
    return Promise.all(results);
  };
  // Not all at once, so that what is timed has its time.
  const rest = Object.entries(clients);
  while (rest.length > 0) {
    for (const line of (await Promise.all(rest.splice(0, 4).map(readWith))).flat()) console.log(line);
  }
}

/** Streams that nobody reads, by the thousand, or one after the other until the collector of garbage has been there. */
export async function leaveUnread(base: string, gc: () => void, count: number): Promise<void> {
  const url = `${base}/v1/chat/completions`;
  const open = async (model: string): Promise<void> => {
    await fetch(url, { method: "POST", body: JSON.stringify({ model, stream: true, messages: [] }) });
  };
  for (let index = 0; index < count; index += 1) await open(`unread ${index}`);
  const closed = fetch(`${base}/closed?${count}`);
  // The server answers when all of them are closed; nobody here can know of it but by the collector.
  const collecting = setInterval(gc, 10);
  await (await closed).text();
  clearInterval(collecting);
  const after = await fetch(url, { method: "POST", body: JSON.stringify({ model: "after", messages: [] }) });
  await after.text();
}
