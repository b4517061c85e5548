/** The program of the transparency suite that uses the OpenAI SDK in every way it offers. The same text runs with every major. */
import { closedUrl, collect, createReport, tellPlatform } from "./transparency-report.ts";

// biome-ignore lint/suspicious/noExplicitAny: one program for SDKs of several majors, whose types differ
type Any = any;

export type OpenAiParts = { readonly sdk: Any; readonly zodHelper: Any; readonly zod: Any; readonly base: string };

export async function useOpenAi({ sdk, zodHelper, zod, base }: OpenAiParts): Promise<void> {
  const report = createReport();
  const { tell, attempt } = report;
  const OpenAI = sdk.default;
  const z = zod.z;
  const options = { baseURL: `${base}/v1`, apiKey: "sk-test", maxRetries: 2 };
  const client = new OpenAI(options);
  const messages = [{ role: "user", content: "Go" }];
  const chat = (model: string, more: object = {}): Any => ({ model, messages, ...more });
  const streamed = (model: string, more: object = {}): Any =>
    chat(model, { stream: true, stream_options: { include_usage: true }, ...more });
  const { completions } = client.chat;
  // Before 5 the helpers were beta.
  const helpers = completions.parse === undefined ? client.beta.chat.completions : completions;

  tellPlatform(report);
  tell("module", sdk);
  tell("client", client);
  tell("client is itself", [Object.is(client.chat.completions, completions), client.responses]);
  tell("create is its prototype's", [
    completions.create === Object.getPrototypeOf(completions).create,
    Object.hasOwn(completions, "create"),
    completions.create,
  ]);

  await attempt("create", () => completions.create(chat("plain")));
  await attempt("create is one promise", async () => {
    const promise = completions.create(chat("one-promise"));
    const [first, second] = [await promise, await promise];
    return [first === second, promise instanceof Promise, Object.getOwnPropertyNames(promise)];
  });
  await attempt("then", () => completions.create(chat("then")).then((value: Any) => value.id));
  await attempt("catch and finally", () =>
    completions
      .create(chat("finally"))
      .catch(String)
      .finally(() => {}),
  );
  await attempt("withResponse", () => completions.create(chat("with-response")).withResponse());
  await attempt("asResponse", async () => {
    const response = await completions.create(chat("as-response")).asResponse();
    return [response, response.headers.get("x-request-id"), await response.json(), response.bodyUsed];
  });
  await attempt("asResponse unread", () => completions.create(chat("is-unread")).asResponse());
  await attempt("asResponse of a stream", async () => {
    const response = await completions.create(streamed("as-response-stream")).asResponse();
    return [response.constructor.name, await response.text()];
  });
  await attempt("withResponse of a stream", async () => {
    const { data, response } = await completions.create(streamed("with-response-stream")).withResponse();
    return [data, response.constructor.name, await collect(data)];
  });
  await attempt("many at once", async () => {
    const models = ["at-once-a", "at-once-b", "at-once-c"];
    return (await Promise.all(models.map((model) => completions.create(chat(model))))).map(({ id }) => id);
  });
  const schema = z.object({ answer: z.number() });
  const format = zodHelper.zodResponseFormat(schema, "answer");
  await attempt("parse", () => helpers.parse(chat("parse", { response_format: format })));
  await attempt("parse withResponse", () =>
    helpers.parse(chat("parse-wr", { response_format: format })).withResponse(),
  );

  await attempt("stream", async () => collect(await completions.create(streamed("stream"))));
  await attempt("stream without usage", async () =>
    collect(await completions.create(chat("no-usage", { stream: true }))),
  );
  await attempt("stream object", async () => {
    const stream = await completions.create(streamed("stream-object"));
    const described = [stream, stream.controller.constructor.name, Object.getOwnPropertyNames(stream)];
    tell("stream object is", described);
    return (await collect(stream)).length;
  });
  await attempt("stream twice", async () => {
    const stream = await completions.create(streamed("stream-twice"));
    await collect(stream);
    return collect(stream);
  });
  await attempt("tee", async () => {
    const [left, right] = (await completions.create(streamed("tee"))).tee();
    return Promise.all([collect(left), collect(right)]);
  });
  await attempt("toReadableStream", async () => {
    const stream = (await completions.create(streamed("to-readable"))).toReadableStream();
    return new Response(stream).text();
  });
  await attempt("break", async () => {
    const stream = await completions.create(streamed("is-left-break"));
    for await (const chunk of stream) return [chunk, stream.controller.signal.aborted];
  });
  await attempt("abort within", async () => {
    const stream = await completions.create(streamed("is-left-abort"));
    for await (const _ of stream) {
      stream.controller.abort();
    }
    // How much had come by then is chance.
    return "aborted";
  });
  await attempt("throw within", async () => {
    for await (const _ of await completions.create(streamed("is-left-throw"))) throw new RangeError("mine");
  });
  await attempt("abort before", () => completions.create(chat("is-never-sent"), { signal: AbortSignal.abort() }));
  await attempt("abort while waiting", async () => {
    const controller = new AbortController();
    const call = completions.create(chat("hangs-abort"), { signal: controller.signal });
    // Once it is on its way; not out of the timer itself, which would be a timeout.
    setTimeout(() => setImmediate(() => controller.abort()), 150);
    return await call;
  });
  await attempt("timeout", () => completions.create(chat("hangs-timeout"), { timeout: 200, maxRetries: 0 }));
  await attempt("stream helper", async () => {
    const stream = helpers.stream(streamed("stream-helper"));
    const events: string[] = [];
    for (const name of ["connect", "chunk", "content", "message", "finalContent", "end"]) {
      stream.on(name, () => events.push(name));
    }
    tell("stream helper is", stream);
    return [await stream.finalChatCompletion(), await stream.finalContent(), await stream.totalUsage(), events];
  });
  await attempt("stream helper iterated", async () => collect(helpers.stream(streamed("stream-helper-iterated"))));
  await attempt("stream helper aborted", async () => {
    const stream = helpers.stream(streamed("is-left-helper"));
    stream.once("chunk", () => stream.abort());
    return await stream.done();
  });
  const add = {
    type: "function",
    function: {
      name: "add",
      parse: JSON.parse,
      parameters: { type: "object", properties: { a: { type: "number" }, b: { type: "number" } } },
      function: ({ a, b }: { a: number; b: number }) => `${a + b}`,
    },
  };
  await attempt("runTools", async () => {
    const runner = helpers.runTools(chat("run-tools", { tools: [add] }));
    const seen: string[] = [];
    for (const name of ["functionToolCall", "functionCall", "functionToolCallResult", "functionCallResult"]) {
      runner.on(name, () => seen.push(name));
    }
    return [await runner.finalContent(), runner.messages, seen];
  });
  await attempt("runTools streamed", async () => {
    const runner = helpers.runTools(streamed("run-tools-stream", { tools: [add] }));
    return [await runner.finalContent(), await runner.totalUsage()];
  });

  await attempt("responses", () => client.responses.create({ model: "responses", input: "Go" }));
  await attempt("responses withResponse", () =>
    client.responses.create({ model: "responses-wr", input: "Go" }).withResponse(),
  );
  await attempt("responses streamed", async () =>
    collect(await client.responses.create({ model: "responses-streamed", input: "Go", stream: true })),
  );
  await attempt("responses stream helper", async () => {
    const stream = client.responses.stream({ model: "responses-helper", input: "Go" });
    return [(await collect(stream)).length, await stream.finalResponse()];
  });
  const text = { format: zodHelper.zodTextFormat(schema, "answer") };
  await attempt("responses parse", () => client.responses.parse({ model: "responses-parse", input: "Go", text }));
  await attempt("embeddings", () => client.embeddings.create({ model: "embed", input: "Go" }));
  await attempt("embeddings as floats", () =>
    client.embeddings.create({ model: "embed-float", input: ["Go"], encoding_format: "float" }).withResponse(),
  );

  await attempt("401", () => completions.create(chat("is-refused-401")));
  await attempt("429 and then well", () => completions.create(chat("retries-429")).withResponse());
  await attempt("500", () => completions.create(chat("fails-500"), { maxRetries: 1 }));
  await attempt("malformed", () => completions.create(chat("is-malformed"), { maxRetries: 0 }));
  await attempt("502 in HTML", () => completions.create(chat("is-no-json"), { maxRetries: 0 }));
  await attempt("reset", () => completions.create(chat("is-reset"), { maxRetries: 0 }));
  const nobody = new OpenAI({ ...options, baseURL: `${await closedUrl()}/v1`, maxRetries: 0 });
  await attempt("refused", () => nobody.chat.completions.create(chat("is-refused")));
  await attempt("unknown path", () => client.get("/nothing"));
  await attempt("streamed 401", () => completions.create(streamed("is-refused-401")));

  await attempt("file upload", async () =>
    client.files.create({ file: await sdk.toFile(Buffer.from("abc"), "a.txt"), purpose: "batch" }),
  );
  await attempt("pages", async () => collect(client.files.list()));
  await attempt("one page", async () => {
    const page = await client.files.list();
    return [page, page.hasNextPage(), (await page.getNextPage()).data.length];
  });
  await attempt("models", () => client.models.list());
  let fetched = 0;
  const own = (...given: Parameters<typeof fetch>) => {
    fetched += 1;
    return fetch(...given);
  };
  await attempt("own fetch", async () => {
    const { id } = await new OpenAI({ ...options, fetch: own }).chat.completions.create(chat("own-fetch"));
    return [id, fetched];
  });
  await attempt("unhandled", async () => {
    // The rejection is nobody's: the program hears of it as it would without us.
    void completions.create(chat("is-refused-401", { user: "unhandled" })).then(() => {});
    await new Promise((resolve) => process.once("unhandledRejection", resolve));
  });
  // Keeps the report in order: what was left open ends here.
  client.httpAgent?.destroy?.();
}
