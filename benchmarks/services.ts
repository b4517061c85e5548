// The other side of every measured program, as its own process: the model that answers at once and the OTLP receiver that only
// counts. Prints one JSON line with the addresses; `GET /taken` of the receiver tells what came since the last time it was asked.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { createLlmDouble } from "../examples/support/llm-double.ts";
import { decodeTraces } from "../src/ingest/index.ts";

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
    const spans = decodeTraces(incoming.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw);
    inferenceSpans += spans.filter((span) => "gen_ai.operation.name" in span.attributes).length;
  }
  response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
});
receiver.listen(0, "127.0.0.1", () => {
  const { port } = receiver.address() as AddressInfo;
  console.log(JSON.stringify({ llmUrl: double.url, otlpUrl: `http://127.0.0.1:${port}` }));
});
process.once("disconnect", () => process.exit(0));
