import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  BackendError,
  createBackends,
  createJaegerBackend,
  createPrometheusBackend,
} from "../../src/backends/index.ts";
import { ObservatoryError } from "../../src/base/index.ts";
import { closedUrl, startLocalServer } from "./local-server.ts";

const SERVICES = { json: { data: ["b", "a"] } };

async function failureOf(promise: Promise<unknown>): Promise<BackendError> {
  const error = await promise.then(
    () => assert.fail("it answered"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof BackendError, String(error));
  return error;
}

describe("a request to a back end", () => {
  it("keeps the path of the base URL and sends token and headers", async () => {
    await using server = await startLocalServer(() => SERVICES);
    const jaeger = createJaegerBackend({ url: `${server.url}/jaeger/`, token: "t0ken", headers: { "x-scope": "a" } });
    assert.deepEqual(await jaeger.services(), ["a", "b"]);
    const [asked] = server.asked;
    assert.equal(asked?.path, "/jaeger/api/services");
    assert.deepEqual([asked?.headers.authorization, asked?.headers["x-scope"]], ["Bearer t0ken", "a"]);
  });

  it("sends a user and a password of the URL as a header, and says neither", async () => {
    await using server = await startLocalServer(() => ({ status: 401, body: "who are you" }));
    const url = server.url.replace("http://", "http://user:s3cret@");
    const error = await failureOf(createJaegerBackend({ url }).services());
    assert.equal(server.asked[0]?.headers.authorization, `Basic ${Buffer.from("user:s3cret").toString("base64")}`);
    assert.deepEqual([error.failure, error.status, error.code], ["denied", 401, "AO_BACKEND_DENIED"]);
    assert.doesNotMatch(`${error.stack}${error.url}`, /s3cret|user:/);
  });

  it("is a form where the query is longer than servers take in a URL", async () => {
    await using server = await startLocalServer(() => ({ json: { status: "success", data: [] } }));
    const selector = `{a="${"x".repeat(5000)}"}`;
    await createPrometheusBackend({ url: server.url }).series([selector]);
    const [asked] = server.asked;
    assert.deepEqual([asked?.method, asked?.params.get("match[]")], ["POST", selector]);
  });

  it("is repeated when the connection breaks off", async () => {
    let times = 0;
    await using server = await startLocalServer(() => {
      times += 1;
      return times === 1 ? (response) => response.destroy() : SERVICES;
    });
    const jaeger = createJaegerBackend({ url: server.url, retryPauseMs: 1 });
    assert.deepEqual(await jaeger.services(), ["a", "b"]);
    assert.equal(times, 2);
  });

  it("is repeated when it is asked to come again, and not without end", async () => {
    const busy = { status: 503, headers: { "retry-after": "0" }, body: "starting" };
    await using server = await startLocalServer(() => busy);
    const error = await failureOf(createJaegerBackend({ url: server.url, retryPauseMs: 1 }).services());
    assert.equal(server.asked.length, 3);
    assert.deepEqual([error.failure, error.status], ["failed", 503]);
    assert.match(error.message, /got 503: starting\./);
  });

  it("is not repeated after any other answer", async () => {
    await using server = await startLocalServer(() => ({ status: 500, body: "out of order" }));
    const error = await failureOf(createJaegerBackend({ url: server.url }).services());
    assert.equal(server.asked.length, 1);
    assert.match(
      error.message,
      /^Expected Jaeger at http:\/\/127\.0\.0\.1:\d+\/api\/services to answer, got 500: out of order\./,
    );
  });
});

describe("a back end that is not one", () => {
  it("is unreachable when nobody listens", async () => {
    const url = await closedUrl();
    const error = await failureOf(createJaegerBackend({ url }).services());
    assert.deepEqual([error.backend, error.failure, error.received], ["Jaeger", "unreachable", "connection refused"]);
    assert.equal(
      error.message.split(". ", 1)[0],
      `Expected Jaeger at ${url}/api/services to answer, got connection refused`,
    );
  });

  it("is a timeout when it does not answer, or does not end its answer", async () => {
    await using silent = await startLocalServer(() => () => undefined);
    const slow = await failureOf(createJaegerBackend({ url: silent.url, timeoutMs: 50 }).services());
    assert.deepEqual([slow.failure, slow.code], ["timeout", "AO_BACKEND_TIMEOUT"]);
    assert.match(slow.message, /within 0\.05 s/);
    await using endless = await startLocalServer(() => (response) => response.writeHead(200).write('{"data":['));
    assert.equal(
      (await failureOf(createJaegerBackend({ url: endless.url, timeoutMs: 50 }).services())).failure,
      "timeout",
    );
  });

  it("is a wrong answer when a page comes instead of JSON", async () => {
    await using server = await startLocalServer(() => ({
      headers: { "content-type": "text/html" },
      body: "<!doctype html>\n<title>Sign in</title>",
    }));
    const error = await failureOf(createJaegerBackend({ url: server.url }).services());
    assert.equal(error.failure, "answer");
    assert.match(error.message, /to answer in JSON, got text\/html: <!doctype html> <title>Sign in<\/title>\./);
  });

  it("is a wrong answer when JSON of another shape comes, and says where", async () => {
    await using server = await startLocalServer(() => ({ json: { data: ["a", { name: "b" }] } }));
    const error = await failureOf(createJaegerBackend({ url: server.url }).services());
    assert.match(error.message, /to answer with a text at the answer\.data\[1\], got an object\./);
  });

  it("is a wrong answer when another server does not know the path", async () => {
    await using server = await startLocalServer(() => ({ status: 404, body: "404 page not found\n" }));
    const { prometheus, loki, jaeger } = createBackends({ url: server.url });
    for (const ask of [prometheus.buildInfo, loki.labels, jaeger.services])
      assert.equal((await failureOf(ask())).failure, "answer");
  });

  it("is a wrong answer when it is larger than allowed, and the rest is not read", async () => {
    await using server = await startLocalServer(() => (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    const jaeger = createJaegerBackend({ url: server.url, maxAnswerBytes: 1_000_000 });
    assert.match((await failureOf(jaeger.services())).message, /at most 1000000 bytes, got more/);
  });

  it("is refused before anything is sent when its address or a header cannot be used", () => {
    const told = (make: () => unknown): string => {
      try {
        make();
      } catch (error) {
        if (error instanceof ObservatoryError && error.code === "AO_BACKEND_URL") return error.message;
      }
      return assert.fail("no AO_BACKEND_URL");
    };
    assert.doesNotMatch(
      told(() => createBackends({ url: "user:s3cret@host" })),
      /s3cret/,
    );
    assert.match(
      told(() => createBackends({ url: "ftp://host" })),
      /http:\/\/ or https:\/\//,
    );
    assert.doesNotMatch(
      told(() => createBackends({ token: "s3cret\nmore" })),
      /s3cret/,
    );
  });
});
