/** A server whose answers are written byte by byte by the test: what the OpenAI double is too well-behaved for. */
import { createServer, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";

export type Script = Readonly<Record<string, (response: ServerResponse) => void | Promise<void>>>;
export type ScriptedServer = AsyncDisposable & {
  readonly url: string;
  readonly served: Readonly<Record<string, number>>;
};

/** `script` is chosen by the model that the request names. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const served: Record<string, number> = {};
  const server = createServer(async (request, response) => {
    const body = (await json(request).catch(() => ({}))) as { model?: string };
    const model = body.model ?? "";
    served[model] = (served[model] ?? 0) + 1;
    response.on("error", () => {});
    await script[model]?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/v1`,
    served,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const chunkOf = (choices: object[], more: object = {}): string =>
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "answered",
    choices,
    ...more,
  });
const piece = (content: string): string => chunkOf([{ index: 0, delta: { content }, finish_reason: null }]);

export const USAGE = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };

/** The events of one streamed chat answer, each without the line ends that separate them. */
export const streamEvents = (contents: readonly string[]): string[] => [
  ...contents.map(piece),
  chunkOf([{ index: 0, delta: {}, finish_reason: "stop" }]),
  chunkOf([], { usage: USAGE }),
  "[DONE]",
];

export const streamText = (contents: readonly string[], lineEnd = "\n"): string =>
  streamEvents(contents)
    .map((data) => `data: ${data}${lineEnd}${lineEnd}`)
    .join("");

export const chatBody = (content: string): string =>
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "answered",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: USAGE,
  });

export const EVENT_STREAM = { "content-type": "text/event-stream; charset=utf-8" };
export const JSON_TYPE = { "content-type": "application/json" };

/** Writes piece by piece, each leaving before the next is written. */
export async function writeInPieces(response: ServerResponse, bytes: Uint8Array, size: number): Promise<void> {
  response.socket?.setNoDelay(true);
  for (let at = 0; at < bytes.length; at += size) {
    if (response.destroyed) return;
    await new Promise((resolve) => response.write(bytes.subarray(at, at + size), resolve));
  }
  response.end();
}
