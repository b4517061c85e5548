import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { post } from "./numbered.ts";
import { type Served, startServed } from "./served.ts";

/** More than one query may select. */
const SERIES = 210_000;
const SERIES_PER_REQUEST = 10_000;
const LINES = 50_000;
const LINES_PER_REQUEST = 5000;
const YEAR_S = 365 * 86_400;
const TIMEOUT_S = 8;
const MB = 1024 * 1024;
const MOST_MB = 1100;

const RESOURCE = '"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"flood"}}]}';

function metricsOf(from: number, timeMs: number): string {
  const points = Array.from({ length: SERIES_PER_REQUEST }, (_, index) => {
    const value = `user-${from + index}-of-many`;
    return `{"timeUnixNano":"${timeMs}000000","asDouble":1,"attributes":[{"key":"user.id","value":{"stringValue":"${value}"}}]}`;
  });
  return `{"resourceMetrics":[{${RESOURCE},"scopeMetrics":[{"metrics":[{"name":"flood","gauge":{"dataPoints":[${points.join()}]}}]}]}]}`;
}

function logsOf(from: number, timeMs: number): string {
  const records = Array.from({ length: LINES_PER_REQUEST }, (_, index) => {
    const line = `line ${from + index} ${"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".repeat(3)}`;
    return `{"timeUnixNano":"${timeMs}${String(from + index).padStart(6, "0")}","body":{"stringValue":"${line}"}}`;
  });
  return `{"resourceLogs":[{${RESOURCE},"scopeLogs":[{"logRecords":[${records.join()}]}]}]}`;
}

/** The most memory that a process ever had. */
const peakMb = ({ pid }: Served): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

type Answer = { readonly status: number; readonly text: string; readonly seconds: number };

