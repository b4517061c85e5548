/**
 * What a line costs in processor time: `node benchmarks/logging/run.ts [--rounds 5 --lines 50000]`. The same line by our logger (JSON, ids, redaction), by raw
 * winston and by raw pino, each in processes of its own, in turn, to /dev/null. Aim: at most 1.5 × raw winston.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { formatTable } from "../summary.ts";

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, lines: { type: "string", default: "50000" } },
});
const [rounds, lines] = [Number(flags.rounds), Number(flags.lines)];
if (!(Number.isInteger(rounds) && rounds > 0 && Number.isInteger(lines) && lines >= 1000)) {
  throw new Error(`--rounds must be above 0 and --lines at least 1000, got ${flags.rounds} and ${flags.lines}`);
}

const REGISTER = fileURLToPath(new URL("../../register.cjs", import.meta.url));
/** `preloaded` adds a real span and, with `otlp`, the line's way to a batch that nobody takes. */
const VARIANTS = [
  { title: "raw winston", program: "winston", preloaded: false },
  { title: "raw pino", program: "pino", preloaded: false },
  { title: "ours", program: "ours", preloaded: false },
  { title: "ours, preloaded: with ids", program: "ours", preloaded: true },
  { title: "ours, preloaded, with the caller on each line", program: "ours-caller", preloaded: true },
  { title: "winston, preloaded: with ids", program: "winston", preloaded: true },
  { title: "pino, preloaded: with ids", program: "pino", preloaded: true },
] as const;

async function measure({ program, preloaded }: (typeof VARIANTS)[number]): Promise<number> {
  const script = fileURLToPath(new URL("program.mjs", import.meta.url));
  const args = [...(preloaded ? ["--require", REGISTER] : []), script, program, String(lines)];
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    // Lines are made and written; nothing is sent, whatever the variant.
    env: { PATH: process.env["PATH"], TRACING_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" },
    stdio: ["ignore", openSync("/dev/null", "w"), "inherit", "pipe"],
    timeout: 120_000,
  });
  const reported = text(child.stdio[3] as NodeJS.ReadableStream);
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return (JSON.parse(await reported) as { ns: number }).ns;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const measured = VARIANTS.map((variant) => ({ variant, ns: [] as number[] }));
for (let round = 0; round < rounds; round++) {
  for (const one of measured) one.ns.push(await measure(one.variant));
}
const costs = measured.map(({ variant, ns }) => ({ title: variant.title, ns: median(ns) }));
const of = (title: string): number => costs.find((cost) => cost.title === title)!.ns;
console.log(
  formatTable([
    ["a line of JSON", "µs", "× raw winston", "× raw pino"],
    ...costs.map(({ title, ns }) => [
      title,
      (ns / 1000).toFixed(2),
      (ns / of("raw winston")).toFixed(2),
      (ns / of("raw pino")).toFixed(2),
    ]),
  ]),
);
console.log(
  JSON.stringify({
    benchmark: "logging",
    rounds,
    lines,
    ns: Object.fromEntries(costs.map(({ title, ns }) => [title, Math.round(ns)])),
    overWinston: of("ours, preloaded: with ids") / of("raw winston"),
    overPino: of("ours, preloaded: with ids") / of("raw pino"),
  }),
);
