import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import type { AttributeMap } from "../../scripts/otlp-receiver.ts";
import { type RateLimitOptions, rateLimit, rateLimitFastify } from "../../src/web/index.ts";
import { pushedValue, runProgram, SDKS_DIRECTORY } from "../process/run-program.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function serving<T>(handler: Handler, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(handler);
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What requests are answered, one after another. */
async function asked(options: unknown, count: number, headers: Record<string, string> = {}): Promise<Response[]> {
  const limit = rateLimit(options as RateLimitOptions);
  return serving(
    (request, response) => {
      if (!limit(request, response)) response.end("ok");
    },
    async (url) => {
      const answers: Response[] = [];
      for (let at = 0; at < count; at += 1) {
        const answer = await fetch(url, { headers: { ...headers, at: String(at) } });
        answers.push(new Response(await answer.text(), { status: answer.status, headers: answer.headers }));
      }
      return answers;
    },
  );
}

/** Some seconds may pass before the last answer. */
const soon = (told: string | null): string | undefined => told?.replace(/\b8[5-9]$/, "90");

const statuses = (answers: readonly Response[]): number[] => answers.map(({ status }) => status);

describe("rateLimit", () => {
  it("answers 429 beyond the limit, and tells every client what is left as the draft has it", async () => {
    const answers = await asked({ limit: 2, windowMs: 90_000 }, 4);
    assert.deepEqual(statuses(answers), [200, 200, 429, 429]);
    const told = answers.map(({ headers }) => [
      headers.get("ratelimit-policy"),
      soon(headers.get("ratelimit")),
      soon(headers.get("retry-after")),
    ]);
    const policy = '"2-in-90s";q=2;w=90';
    assert.deepEqual(told, [
      [policy, '"2-in-90s";r=1;t=90', undefined],
      [policy, '"2-in-90s";r=0;t=90', undefined],
      [policy, '"2-in-90s";r=0;t=90', "90"],
      [policy, '"2-in-90s";r=0;t=90', "90"],
    ]);
    const refused = answers.at(-1);
    assert.equal(refused?.headers.get("content-type"), "application/problem+json");
    assert.deepEqual(await refused?.json(), {
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      title: "Request cannot be satisfied as assigned quota has been exceeded",
      status: 429,
      "violated-policies": ["2-in-90s"],
    });
    assert.equal(await answers[0]?.text(), "ok");
  });

  it("lets exactly so many of those through that ask at the same time", async () => {
    const limit = rateLimit({ limit: 25 });
    await serving(
      (request, response) => {
        if (!limit(request, response)) setImmediate(() => response.end("ok"));
      },
      async (url) => {
        const all = await Promise.all(
          Array.from({ length: 200 }, async () => {
            const answer = await fetch(url);
            await answer.text();
            return answer.status;
          }),
        );
        assert.equal(all.filter((status) => status === 200).length, 25);
        assert.equal(all.filter((status) => status === 429).length, 175);
      },
    );
  });

  it("tells clients apart by their address, whatever they write into headers, or by the key of the program", async () => {
    const forged = { "x-forwarded-for": "203.0.113.1", forwarded: "for=203.0.113.2", "x-real-ip": "203.0.113.3" };
    assert.deepEqual(statuses(await asked({ limit: 1 }, 2, forged)), [200, 429]);
    const key = (request: IncomingMessage) => (Number(request.headers["at"]) % 2 === 0 ? "even" : 7);
    assert.deepEqual(statuses(await asked({ limit: 1, key }, 4)), [200, 200, 429, 429]);
    assert.deepEqual(statuses(await asked({ limit: 1, key: () => undefined }, 3)), [200, 200, 200]);
  });

  it("lets requests pass where something is wrong with the key, and takes the default for what is no option", async () => {
    const throws = () => {
      throw new Error("no such header");
    };
    const wrong = [throws, async () => "later", () => ({}), () => "", () => Symbol("s")];
    for (const key of wrong) {
      const answers = await asked({ limit: 1, key }, 3);
      assert.deepEqual(statuses(answers), [200, 200, 200], String(key));
      assert.equal(answers[0]?.headers.get("ratelimit"), null);
    }
    for (const options of [undefined, null, {}, { limit: -1 }, { limit: "2" }, { limit: Number.NaN, windowMs: 0 }, 7]) {
      const [answer] = await asked(options, 1);
      assert.equal(answer?.headers.get("ratelimit-policy"), '"100-in-60s";q=100;w=60', JSON.stringify(options));
    }
  });

  it("never throws into a handler, nor keeps what the next one throws", () => {
    const limit = rateLimit({ limit: 1 });
    const nothing = {} as never;
    let passed = 0;
    for (const request of [nothing, null as never, { socket: {} } as never]) {
      assert.equal(
        limit(request, nothing, () => (passed += 1)),
        false,
      );
    }
    assert.equal(passed, 3);
    const mine = new Error("mine");
    assert.throws(
      () =>
        limit(nothing, nothing, () => {
          throw mine;
        }),
      mine,
    );
    assert.equal(typeof rateLimitFastify(null as never), "function");
  });

  it("leaves alone what is answered already, and adds to the lists that others began", async () => {
    const [one, two, none] = [
      rateLimit({ limit: 5 }),
      rateLimit({ limit: 1, windowMs: 1500 }),
      rateLimit({ limit: 1 }),
    ];
    await serving(
      (request, response) => {
        if (one(request, response) || two(request, response)) return;
        response.end("ok");
        assert.equal(none(request, response), false);
      },
      async (url) => {
        for (const status of [200, 429]) {
          const answer = await fetch(url);
          assert.equal(answer.status, status);
          assert.equal(answer.headers.get("ratelimit-policy"), '"5-in-60s";q=5;w=60, "1-in-2s";q=1;w=2');
          assert.match(
            answer.headers.get("ratelimit") ?? "",
            /^"5-in-60s";r=[43];t=(?:60|5[5-9]), "1-in-2s";r=0;t=[12]$/,
          );
          await answer.text();
        }
      },
    );
  });
});

