import { hash } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { parseTail, type Tail } from "../api/index.ts";
import type { Clock } from "../base/index.ts";
import type { Guard } from "../receive/index.ts";
import { isSameOrigin } from "./access.ts";
import { askedHeaders } from "./asked-headers.ts";
import type { QueryPool } from "./query-pool.ts";
import { plainRefusal, refuseSocket } from "./socket-refusal.ts";
import { authorizationOf, chooseProtocol } from "./socket-token.ts";

/**
 * Loki's tail (grafana.com/docs/loki, "Stream logs"): new lines of a query as messages of a WebSocket. The store is asked now and then, over a time
 * that reaches back a little: lines arrive in batches and not in order. What was sent is remembered as long as it may come again.
 */
export type TailOptions = {
  readonly server: Server;
  readonly guard: Guard;
  /** Origins of pages that may follow besides our own. */
  readonly corsOrigins: readonly string[];
  readonly pool: QueryPool;
  readonly clock: Clock;
  /** Goes up whenever log lines were stored. */
  readonly logsVersion: () => number;
  readonly onClients: (count: number) => void;
};

export const TAIL_PATH = "/loki/api/v1/tail";
const POLL_MS = 300;
/** After a question that had no answer: it would hardly have one at once. */
const FAILED_MS = 5000;
const PING_MS = 15_000;
const MAX_CLIENTS = 20;
/** As Loki's tail_max_duration. */
const MAX_DURATION_MS = 3_600_000;
/** How late a line may arrive and still be shown. */
const REACH_BACK_NS = 120_000_000_000n;
const PAGE_LINES = 1000;
/** More than that in the time of one poll are not followed by eye: the earlier ones are told as dropped. */
const MAX_LOOK_LINES = 5000;
/** A client that reads slower than lines come misses some, and is told, rather than filling memory. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
const MAX_DROPPED_TOLD = 100;
const NEVER = -1;

type Value = readonly [timeNs: string, line: string, ...rest: unknown[]];
type Stream = { readonly stream: Readonly<Record<string, string>>; readonly values: readonly Value[] };
type Entry = {
  /** Tells lines apart, and is short: thousands are remembered. */
  readonly key: string;
  readonly timeNs: bigint;
  readonly stream: Stream["stream"];
  readonly value: Value;
};
type Look = { readonly entries: readonly Entry[]; readonly missed: readonly Entry[] };
type Dropped = { readonly timestamp: string; readonly labels: Stream["stream"] };

function entriesOf(streams: readonly Stream[]): Entry[] {
  return streams
    .flatMap(({ stream, values }) => {
      const labels = JSON.stringify(Object.entries(stream).sort());
      return values.map((value) => ({
        key: hash("sha256", `${labels} ${JSON.stringify(value)}`, "base64"),
        timeNs: BigInt(value[0]),
        stream,
        value,
      }));
    })
    .sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
}

/** Neighbours of one stream stand together, so that the order of time stays. */
function messageOf(entries: readonly Entry[], flags: readonly string[], dropped: readonly Dropped[]): string {
  const streams: { stream: Stream["stream"]; values: Value[] }[] = [];
  for (const { stream, value } of entries) {
    const last = streams.at(-1);
    if (last?.stream === stream) last.values.push(value);
    else streams.push({ stream, values: [value] });
  }
  return JSON.stringify({
    streams,
    ...(dropped.length > 0 && { dropped_entries: dropped }),
    ...(flags.length > 0 && { encodingFlags: flags }),
  });
}

const nowNs = (clock: Clock): bigint => BigInt(Math.floor(clock.nowMs() * 1000)) * 1000n;