describe("the embedded process, asked and sent too much", {
  skip: process.platform === "linux" ? false : "DID NOT RUN: memory is read from /proc",
}, () => {
  let served: Served;
  let nowS = 0;
  before(
    async () => {
      served = await startServed({
        stderr: "keep",
        environment: {
          AGENT_OBSERVATORY_QUERY_TIMEOUT: `${TIMEOUT_S}s`,
          AGENT_OBSERVATORY_MAX_SERIES_PER_DAY: String(2 * SERIES),
        },
      });
      const timeMs = Date.now();
      nowS = Math.floor(timeMs / 1000) + 1;
      for (let from = 0; from < SERIES; from += SERIES_PER_REQUEST) {
        const { status, text } = await post(served, "metrics", metricsOf(from, timeMs));
        assert.deepEqual([status, text], [200, "{}"]);
      }
      for (let from = 0; from < LINES; from += LINES_PER_REQUEST) {
        const { status, text } = await post(served, "logs", logsOf(from, timeMs));
        assert.deepEqual([status, text], [200, "{}"]);
      }
    },
    { timeout: 120_000 },
  );
  after(() => served.kill());

  const ask = async (path: string, parameters: Readonly<Record<string, string>>): Promise<Answer> => {
    const startedMs = performance.now();
    const response = await fetch(served.prometheus + path, {
      method: "POST",
      body: new URLSearchParams(parameters),
    });
    const text = await response.text();
    return { status: response.status, text, seconds: (performance.now() - startedMs) / 1000 };
  };
  const year = (step: number) => ({ start: String(nowS - YEAR_S), end: String(nowS), step: String(step) });
  const hour = () => ({ start: `${nowS - 3600}`, end: `${nowS + 60}` });

  type Case = {
    readonly what: string;
    readonly path?: string;
    readonly parameters: () => Readonly<Record<string, string>>;
    readonly statuses: readonly number[];
    readonly says?: RegExp;
  };
  const cases: readonly Case[] = [
    {
      what: "a year in steps of a minute",
      path: "/api/v1/query_range",
      parameters: () => ({ query: "flood", ...year(60) }),
      statuses: [400],
      says: /exceeded maximum resolution of 11,000 points per timeseries/,
    },
    {
      what: "a year in steps of an hour",
      path: "/api/v1/query_range",
      parameters: () => ({ query: 'flood{user_id=~"user-1.-of-many"}', ...year(3600) }),
      statuses: [200],
      says: /"resultType":"matrix"/,
    },
    {
      what: "a year of very many series",
      path: "/api/v1/query_range",
      parameters: () => ({ query: 'flood{user_id=~"user-1.*"}', ...year(3600) }),
      statuses: [422, 503],
    },
    {
      what: "every series",
      parameters: () => ({ query: '{__name__=~".+"}', time: String(nowS) }),
      statuses: [422],
      says: /"errorType":"execution".*at most 200,000 series.*AO_STORE_LIMIT/,
    },
    {
      what: "the labels of every series",
      path: "/api/v1/series",
      parameters: () => ({ "match[]": '{__name__=~".+"}', ...hour() }),
      statuses: [422],
      says: /"errorType":"execution".*at most 200,000 series.*AO_STORE_LIMIT/,
    },
    {
      what: "a pattern that backtracks elsewhere",
      parameters: () => ({ query: 'count(flood{user_id=~"(.*)*(.*)*(a*)*b"})', time: String(nowS) }),
      statuses: [200, 503],
    },
    {
      what: "a pattern that grows beyond measure",
      parameters: () => ({ query: 'count(flood{user_id=~"((a{1000}){1000}){1000}"})', time: String(nowS) }),
      statuses: [400],
      says: /error parsing regexp/,
    },
    {
      what: "an answer of hundreds of megabytes",
      parameters: () => ({ query: "vector(1)[1d:10ms]", time: String(nowS) }),
      statuses: [422, 503],
    },
    {
      what: "more samples than fit",
      parameters: () => ({ query: "count_over_time(vector(1)[1d:1ms])", time: String(nowS) }),
      statuses: [422],
      says: /too many samples/,
    },
    {
      what: "labels that grow",
      parameters: () => ({
        query: `label_join(flood{user_id=~"user-1.*"}, "x", ",", ${Array<string>(500).fill('"user_id"').join()})`,
        time: String(nowS),
      }),
      statuses: [422, 503],
    },
    {
      what: "a query of ten megabytes",
      parameters: () => ({ query: `1${"*1".repeat(5 * MB - 100)}` }),
      statuses: [400, 422, 503],
    },
    {
      what: "a query that is nested deep",
      parameters: () => ({ query: `${"-".repeat(10 * MB - 100)}1` }),
      statuses: [400, 422, 503],
    },
    {
      what: "all lines, by a slow pattern",
      path: "/loki/api/v1/query_range",
      parameters: () => ({
        query: '{service_name="flood"} |~ "(a|aa|aaa)*(b|bb)*(a|aa)*c(.*)*d"',
        limit: "5000",
        ...hour(),
      }),
      statuses: [200, 504],
    },
    {
      what: "a series for each line",
      path: "/loki/api/v1/query",
      parameters: () => ({
        query: 'sum by (n) (count_over_time({service_name="flood"} | pattern "line <n> <_>" [1h]))',
        time: String(nowS + 60),
      }),
      statuses: [400, 504],
    },
    {
      what: "more lines than one may have",
      path: "/loki/api/v1/query_range",
      parameters: () => ({ query: '{service_name="flood"}', limit: "50000", ...hour() }),
      statuses: [400],
      says: /max entries limit/,
    },
    {
      what: "lines that a template makes large",
      path: "/loki/api/v1/query_range",
      parameters: () => ({
        query: '{service_name="flood"} | line_format "{{ repeat 1000000 .message }}{{ repeat 1000000 \\"x\\" }}"',
        limit: "5000",
        ...hour(),
      }),
      statuses: [200, 400, 422, 504],
    },
  ];
  for (const { what, path = "/api/v1/query", parameters, statuses, says } of cases) {
    it(`answers ${what} in time, within its memory, and lives`, { timeout: 60_000 }, async (test) => {
      const { status, text, seconds } = await ask(path, parameters());
      assert.ok(statuses.includes(status), `${status} ${text.slice(0, 300)}`);
      if (says !== undefined) assert.match(text.slice(0, 1000), says);
      // The thread that does not look at its time is given two seconds more; what is sent takes time as well.
      assert.ok(seconds < TIMEOUT_S + 6, `${seconds} s`);
      assert.match((await ask("/api/v1/query", { query: "1" })).text, /"1"/);
      const peak = peakMb(served);
      test.diagnostic(`${status} after ${seconds.toFixed(1)} s; at most ${peak.toFixed(0)} MB until now`);
      assert.ok(peak < MOST_MB, `${peak} MB`);
    });
  }

  it("keeps no more answers for clients that do not read them than it has room for", { timeout: 120_000 }, async () => {
    const { port } = new URL(served.prometheus);
    const sockets: Socket[] = [];
    const statuses: string[] = [];
    // 30 MB each.
    const query = new URLSearchParams({ query: "vector(1)[1d:60ms]", time: String(nowS) });
    for (let count = 0; count < 12; count++) {
      const socket = connect(Number(port), "127.0.0.1");
      sockets.push(socket);
      socket.write(`GET /api/v1/query?${query} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      const [first] = (await once(socket, "data")) as [Buffer];
      socket.pause();
      statuses.push(first.toString("latin1").slice(9, 12));
    }
    assert.ok(statuses.includes("200") && statuses.at(-1) === "503", statuses.join());
    assert.ok(peakMb(served) < MOST_MB, `${peakMb(served)} MB`);
    for (const socket of sockets) socket.destroy();
    while ((await ask("/api/v1/query", { query: "vector(1)[1h:60ms]" })).status !== 200)
      await new Promise(setImmediate);
  });

  it("still takes data and says nothing odd on stderr", async () => {
    const { status } = await post(served, "metrics", metricsOf(0, Date.now()));
    assert.equal(status, 200);
    assert.deepEqual(served.said().trim().split("\n").slice(1), []);
  });
});
