/** A provider whose answers are the recorded ones, damaged in every way that bytes, JSON and HTTP can be; the same for the same number. */
import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { GOLDEN } from "../genai/golden-cases.ts";
import { targetOf } from "../genai/reading.ts";

const RECORDED = new URL("../recorded/", import.meta.url);
const CASES = GOLDEN.map(({ file, at }) => ({
  path: targetOf(at).path,
  isStream: file.endsWith(".sse"),
  bytes: readFileSync(new URL(file, RECORDED)),
}));

/** The path of a numbered call. */
export const pathOf = (number: number): string => (CASES[number % CASES.length] as (typeof CASES)[number]).path;

export type Random = () => number;

/** mulberry32: small, and the same everywhere. */
export function randomOf(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)] as T;

const HOSTILE_VALUES: readonly string[] = [
  "null",
  "true",
  "-1",
  "1e999",
  "-0",
  "0.1",
  "99999999999999999999999999",
  '"\\ud800"',
  '"\\u0000"',
  "{}",
  "[]",
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"toString":1,"valueOf":null,"hasOwnProperty":0}',
  `${"[".repeat(2000)}${"]".repeat(2000)}`,
  `"${"x".repeat(100_000)}"`,
  '"\\u202e<script>alert(1)</script>\\u001b[2J"',
];

/** Puts hostile values in the place of JSON values, in an answer or in the events of a stream. */
function swapValues(text: string, random: Random): string {
  const share = random() * 0.3;
  return text.replace(/(?<=[:[,]\s*)(?:"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null)(?=\s*[,\]}])/g, (value) =>
    random() < share ? pick(random, HOSTILE_VALUES) : value,
  );
}

const slice = (bytes: Buffer, random: Random): [number, number] => {
  const from = below(random, bytes.length + 1);
  return [from, Math.min(bytes.length, from + below(random, 200))];
};

const MUTATIONS: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes) => bytes,
  (bytes, random) => bytes.subarray(0, below(random, bytes.length + 1)),
  (bytes, random) => {
    const damaged = Buffer.from(bytes);
    for (let flips = 1 + below(random, 20); flips > 0; flips -= 1) {
      const at = below(random, damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << below(random, 8));
    }
    return damaged;
  },
  (bytes, random) => {
    const [from, to] = slice(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => {
    const [from, to] = slice(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (bytes, random) => {
    const [from] = slice(bytes, random);
    const noise = Buffer.from(Array.from({ length: below(random, 300) }, () => below(random, 256)));
    return Buffer.concat([bytes.subarray(0, from), noise, bytes.subarray(from)]);
  },
  (bytes, random) => Buffer.from(swapValues(bytes.toString("utf8"), random)),
  (bytes) => Buffer.from(bytes.toString("utf8").replaceAll("\n", "\r\n")),
  (bytes) => Buffer.from(bytes.toString("utf8").replaceAll("\n", "\r")),
  (bytes) => Buffer.concat([Buffer.from("\ufeff"), bytes]),
  (bytes) => Buffer.from(bytes.toString("utf8"), "utf16le"),
  (bytes) => Buffer.concat([bytes, bytes]),
];

const TYPES = [
  "application/json",
  "text/event-stream",
  "application/x-ndjson",
  "application/vnd.amazon.eventstream",
  "text/html",
  "",
];
const STATUSES = [200, 200, 200, 200, 200, 201, 204, 400, 401, 404, 429, 500, 503, 529];

type Manner = { readonly encoding: string | undefined; readonly cut: boolean; readonly pieces: number };

/** An answer without the errors of a connection, since these differ from run to run in what has arrived by then. */
function send(response: ServerResponse, bytes: Buffer, { cut, pieces }: Manner): void {
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  for (let at = 0; at < bytes.length; at += size) response.write(bytes.subarray(at, at + size));
  if (cut) response.destroy();
  else response.end();
}

export type HostileProvider = { readonly url: string; readonly close: () => Promise<void> };

/** Answers by the number in the header `x-case`. */
export async function startHostileProvider(seed: number): Promise<HostileProvider> {
  const server: Server = createServer((request, response) => {
    const number = Number(request.headers["x-case"]);
    request.resume().on("end", () => {
      const random = randomOf(seed + number);
      const { bytes, isStream } = CASES[number % CASES.length] as (typeof CASES)[number];
      let answer: Buffer = bytes;
      for (let times = below(random, 3); times > 0; times -= 1) answer = pick(random, MUTATIONS)(answer, random);
      const usualType = isStream ? "text/event-stream" : "application/json";
      const type = random() < 0.85 ? usualType : pick(random, TYPES);
      const encoding = random() < 0.8 ? undefined : "gzip";
      const status = pick(random, STATUSES);
      // Damaged after it was packed, too.
      if (encoding === "gzip") answer = random() < 0.8 ? gzipSync(answer) : answer;
      response.writeHead(status, {
        ...(type !== "" && { "content-type": type }),
        ...(encoding !== undefined && { "content-encoding": encoding }),
      });
      if (status === 204) response.end();
      else send(response, answer, { encoding, cut: random() < 0.05, pieces: pick(random, [1, 1, 2, 7, 50]) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
