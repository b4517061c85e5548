/** Part of the programs of the streaming suite: every client that a program may read a stream with, brought to one form. */
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import { PassThrough } from "node:stream";

// biome-ignore lint/suspicious/noExplicitAny: undici in several majors, whose types differ
type Any = any;

export type Opened = {
  readonly body: AsyncIterable<Uint8Array>;
  /** What the client itself gives: a Response, an IncomingMessage, … */
  readonly native: Any;
};

/** Sends a JSON body, gives the answer as soon as its head is there. */
export type Client = (url: string, body: object, signal?: AbortSignal) => Promise<Opened>;

const headers = { "content-type": "application/json" };
const post = (body: object, signal: AbortSignal | undefined): Any => ({
  method: "POST",
  headers,
  body: JSON.stringify(body),
  ...(signal !== undefined && { signal }),
});

function fetching(fetch: Any, more: object = {}): Client {
  return async (url, body, signal) => {
    const response = await fetch(url, { ...post(body, signal), ...more });
    return { body: response.body, native: response };
  };
}

function requesting(undici: Any, more: object = {}, origin?: string): Client {
  return async (url, body, signal) => {
    const place = origin === undefined ? url : new URL(new URL(url).pathname, origin);
    const response = await undici.request(place, { ...post(body, signal), ...more });
    return { body: response.body, native: response };
  };
}

/** undici writes the answer into a stream that the program gives. */
function streaming(undici: Any): Client {
  return async (url, body, signal) => {
    const through = new PassThrough();
    through.on("error", () => {});
    const head = Promise.withResolvers<void>();
    const done = undici.stream(url, post(body, signal), () => {
      head.resolve();
      return through;
    });
    // Who reads learns of it by the stream.
    done.catch((error: Error) => {
      head.reject(error);
      through.destroy(error);
    });
    await head.promise;
    return { body: through, native: through };
  };
}

function pipelining(undici: Any): Client {
  return async (url, body, signal) => {
    const { body: text, ...options } = post(body, signal);
    const through = undici.pipeline(url, options, ({ body: answer }: Any) => answer);
    through.end(text);
    await Promise.race([once(through, "readable"), once(through, "close")]);
    return { body: through, native: through };
  };
}

const overHttp: Client = async (url, body, signal) => {
  const request = http.request(url, { method: "POST", headers, ...(signal !== undefined && { signal }) });
  request.end(JSON.stringify(body));
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  return { body: response, native: response };
};

/** `url` is the one of the HTTP/1 server; the other stands next to it. */
function overHttp2(origin: string): Client {
  return async (url, body, signal) => {
    const session = http2.connect(origin);
    session.on("error", () => {});
    const stream = session.request(
      { ":method": "POST", ":path": new URL(url).pathname, ...headers },
      signal === undefined ? {} : { signal },
    );
    stream.once("close", () => session.close());
    stream.end(JSON.stringify(body));
    await once(stream, "response");
    return { body: stream as AsyncIterable<Uint8Array>, native: stream };
  };
}

export type Undicis = { readonly undici6: Any; readonly undici7: Any; readonly undici8: Any };

/** `base` is the server, and a proxy to it. */
export function createClients(
  { undici6, undici7, undici8 }: Undicis,
  base: string,
  http2Origin: string,
): Record<string, Client> {
  return {
    fetch: fetching(fetch),
    "fetch through undici 6": fetching(fetch, { dispatcher: new undici6.Agent() }),
    "undici 6 fetch": fetching(undici6.fetch),
    "undici 6 request": requesting(undici6),
    "undici 6 stream": streaming(undici6),
    "undici 6 pipeline": pipelining(undici6),
    "undici 7 fetch": fetching(undici7.fetch),
    "undici 7 request": requesting(undici7),
    "undici 7 stream": streaming(undici7),
    "undici 7 pipeline": pipelining(undici7),
    "undici 7 retrying": requesting(undici7, { dispatcher: new undici7.RetryAgent(new undici7.Agent()) }),
    "undici 8 fetch": fetching(undici8.fetch),
    "undici 8 request": requesting(undici8),
    "undici 8 stream": streaming(undici8),
    "undici 7 over HTTP 2": requesting(undici7, { dispatcher: new undici7.H2CClient(http2Origin) }, http2Origin),
    "undici 8 over HTTP 2": requesting(undici8, { dispatcher: new undici8.H2CClient(http2Origin) }, http2Origin),
    "fetch through a proxy": fetching(fetch, { dispatcher: new undici7.ProxyAgent({ uri: base }) }),
    "undici 6 through a proxy": requesting(undici6, { dispatcher: new undici6.ProxyAgent({ uri: base }) }),
    "undici 8 through the environment's proxy": requesting(undici8, {
      dispatcher: new undici8.EnvHttpProxyAgent({ httpProxy: base }),
    }),
    http: overHttp,
    http2: overHttp2(http2Origin),
  };
}
