import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SPAN_KINDS } from "../../src/signals/index.ts";
import { pathOf, type Random, randomOf, startHostileProvider } from "./hostile-provider.ts";
import { type PreloadMode, type ProgramRun, runProgram } from "./run-program.ts";

/** Another seed finds other things: `FUZZ_SEED=7 FUZZ_CALLS=100000`. */
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);
const CALLS = Number(process.env["FUZZ_CALLS"] ?? 3000);
const CLIENT = SPAN_KINDS.indexOf("client");

const REQUESTS: readonly ((random: Random) => string)[] = [
  () => '{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}',
  () => '{"model":"gpt-4o","stream":true,"messages":[]}',
  () => "{",
  () => "",
  () => '{"model":{"name":5},"messages":{"length":3}}',
  () => '{"model":"m","__proto__":{"stream":true},"n":1e999,"stop":[1,null]}',
  (random) => `{"model":"m","messages":"${"y".repeat(Math.floor(random() * 200_000))}"}`,
  () => `${"[".repeat(5000)}`,
  () => "\u0000\ufffd not json",
];

/** Makes every call in turn of fetch and node:http, and tells of each what a program can see: status, bytes, kind of error. */
const PROGRAM = `
  import { createHash } from "node:crypto";
  import http from "node:http";
  import { readFileSync } from "node:fs";
  const { URL: base } = process.env;
  const calls = JSON.parse(readFileSync("calls.json", "utf8"));
  const digest = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const headersOf = (number) => ({ "content-type": "application/json", "x-case": String(number) });
  const byFetch = async ({ number, path, body }) => {
    const response = await fetch(base + path, { method: "POST", headers: headersOf(number), body });
    return [response.status, response.headers.get("content-type"), digest(Buffer.from(await response.arrayBuffer()))];
  };
  const byHttp = ({ number, path, body }) => new Promise((resolve, reject) => {
    const request = http.request(base + path, { method: "POST", headers: headersOf(number) }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve([response.statusCode, response.headers["content-type"], digest(Buffer.concat(chunks))]));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
  const results = [];
  let next = 0;
  const lane = async () => {
    while (next < calls.length) {
      const call = calls[next];
      next += 1;
      const make = call.number % 2 === 0 ? byFetch : byHttp;
      results[call.number] = await make(call).catch((error) => [error.name, error.cause?.name ?? error.code]);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  console.log(JSON.stringify({ results, polluted: {}.polluted ?? null, keys: Object.keys(Object.prototype) }));
`;

describe("a hostile provider", () => {
  it("changes nothing that the program sees, and every call is one span that keeps to the conventions", async () => {
    const provider = await startHostileProvider(SEED);
    const random = randomOf(SEED);
    const calls = Array.from({ length: CALLS }, (_, number) => ({
      number,
      path: pathOf(number),
      body: (
        REQUESTS[random() < 0.6 ? number % 2 : Math.floor(random() * REQUESTS.length)] as (random: Random) => string
      )(random),
    }));
    const run = (mode: PreloadMode, env: Record<string, string> = {}): Promise<ProgramRun> =>
      runProgram(PROGRAM, {
        mode,
        env: { URL: provider.url, OTEL_BSP_MAX_QUEUE_SIZE: "1000000", ...env },
        files: { "calls.json": JSON.stringify(calls) },
      });
    try {
      const bare = await run("none");
      assert.equal(JSON.parse(bare.stdout).results.length, CALLS);
      for (const env of [{}, { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" }]) {
        const observed = await run("require", env);
        assert.deepEqual(JSON.parse(observed.stdout), JSON.parse(bare.stdout));
        assert.equal(observed.stderr, bare.stderr, "no fault of its own is told of");
        assert.equal(observed.spans.filter(({ kind }) => kind === CLIENT).length, CALLS);
      }
    } finally {
      await provider.close();
    }
  });
});
