// Runs the double as its own process: `node examples/support/llm-double-server.ts [--port 0] [--seed 1]
// [--latency 20] [--scenario ./file.ts]`. Prints one JSON line with the addresses, ends with its parent.
import { fstatSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createLlmDouble, type LlmRequest, type Reply } from "./llm-double.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    latency: { type: "string", default: "20" },
    // A module that exports `respond`, relative to the working directory.
    scenario: { type: "string" },
  },
});

type Scenario = { respond(request: LlmRequest): Reply | undefined };
const scenario: Scenario | undefined =
  values.scenario === undefined ? undefined : await import(pathToFileURL(resolve(values.scenario)).href);

const double = await createLlmDouble({
  port: Number(values.port),
  seed: Number(values.seed),
  medianLatencyMs: Number(values.latency),
  ...(scenario && { respond: scenario.respond }),
}).start();

const stop = () => void double.close().then(() => process.exit(0));
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
process.once("disconnect", stop);
// Only a pipe tells that the parent has died; under a shell's `&` stdin is /dev/null and ends at once.
const stdin = fstatSync(0);
if (stdin.isFIFO() || stdin.isSocket()) process.stdin.resume().once("end", stop).once("error", stop);

console.log(JSON.stringify({ url: double.url, stats: new URL("/stats", double.url).href, pid: process.pid }));
