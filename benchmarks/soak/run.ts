/**
 * Whether an observed program keeps its memory flat: `npm run soak [-- --calls 100000]`. Fresh tools, abandoned, aborted and unread streams.
 * Ends with 1 where the heap has grown by more than 5 MB since a fifth of the calls, or where calls are missing. docs/robustness.md.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startServices } from "../measure.ts";
import { formatTable } from "../summary.ts";

const { values: flags } = parseArgs({
  options: { calls: { type: "string", default: "100000" }, bare: { type: "boolean", default: false } },
});
const calls = Number(flags.calls);
if (!(Number.isInteger(calls) && calls >= 1000))
  throw new Error(`--calls must be a whole number from 1000 up, got ${flags.calls}`);

const MAX_GROWTH_MB = 5;
type Step = { readonly calls: number; readonly heapMb: number; readonly rssMb: number };

async function soak(
  preload: readonly string[],
): Promise<{ readonly steps: readonly Step[]; readonly spans: number; readonly seconds: number }> {
  const { services, close } = await startServices();
  try {
    const startMs = performance.now();
    const child = spawn(
      process.execPath,
      ["--expose-gc", ...preload, fileURLToPath(new URL("program.mjs", import.meta.url))],
      {
        env: {
          PATH: process.env["PATH"],
          OTEL_EXPORTER_OTLP_ENDPOINT: services.otlpUrl,
          OTEL_SERVICE_NAME: "soak",
          SOAK_URL: services.llmUrl,
          SOAK_CALLS: String(calls),
        },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const exited = once(child, "exit");
    const steps: Step[] = [];
    for await (const line of createInterface(child.stdout)) {
      const step = JSON.parse(line) as Step;
      steps.push(step);
      process.stderr.write(`${step.calls} calls, heap ${step.heapMb.toFixed(1)} MB\n`);
    }
    const [code] = (await exited) as [number | null];
    if (code !== 0) throw new Error(`the program ended with ${code}`);
    const taken = (await (await fetch(`${services.otlpUrl}/taken`)).json()) as { inferenceSpans: number };
    return { steps, spans: taken.inferenceSpans, seconds: (performance.now() - startMs) / 1000 };
  } finally {
    close();
  }
}

const { steps, spans, seconds } = await soak(
  flags.bare ? [] : ["--require", fileURLToPath(new URL("../../register.cjs", import.meta.url))],
);
const settled = steps[1] as Step;
const last = steps.at(-1) as Step;
const growthMb = last.heapMb - settled.heapMb;
const rows = steps.map((step) => [String(step.calls), step.heapMb.toFixed(1), step.rssMb.toFixed(0)]);
console.log(formatTable([["calls", "heap after collection, MB", "RSS, MB"], ...rows]));
console.log(
  `${calls} calls in ${seconds.toFixed(0)} s, ${spans} spans of them; heap ${growthMb >= 0 ? "+" : ""}${growthMb.toFixed(1)} MB since ${settled.calls} calls`,
);
if (growthMb > MAX_GROWTH_MB || (!flags.bare && spans !== calls)) process.exitCode = 1;