/** Follows one query until the socket closes. */
function follow(socket: WebSocket, tail: Tail, headers: Readonly<Record<string, string>>, options: TailOptions): void {
  const { pool, clock, logsVersion } = options;
  let seen = new Set<string>();
  let dropped: Dropped[] = [];
  let first = true;
  let polling = false;
  /** What was there when the store was last asked; lines that are held back make it worth asking again. */
  let askedVersion = NEVER;
  let holdingUntilMs = 0;
  let failedUntilMs = 0;

  const ask = async (startNs: bigint, endNs: bigint, limit: number): Promise<Entry[] | undefined> => {
    const params = new URLSearchParams({
      query: tail.query,
      start: String(startNs),
      end: String(endNs),
      limit: String(limit),
      direction: "backward",
    });
    const task = {
      kind: "request",
      method: "GET",
      path: "/loki/api/v1/query_range",
      params: params.toString(),
      headers,
    } as const;
    const answer = await pool.run(task);
    if (answer.kind !== "response" || answer.status !== 200) return undefined;
    const { data } = JSON.parse(new TextDecoder().decode(answer.body)) as { data: { result: readonly Stream[] } };
    return entriesOf(data.result);
  };
  const isNew = ({ key }: Entry): boolean => !seen.has(key);
  /** The latest lines, back to one that was seen before; where that is too far, the next of those that are left out. */
  const look = async (startNs: bigint, endNs: bigint): Promise<Look | undefined> => {
    let page = await ask(startNs, endNs, PAGE_LINES);
    let entries = page ?? [];
    while (!first && page?.length === PAGE_LINES && page.every(isNew)) {
      const beforeNs = entries[0]?.timeNs ?? startNs;
      const isFar = entries.length >= MAX_LOOK_LINES;
      page = await ask(startNs, beforeNs, isFar ? MAX_DROPPED_TOLD : PAGE_LINES);
      if (isFar) return page && { entries, missed: page.filter(isNew) };
      entries = [...(page ?? []), ...entries];
    }
    return page && { entries, missed: [] };
  };
  const drop = (entries: readonly Entry[]): void => {
    for (const { value, stream } of entries.slice(0, MAX_DROPPED_TOLD - dropped.length))
      dropped.push({ timestamp: value[0], labels: stream });
  };
  const send = (entries: readonly Entry[]): void => {
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      drop(entries);
      return;
    }
    socket.send(messageOf(entries, tail.flags, dropped));
    dropped = [];
  };
  const poll = async (): Promise<void> => {
    const version = logsVersion();
    const now = clock.nowMs();
    if (polling || now < failedUntilMs || (version === askedVersion && now > holdingUntilMs)) return;
    polling = true;
    try {
      const endNs = nowNs(clock) - BigInt(Math.round(tail.delaySeconds * 1e9));
      const backNs = endNs - REACH_BACK_NS;
      const startNs = first || backNs < tail.startNs ? tail.startNs : backNs;
      if (endNs <= startNs) return;
      const looked = await look(startNs, endNs);
      if (looked === undefined) {
        failedUntilMs = now + FAILED_MS;
        return;
      }
      const { entries, missed } = looked;
      if (version !== askedVersion) holdingUntilMs = now + (tail.delaySeconds + 1) * 1000;
      askedVersion = version;
      const fresh = entries.filter(isNew).slice(first ? -tail.limit : 0);
      drop(missed);
      seen = new Set(entries.map(({ key }) => key));
      first = false;
      if (fresh.length > 0 && socket.readyState === socket.OPEN) send(fresh);
    } finally {
      polling = false;
    }
  };
  let answered = true;
  const timers = [
    setInterval(() => void poll().catch(() => socket.terminate()), POLL_MS),
    setInterval(() => {
      if (!answered) return socket.terminate();
      answered = false;
      socket.ping();
    }, PING_MS),
    setTimeout(() => socket.close(1000, "reached tail max duration limit"), MAX_DURATION_MS),
  ];
  socket.on("pong", () => {
    answered = true;
  });
  socket.on("error", () => {});
  socket.once("close", () => {
    for (const timer of timers) clearTimeout(timer);
  });
  void poll().catch(() => socket.terminate());
}

/** Browsers open WebSockets for pages of any origin and only say which. */
function isForeign({ headers }: IncomingMessage, origins: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined || origins.includes("*") || origins.includes(origin)) return false;
  return !isSameOrigin(origin, host);
}

export type TailServer = { readonly close: () => void };

/** Answers upgrades of the server to a WebSocket. */
export function attachTail(options: TailOptions): TailServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 4096,
    perMessageDeflate: false,
    handleProtocols: chooseProtocol,
  });
  options.server.on("upgrade", (request: IncomingMessage, socket: Duplex, rest: Buffer) => {
    socket.on("error", () => {});
    const [path = "", query = ""] = (request.url ?? "").split(/\?(.*)/s, 2);
    const { host } = request.headers;
    const refusal = options.guard({ host, authorization: authorizationOf(request) });
    if (refusal !== undefined) return refuseSocket(socket, plainRefusal(refusal.status, refusal.message));
    if (path !== TAIL_PATH) return refuseSocket(socket, plainRefusal(404, "404 page not found"));
    if (isForeign(request, options.corsOrigins))
      return refuseSocket(socket, plainRefusal(403, "expected a page of this server"));
    if (sockets.clients.size >= MAX_CLIENTS)
      return refuseSocket(
        socket,
        plainRefusal(429, `max concurrent tail requests limit exceeded, limit: ${MAX_CLIENTS}`),
      );
    const headers = askedHeaders(request);
    const asked = { method: "GET", path, params: new URLSearchParams(query), headers };
    const parsed = parseTail(asked, options.clock);
    if ("refusal" in parsed) return refuseSocket(socket, parsed.refusal);
    sockets.handleUpgrade(request, socket, rest, (client) => {
      options.onClients(sockets.clients.size);
      client.once("close", () => options.onClients(sockets.clients.size));
      follow(client, parsed.tail, headers, options);
    });
  });
  return {
    close: () => {
      for (const client of sockets.clients) client.close(1001, "agent-observatory is ending");
      sockets.close();
    },
  };
}
