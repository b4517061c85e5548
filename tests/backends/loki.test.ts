import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WebSocketServer } from "ws";
import { BackendError, createLokiBackend, type TailBatch } from "../../src/backends/index.ts";
import { closedUrl, startLocalServer } from "./local-server.ts";

const streamsAnswer = {
  status: "success",
  data: {
    resultType: "streams",
    result: [
      {
        stream: { service_name: "a" },
        values: [
          ["1700000000000000003", "third"],
          ["1700000000000000001", "first"],
        ],
      },
      { stream: { service_name: "b", trace_id: "t" }, values: [["1700000000000000002", "second"]] },
    ],
  },
};
const RANGE = { startMs: 1_700_000_000_000, endMs: 1_700_000_001_000 };

describe("the client of Loki", () => {
  it("puts the lines of all streams in order, to the nanosecond", async () => {
    await using server = await startLocalServer(() => ({ json: streamsAnswer }));
    const loki = createLokiBackend({ url: server.url });
    const latest = await loki.queryRange('{a="b"}', RANGE);
    assert.ok(latest.type === "lines");
    assert.deepEqual(
      latest.entries.map(({ line, timeNs }) => [line, timeNs]),
      [
        ["third", 1_700_000_000_000_000_003n],
        ["second", 1_700_000_000_000_000_002n],
        ["first", 1_700_000_000_000_000_001n],
      ],
    );
    const forward = await loki.queryRange('{a="b"}', { ...RANGE, direction: "forward", limit: 7 });
    assert.ok(forward.type === "lines");
    assert.deepEqual([forward.entries[0]?.line, forward.entries[1]?.labels["trace_id"]], ["first", "t"]);
    const { params } = server.asked[1] ?? assert.fail();
    assert.deepEqual(
      [params.get("start"), params.get("end"), params.get("limit"), params.get("direction")],
      ["1700000000000000000", "1700000001000000000", "7", "forward"],
    );
  });

  it("reads counts, labels, series and statistics", async () => {
    await using server = await startLocalServer(({ path }) => {
      if (path === "/loki/api/v1/query")
        return {
          json: { status: "success", data: { resultType: "vector", result: [{ metric: {}, value: [1, "3"] }] } },
        };
      if (path === "/loki/api/v1/index/stats") return { json: { streams: 1, chunks: 2, entries: 3, bytes: 4 } };
      if (path === "/loki/api/v1/series") return { json: { status: "success", data: [{ a: "b" }] } };
      // Loki leaves the member out where there is nothing.
      return { json: path === "/loki/api/v1/labels" ? { status: "success", data: ["a"] } : { status: "success" } };
    });
    const loki = createLokiBackend({ url: server.url });
    const counted = await loki.query('sum(count_over_time({a="b"}[5m]))');
    assert.ok("series" in counted);
    assert.equal(counted.series[0]?.points[0]?.value, 3);
    assert.deepEqual(await loki.stats('{a="b"}', RANGE), { streams: 1, chunks: 2, entries: 3, bytes: 4 });
    assert.equal((await loki.series(['{a="b"}']))[0]?.["a"], "b");
    assert.deepEqual([await loki.labels(), await loki.labelValues("nothing")], [["a"], []]);
  });

  it("says what Loki says of a wrong query", async () => {
    await using server = await startLocalServer(() => ({ status: 400, body: "parse error at line 1, col 2\n" }));
    await assert.rejects(
      createLokiBackend({ url: server.url }).queryRange("{", RANGE),
      /got 400: parse error at line 1, col 2\./,
    );
  });
});

describe("following logs", () => {
  const batch = (line: string, dropped: unknown[] | null = null): string =>
    JSON.stringify({ streams: [{ stream: { a: "b" }, values: [["1", line]] }], dropped_entries: dropped });

  async function collect(batches: AsyncIterable<TailBatch>): Promise<(string | number)[]> {
    const seen: (string | number)[] = [];
    for await (const { entries, dropped } of batches) seen.push(...entries.map(({ line }) => line), dropped);
    return seen;
  }

  it("hands out what comes, and ends when Loki does", async () => {
    await using server = await startLocalServer(() => ({ status: 400 }));
    const sockets = new WebSocketServer({ server: server.server });
    const headers: (string | undefined)[] = [];
    sockets.on("connection", (socket, request) => {
      headers.push(request.url, request.headers.authorization);
      socket.send(batch("one"));
      socket.send(batch("two", [{}, {}]));
      socket.close(1000);
    });
    const loki = createLokiBackend({ url: server.url, token: "t" });
    assert.deepEqual(await collect(loki.tail('{a="b"}', { limit: 5 })), ["one", 0, "two", 2]);
    assert.deepEqual(headers, ["/loki/api/v1/tail?query=%7Ba%3D%22b%22%7D&limit=5", "Bearer t"]);
  });

  it("ends when it is aborted, and closes the connection", async () => {
    await using server = await startLocalServer(() => ({ status: 400 }));
    const sockets = new WebSocketServer({ server: server.server });
    const abort = new AbortController();
    const closed = new Promise((resolve) => {
      sockets.on("connection", (socket) => {
        socket.on("close", resolve);
        socket.send(batch("one"));
      });
    });
    const seen: string[] = [];
    for await (const { entries } of createLokiBackend({ url: server.url }).tail("{}", { signal: abort.signal })) {
      seen.push(...entries.map(({ line }) => line));
      abort.abort();
    }
    await closed;
    assert.deepEqual(seen, ["one"]);
  });

  it("is an error when the connection breaks, when nobody listens, and when Loki refuses the query", async () => {
    const failureOf = async (url: string): Promise<BackendError> => {
      const error = await collect(createLokiBackend({ url }).tail("{")).catch((reason: unknown) => reason);
      assert.ok(error instanceof BackendError, String(error));
      return error;
    };
    await using breaking = await startLocalServer(() => ({ status: 400 }));
    new WebSocketServer({ server: breaking.server }).on("connection", (socket) => socket.terminate());
    assert.equal((await failureOf(breaking.url)).failure, "unreachable");
    assert.equal((await failureOf(await closedUrl())).received, "connection refused");
    await using refusing = await startLocalServer(() => ({ status: 400, body: "parse error" }));
    assert.deepEqual(
      [(await failureOf(refusing.url)).failure, (await failureOf(refusing.url)).received],
      ["rejected", "400: parse error"],
    );
    await using silent = await startLocalServer(() => ({ status: 400, body: "Bad Request" }));
    assert.match((await failureOf(silent.url)).message, /to open a WebSocket, got none/);
  });
});
