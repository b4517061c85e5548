// The other side of every measured program, as its own process: the model that answers at once and the OTLP receiver that only
// counts. Prints one JSON line with the addresses; `GET /taken` of the receiver tells what came since the last time it was asked.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { createLlmDouble } from "../examples/support/llm-double.ts";
import { normalizeDialect } from "../src/genai/index.ts";
import { decodeTraces } from "../src/ingest/index.ts";
import { ATTR, INFERENCE_OPERATIONS } from "../src/model/index.ts";

const ANSWER = { text: "Returns fell by four percent, as page 12 says. ".repeat(8), latencyMs: 0 };

const double = await createLlmDouble({ respond: () => ANSWER, keptRequests: 1 }).start();

let inferenceSpans = 0;
const receiver = createServer(async (incoming, response) => {
  if (incoming.url === "/taken") {
    response.end(JSON.stringify({ inferenceSpans }));
    inferenceSpans = 0;
    return;
  }
  const raw = await buffer(incoming);
  if (incoming.url === "/v1/traces") {
    const encoding = incoming.headers["content-type"]?.includes("json") ? "json" : "protobuf";
    const spans = decodeTraces(incoming.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw, encoding);
    // Each alternative has words of its own.
    const operationOf = (attributes: object): string => String(normalizeDialect({ ...attributes })[ATTR.operation]);
    inferenceSpans += spans.filter(({ attributes }) => INFERENCE_OPERATIONS.has(operationOf(attributes))).length;
  }
  response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
});
receiver.listen(0, "127.0.0.1", () => {
  const { port } = receiver.address() as AddressInfo;
  console.log(JSON.stringify({ llmUrl: double.url, otlpUrl: `http://127.0.0.1:${port}` }));
});
process.once("disconnect", () => process.exit(0));
