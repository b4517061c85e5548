/** The program of the transparency suite that uses the Anthropic SDK in every way it offers. The same text runs with every version. */
import { closedUrl, collect, createReport, tellPlatform } from "./transparency-report.ts";

// biome-ignore lint/suspicious/noExplicitAny: one program for SDKs of several majors, whose types differ
type Any = any;

export type AnthropicParts = {
  readonly sdk: Any;
  readonly zodHelper: Any;
  readonly toolHelper: Any;
  readonly zod: Any;
  readonly base: string;
};

export async function useAnthropic({ sdk, zodHelper, toolHelper, zod, base }: AnthropicParts): Promise<void> {
  const report = createReport();
  const { tell, attempt } = report;
  const Anthropic = sdk.default;
  const z = zod.z;
  const options = { baseURL: base, apiKey: "sk-test", maxRetries: 2 };
  const client = new Anthropic(options);
  const { messages, beta } = client;
  const asking = (model: string, more: object = {}): Any => ({
    model,
    max_tokens: 100,
    messages: [{ role: "user", content: "Go" }],
    ...more,
  });
  const streamed = (model: string): Any => asking(model, { stream: true });

  tellPlatform(report);
  tell("module", sdk);
  tell("client", client);
  tell("client is itself", [client.messages === messages, client.beta.messages === beta.messages]);
  tell("create is its prototype's", [
    messages.create === Object.getPrototypeOf(messages).create,
    Object.hasOwn(messages, "create"),
    Object.hasOwn(messages, "stream"),
    messages.create,
    messages.stream,
  ]);

  await attempt("create", () => messages.create(asking("plain")));
  await attempt("then", () => messages.create(asking("then")).then((value: Any) => value.id));
  await attempt("withResponse", () => messages.create(asking("with-response")).withResponse());
  await attempt("asResponse", async () => {
    const response = await messages.create(asking("as-response")).asResponse();
    return [response, await response.json(), response.bodyUsed];
  });
  await attempt("asResponse of a stream", async () => {
    const response = await messages.create(streamed("as-response-stream")).asResponse();
    return [response.constructor.name, await response.text()];
  });
  await attempt("withResponse of a stream", async () => {
    const { data, response, request_id } = await messages.create(streamed("with-response-stream")).withResponse();
    return [data, response.constructor.name, request_id, await collect(data)];
  });
  const schema = z.object({ answer: z.number() });
  const outputFormat = { output_config: { format: zodHelper.zodOutputFormat(schema) } };
  await attempt("parse", () => messages.parse(asking("parse", outputFormat)));
  await attempt("beta create", () => beta.messages.create(asking("beta")));

  await attempt("stream", async () => collect(await messages.create(streamed("stream"))));
  await attempt("tee", async () => {
    const [left, right] = (await messages.create(streamed("tee"))).tee();
    return Promise.all([collect(left), collect(right)]);
  });
  await attempt("toReadableStream", async () =>
    new Response((await messages.create(streamed("to-readable"))).toReadableStream()).text(),
  );
  await attempt("break", async () => {
    const stream = await messages.create(streamed("is-left-break"));
    for await (const event of stream) return [event, stream.controller.signal.aborted];
  });
  await attempt("abort within", async () => {
    const stream = await messages.create(streamed("is-left-abort"));
    for await (const _ of stream) {
      stream.controller.abort();
    }
    // How much had come by then is chance.
    return "aborted";
  });
  await attempt("stream helper", async () => {
    const stream = messages.stream(asking("stream-helper"));
    tell("stream helper is", stream);
    const seen: string[] = [];
    for (const name of ["connect", "streamEvent", "text", "contentBlock", "message", "finalMessage", "end"]) {
      stream.on(name, () => seen.push(name));
    }
    return [await stream.finalMessage(), await stream.finalText(), stream.request_id, seen];
  });
  await attempt("stream helper withResponse", async () => {
    const { data, response } = await messages.stream(asking("stream-helper-wr")).withResponse();
    return [response.constructor.name, (await collect(data)).length];
  });
  await attempt("stream helper iterated", async () => collect(messages.stream(asking("stream-iterated"))));
  await attempt("stream helper read elsewhere", async () => {
    const stream = messages.stream(asking("stream-elsewhere")).toReadableStream();
    const again = Object.getPrototypeOf(messages.stream(asking("stream-second"))).constructor;
    return await again.fromReadableStream(stream).finalText();
  });
  await attempt("stream helper aborted", async () => {
    const stream = messages.stream(asking("is-left-helper"));
    stream.once("text", () => stream.abort());
    return await stream.done();
  });
  await attempt("beta stream helper", () => beta.messages.stream(asking("beta-stream")).finalMessage());
  await attempt("error within", async () => collect(await messages.create(streamed("errs-within"))));

  const add = toolHelper.betaZodTool({
    name: "add",
    description: "Adds",
    inputSchema: z.object({ a: z.number(), b: z.number() }),
    run: ({ a, b }: { a: number; b: number }) => `${a + b}`,
  });
  await attempt("toolRunner", async () => {
    const runner = beta.messages.toolRunner(asking("tool-runner", { tools: [add] }));
    return [runner.constructor.name, await collect(runner)];
  });
  await attempt("toolRunner to its end", () =>
    beta.messages.toolRunner(asking("tool-runner-end", { tools: [add] })).runUntilDone(),
  );
  await attempt("toolRunner streamed", async () => {
    const runner = beta.messages.toolRunner(asking("tool-runner-stream", { tools: [add], stream: true }));
    const texts: Any[] = [];
    for await (const stream of runner) texts.push(await stream.finalMessage());
    return texts;
  });

  await attempt("countTokens", () =>
    messages.countTokens({ model: "counted", messages: [{ role: "user", content: "Go" }] }),
  );
  await attempt("batches", () =>
    messages.batches.create({ requests: [{ custom_id: "a", params: asking("in-a-batch") }] }),
  );
  await attempt("batches listed", async () => collect(messages.batches.list()));
  await attempt("pages", async () => collect(client.models.list()));

  await attempt("401", () => messages.create(asking("is-refused-401")));
  await attempt("429 and then well", () => messages.create(asking("retries-429")).withResponse());
  await attempt("500", () => messages.create(asking("fails-500"), { maxRetries: 1 }));
  await attempt("529", () => messages.create(streamed("fails-529"), { maxRetries: 0 }));
  await attempt("malformed", () => messages.create(asking("is-malformed"), { maxRetries: 0 }));
  await attempt("reset", () => messages.create(asking("is-reset"), { maxRetries: 0 }));
  const nobody = new Anthropic({ ...options, baseURL: await closedUrl(), maxRetries: 0 });
  await attempt("refused", () => nobody.messages.create(asking("is-refused")));
  await attempt("abort before", () => messages.create(asking("is-never-sent"), { signal: AbortSignal.abort() }));
  await attempt("timeout", () => messages.create(asking("hangs-timeout"), { timeout: 200, maxRetries: 0 }));
  await attempt("stream helper 401", () => messages.stream(asking("is-refused-401")).finalMessage());
}
