import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { WebSocket } from "ws";
import { otlp, type RunningObservatory, runObservatory, send } from "./running-observatory.ts";

type Message = {
  readonly streams: readonly {
    readonly stream: Record<string, string>;
    readonly values: readonly [string, string][];
  }[];
  readonly dropped_entries?: readonly { readonly timestamp: string; readonly labels: Record<string, string> }[];
};

const messageOf = ([data]: readonly unknown[]): Message => JSON.parse(String(data)) as Message;

/** The first message's lines, then, after `more`, as many others as that brings. */
async function follow(url: string, more: () => Promise<void>, count: number): Promise<[string[], string[]]> {
  const socket = new WebSocket(url);
  const messages: string[][] = [];
  const arrival = new EventTarget();
  socket.on("message", (data) => {
    const { streams } = JSON.parse(String(data)) as Message;
    messages.push(streams.flatMap(({ values }) => values.map(([, line]) => line)));
    arrival.dispatchEvent(new Event("lines"));
  });
  await once(arrival, "lines");
  await more();
  while (messages.slice(1).flat().length < count) await once(arrival, "lines");
  socket.close();
  await once(socket, "close");
  return [messages[0] ?? [], messages.slice(1).flat()];
}

const refusal = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
  const socket = new WebSocket(url, { headers });
  socket.on("error", () => {});
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
  socket.terminate();
  return response.statusCode;
};

describe("following logs", () => {
  let observatory: RunningObservatory;
  const urlOf = (query: string, more = ""): string =>
    `${observatory.urls.web.replace("http", "ws")}/loki/api/v1/tail?query=${encodeURIComponent(query)}${more}`;
  before(async () => {
    observatory = await runObservatory();
  });
  after(() => observatory[Symbol.asyncDispose]());

  it("sends the last lines and then every new one once, late ones as well", async () => {
    const { otlpHttp } = observatory.urls;
    const now = Date.now();
    await send(otlpHttp, "logs", otlp.logs(["a keep", "b keep", "c keep", "d drop"], now - 20_000));
    const more = async (): Promise<void> => {
      await send(otlpHttp, "logs", otlp.logs(["e keep", "e drop"], now));
      await send(otlpHttp, "logs", otlp.logs(["f keep"], now - 10_000));
      await send(otlpHttp, "logs", otlp.logs(["g keep"], now + 10));
    };
    const [last, fresh] = await follow(urlOf('{service_name="program"} |= "keep"', "&limit=2"), more, 3);
    assert.deepEqual(last, ["b keep", "c keep"]);
    assert.deepEqual(fresh.toSorted(), ["e keep", "f keep", "g keep"]);
  });

  it("keeps structured metadata apart for clients that ask for that, in Loki's form", async () => {
    const now = Date.now();
    await send(observatory.urls.otlpHttp, "logs", otlp.logs(["apart"], now));
    const headers = { "x-loki-response-encoding-flags": "categorize-labels" };
    const socket = new WebSocket(urlOf('{service_name="program"} |= "apart"'), { headers });
    const message = messageOf((await once(socket, "message")) as unknown[]);
    socket.terminate();
    assert.deepEqual(message, {
      streams: [
        {
          stream: { service_name: "program" },
          values: [[`${now}000000`, "apart", { structuredMetadata: { detected_level: "unknown" } }]],
        },
      ],
      encodingFlags: ["categorize-labels"],
    });
  });

  it("tells that lines were left out where more come than it follows", async () => {
    const socket = new WebSocket(urlOf('{service_name="program"} |= "many"'));
    await once(socket, "open");
    const now = Date.now();
    await send(observatory.urls.otlpHttp, "logs", otlp.logs(["many before"], now - 1000));
    assert.equal(messageOf(await once(socket, "message")).dropped_entries, undefined);
    const lines = Array.from({ length: 7000 }, (_, index) => `many ${index}`);
    await send(observatory.urls.otlpHttp, "logs", otlp.logs(lines, now));
    const { streams, dropped_entries: dropped = [] } = messageOf(await once(socket, "message"));
    const shown = streams.flatMap(({ values }) => values.map(([, line]) => line));
    assert.deepEqual(shown, lines.slice(2000));
    assert.equal(dropped.length, 100);
    assert.equal(dropped.at(-1)?.timestamp, `${BigInt(now) * 1_000_000n + 1999n}`);
    assert.equal(dropped[0]?.labels["service_name"], "program");
    await send(observatory.urls.otlpHttp, "logs", otlp.logs(["many after"], now + 1));
    const after = messageOf(await once(socket, "message"));
    assert.deepEqual([after.streams.length, after.dropped_entries], [1, undefined]);
    socket.close();
  });

  it("refuses what is no query for lines, pages of others, and other paths", async () => {
    assert.equal(await refusal(urlOf("{")), 400);
    assert.equal(await refusal(urlOf('{a="b"}', "&delay_for=6")), 400);
    assert.equal(await refusal(urlOf('{a="b"}'), { origin: "http://other.test" }), 403);
    assert.equal(await refusal(urlOf('{a="b"}'), { host: "rebound.test" }), 403);
    assert.equal(await refusal(urlOf('{a="b"}').replace("tail", "tale")), 404);
  });

  it("ends when the process ends", async () => {
    await using short = await runObservatory();
    const socket = new WebSocket(`${short.urls.web.replace("http", "ws")}/loki/api/v1/tail?query={a="b"}`);
    await once(socket, "open");
    const closed = once(socket, "close");
    await short.close();
    assert.equal((await closed)[0], 1001);
  });
});
