/** The program of the transparency suite that uses Google's GenAI SDK in every way it offers. The same text runs with every major. */
import { closedUrl, collect, createReport, tellPlatform } from "./transparency-report.ts";

// biome-ignore lint/suspicious/noExplicitAny: one program for SDKs of several majors, whose types differ
type Any = any;

export type GeminiParts = { readonly sdk: Any; readonly base: string };

export async function useGemini({ sdk, base }: GeminiParts): Promise<void> {
  const report = createReport();
  const { tell, attempt } = report;
  const at = (baseUrl: string, more: object = {}): Any =>
    new sdk.GoogleGenAI({ apiKey: "key", httpOptions: { baseUrl, ...more } });
  const client = at(base);
  const { models, chats } = client;
  const asking = (model: string, config: object = {}): Any => ({ model, contents: "Go", config });

  tellPlatform(report);
  tell("module", sdk);
  tell("client", client);
  tell("client is itself", [client.models === models, client.chats === chats]);
  tell("methods", [
    Object.hasOwn(models, "generateContent"),
    models.generateContent,
    models.generateContentStream,
    Object.getPrototypeOf(models),
  ]);

  await attempt("generateContent", () => models.generateContent(asking("plain")));
  await attempt("text", async () => {
    const response = await models.generateContent(asking("text"));
    return [response.text, response.usageMetadata, response.sdkHttpResponse, response.constructor.name];
  });
  await attempt("generateContentStream", async () => collect(await models.generateContentStream(asking("stream"))));
  await attempt("stream object", async () => {
    const stream = await models.generateContentStream(asking("stream-object"));
    tell("stream object is", [stream, Object.prototype.toString.call(stream)]);
    return (await collect(stream)).length;
  });
  await attempt("return", async () => {
    const stream = await models.generateContentStream(asking("is-left-return"));
    const first = await stream.next();
    return [first, await stream.return(), await stream.next()];
  });
  await attempt("break", async () => {
    for await (const piece of await models.generateContentStream(asking("is-left-break"))) return piece.text;
  });
  await attempt("chat", async () => {
    const chat = chats.create({ model: "chat", history: [] });
    return [await chat.sendMessage({ message: "Go" }), chat.getHistory(), chat];
  });
  await attempt("chat streamed", async () => {
    const chat = chats.create({ model: "chat-streamed" });
    return [await collect(await chat.sendMessageStream({ message: "Go" })), chat.getHistory(true)];
  });
  const add = {
    tool: async () => ({
      functionDeclarations: [{ name: "add", parameters: { type: "OBJECT", properties: { a: { type: "NUMBER" } } } }],
    }),
    callTool: async () => [{ functionResponse: { name: "add", response: { sum: 3 } } }],
  };
  await attempt("tools", async () => {
    const { text, automaticFunctionCallingHistory } = await models.generateContent(asking("tools", { tools: [add] }));
    return [text, automaticFunctionCallingHistory];
  });
  await attempt("embedContent", () => models.embedContent({ model: "embed", contents: "Go" }));
  await attempt("countTokens", () => models.countTokens({ model: "counted", contents: "Go" }));
  await attempt("pages", async () => collect(await models.list()));

  await attempt("400", () => models.generateContent(asking("is-refused-400")));
  await attempt("400 streamed", () => models.generateContentStream(asking("is-refused-400")));
  await attempt("500", () => models.generateContent(asking("fails-500")));
  const patient = at(base, { retryOptions: { attempts: 3, initialDelay: 0.001, maxDelay: 0.002 } });
  await attempt("429 and then well", () => patient.models.generateContent(asking("retries-429")));
  await attempt("malformed", () => models.generateContent(asking("is-malformed")));
  await attempt("reset", () => models.generateContent(asking("is-reset")));
  await attempt("refused", async () => at(await closedUrl()).models.generateContent(asking("is-refused")));
  await attempt("timeout", () => models.generateContent(asking("hangs-timeout", { httpOptions: { timeout: 200 } })));
  await attempt("abort", () => {
    const controller = new AbortController();
    // Not out of the timer itself, which would be a timeout.
    setTimeout(() => setImmediate(() => controller.abort()), 150);
    return models.generateContent(asking("hangs-abort", { abortSignal: controller.signal }));
  });
  await attempt("abort before", () =>
    models.generateContent(asking("is-never-sent", { abortSignal: AbortSignal.abort() })),
  );
}