const ASK = `
  import { once } from "node:events"; import { rateLimit, rateLimitFastify } from "agent-observatory";
  const ask = async (server, path, headers = {}) => { const answer = await fetch("http://127.0.0.1:" + server.address().port + path, { headers }); await answer.text(); return answer.status; };
`;
const EVENT = "agent_observatory.rate_limited";
const REFUSED = "http_server_rate_limited_requests_total";

describe("rateLimit in a program that is observed", () => {
  it("goes by the settings, counts whom it turns away by route, and says so on the server's span: Express", async () => {
    const run = await runProgram(
      `${ASK} import express from "express";
       const app = express(); app.use(rateLimit()); app.get("/users/:id", rateLimit({ limit: 1 }), (request, response) => response.end("user"));
       app.get("/free", (request, response) => response.end("free"));
       const server = app.listen(0, "127.0.0.1"); await once(server, "listening");
       console.log(await ask(server, "/users/1"), await ask(server, "/users/2"), await ask(server, "/free"), await ask(server, "/free"), await ask(server, "/no/where"));
       server.close(); server.closeAllConnections();`,
      { env: { API_RATE_LIMIT: "3", API_RATE_WINDOW: "30" } },
    );
    assert.equal(run.stdout, "200 429 200 429 429\n", run.stderr);
    assert.equal(run.stderr, "");
    assert.equal(pushedValue(run.points, REFUSED, { http_route: "/users/:id" }), 1);
    assert.equal(pushedValue(run.points, REFUSED, { http_route: "unmatched" }), 2);
    assert.equal(pushedValue(run.points, REFUSED), 3);
    const told = run.spans.flatMap(({ name, kind, events }) =>
      events.filter((event) => event.name === EVENT).map(({ attributes }) => [name, kind, attributes]),
    );
    const [first] = told;
    assert.ok(first !== undefined);
    const { "agent_observatory.rate_limit.retry_after_seconds": retryAfter, ...policy } = first[2] as AttributeMap;
    assert.deepEqual(
      [first[0], first[1], policy],
      [
        "GET /users/:id",
        2,
        { "agent_observatory.rate_limit.limit": 1, "agent_observatory.rate_limit.window_seconds": 30 },
      ],
    );
    assert.ok(Number(retryAfter) > 20 && Number(retryAfter) <= 30);
    assert.equal(told.length, 3);
    const answered = run.points.filter(({ metric }) => metric === "http.server.request.duration");
    assert.ok(answered.some(({ labels }) => labels["http.response.status_code"] === "429"));
  });

  it("believes a proxy where Express is told to", async () => {
    const run = await runProgram(
      `${ASK} import express from "express";
       const app = express(); app.set("trust proxy", 1); app.use(rateLimit({ limit: 1 })); app.use((request, response) => response.end("ok"));
       const server = app.listen(0, "127.0.0.1"); await once(server, "listening");
       const from = (address) => ask(server, "/", { "x-forwarded-for": address });
       console.log(await from("192.0.2.1"), await from("192.0.2.2"), await from("192.0.2.1"), await from("2001:db8::1"), await from("2001:db8::2"));
       server.close(); server.closeAllConnections();`,
    );
    assert.equal(run.stdout, "200 200 429 200 429\n", run.stderr);
  });

  for (const name of ["fastify", "fastify-4"]) {
    it(`is a plugin, whose answers pass the program's hooks: ${name}`, async () => {
      const run = await runProgram(
        `${ASK} import Fastify from "${name}";
         const app = Fastify(); let sent = 0; app.addHook("onSend", async () => { sent += 1; });
         await app.register(rateLimitFastify({ key: (request) => request.headers.who ?? request.ip }));
         app.get("/users/:id", async () => "user");
         await app.register(async (inner) => { await inner.register(rateLimitFastify({ limit: 1 })); inner.get("/y", async () => "y"); }, { prefix: "/sub" });
         await app.listen({ port: 0, host: "127.0.0.1" }); const { server } = app;
         console.log(await ask(server, "/users/1"), await ask(server, "/users/2"), await ask(server, "/users/3"), await ask(server, "/none"));
         console.log(await ask(server, "/users/1", { who: "me" }), await ask(server, "/sub/y", { who: "you" }), await ask(server, "/sub/y", { who: "them" }), sent);
         await app.close();`,
        {
          directory: SDKS_DIRECTORY,
          files: { "observatory.yaml": "telemetry:\n  api: { rateLimit: 2, rateWindowSeconds: 20 }\n" },
        },
      );
      assert.equal(run.stdout, "200 200 429 429\n200 200 429 7\n", run.stderr);
      assert.equal(pushedValue(run.points, REFUSED, { http_route: "/users/:id" }), 1);
      assert.equal(pushedValue(run.points, REFUSED, { http_route: "/sub/y" }), 1);
      assert.equal(pushedValue(run.points, REFUSED, { http_route: "unmatched" }), 1);
      const told = run.spans.flatMap(({ events }) => events.filter((event) => event.name === EVENT));
      assert.equal(told.length, 3);
    });
  }

  it("says once that a key could not be made, without what was wrong with it, and lets all pass", async () => {
    const run = await runProgram(
      `${ASK} import { createServer } from "node:http";
       const limit = rateLimit({ limit: 1, key: (request) => { throw new TypeError("token abc of " + request.headers.authorization); } });
       const server = createServer((request, response) => { if (!limit(request, response)) response.end("ok"); });
       await once(server.listen(0, "127.0.0.1"), "listening");
       for (let at = 0; at < 5; at += 1) console.log(await ask(server, "/", { authorization: "secret" }));
       server.close(); server.closeAllConnections();`,
    );
    assert.equal(run.stdout, "200\n".repeat(5));
    assert.equal(
      run.stderr,
      "agent-observatory: rateLimit: the key of a request could not be made (TypeError); such requests pass\n",
    );
    assert.equal(pushedValue(run.points, REFUSED), undefined);
  });

  it("says once what is no option, and goes by the default", async () => {
    const run = await runProgram(
      `import { rateLimit } from "agent-observatory";
       for (let n = 0; n < 3; n += 1) rateLimit({ limit: "5", windowMs: Infinity });`,
    );
    const range = (name: string, to: number, got: string, otherwise: number) =>
      `agent-observatory: rateLimit: expected a number from 1 to ${to} as ${name}, got ${got}; it is ${otherwise}`;
    const lines = [
      range("limit", Number.MAX_SAFE_INTEGER, "string", 100),
      range("windowMs", 31_536_000_000, "Infinity", 60_000),
    ];
    assert.deepEqual(run.stderr.trim().split("\n"), lines);
  });

  it("tells clients of a socket without addresses apart by a key alone, and says so", async () => {
    const run = await runProgram(
      `import { once } from "node:events"; import http from "node:http"; import { rateLimit } from "agent-observatory";
       const limit = rateLimit({ limit: 1 });
       const server = http.createServer((request, response) => { if (!limit(request, response)) response.end("ok"); });
       await once(server.listen("./here.sock"), "listening");
       for (let at = 0; at < 3; at += 1) await new Promise((resolve) => http.get({ socketPath: "./here.sock", path: "/" }, (response) => { console.log(response.statusCode); response.resume().once("close", resolve); }));
       server.close(); server.closeAllConnections();`,
    );
    assert.equal(run.stdout, "200\n200\n200\n", run.stderr);
    assert.match(run.stderr, /^agent-observatory: rateLimit: a connection has no address [^\n]*\n$/);
  });
});
