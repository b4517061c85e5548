/**
 * What observing costs: `npm run bench [-- --rounds 10 --calls 300]`. The same programs run bare, with agent-observatory preloaded and
 * with each of the alternatives, in turn. docs/benchmarks.md explains each figure.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installFolder } from "../scripts/install-folder.ts";
import { installedSizeMb, ownInstalledSizeMb } from "./installed-size.ts";
import { type Measured, measure, type Run, startServices } from "./measure.ts";
import { formatSummary, formatTable, type Summary, summarize } from "./summary.ts";

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "10" }, calls: { type: "string", default: "300" } },
});
const rounds = Number(flags.rounds);
const calls = Number(flags.calls);
if (!(Number.isInteger(rounds) && rounds > 0 && Number.isInteger(calls) && calls > 0)) {
  throw new Error(`--rounds and --calls must be whole numbers above 0, got ${flags.rounds} and ${flags.calls}`);
}
/** Enough for most of the code to be compiled; the rest of the warming shows alike in all variants. */
const WARM_UP = 50;

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** Each is installed in a folder of its own, as its documentation says. */
const ALTERNATIVES = {
  OpenTelemetry: "opentelemetry",
  OpenLLMetry: "openllmetry",
  OpenLIT: "openlit",
  OpenInference: "openinference",
};
const VARIANTS: readonly (readonly [name: string, nodeArgs: readonly string[]])[] = [
  ["bare", []],
  ["agent-observatory", ["--require", at("../register.cjs")]],
  ...Object.entries(ALTERNATIVES).map(
    ([name, folder]) => [name, ["--require", at(`alternatives/${folder}/setup.cjs`)]] as const,
  ),
];

type Part = Pick<Run, "program" | "promptBytes">;
const PARTS = {
  empty: { program: "empty" },
  start: { program: "import-openai" },
  small: { program: "llm-calls", promptBytes: 2_000 },
  large: { program: "llm-calls", promptBytes: 100_000 },
} as const satisfies Record<string, Part>;
type PartName = keyof typeof PARTS;

type Figure = {
  /** Name in the JSON line. */
  readonly key: string;
  readonly title: string;
  readonly part: PartName;
  readonly member: Exclude<keyof Measured, "inferenceSpans">;
  readonly digits: number;
};
const FIGURES: readonly Figure[] = [
  { key: "emptyMs", title: "empty program, ms", part: "empty", member: "wallMs", digits: 0 },
  { key: "readyMs", title: "openai imported, ready after, ms", part: "start", member: "readyMs", digits: 0 },
  { key: "endedMs", title: "openai imported, ended after, ms", part: "start", member: "wallMs", digits: 0 },
  { key: "importRssMb", title: "openai imported, peak RSS, MB", part: "start", member: "peakRssMb", digits: 1 },
  { key: "smallCpuMs", title: "2 kB prompt, CPU per call, ms", part: "small", member: "cpuPerCallMs", digits: 2 },
  { key: "smallRssMb", title: "2 kB prompts, peak RSS, MB", part: "small", member: "peakRssMb", digits: 1 },
  { key: "largeCpuMs", title: "100 kB prompt, CPU per call, ms", part: "large", member: "cpuPerCallMs", digits: 2 },
  { key: "largeRssMb", title: "100 kB prompts, peak RSS, MB", part: "large", member: "peakRssMb", digits: 1 },
];

type Client = { readonly version: string; readonly from: string };

function packageOf(name: string): { version: string; directory: string } | undefined {
  try {
    const manifest = findPackageJSON(name, import.meta.url);
    if (manifest === undefined) return undefined;
    return {
      version: (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version,
      directory: dirname(manifest),
    };
  } catch {
    return undefined;
  }
}

/** Instrumentations know a package by the name of its directory, so an alias must be installed under its real name. */
function unalias(directory: string, workspace: string): string {
  cpSync(directory, join(workspace, "node_modules/openai"), { recursive: true });
  return `${workspace}/`;
}

function findClients(workspace: string): Client[] {
  const current = packageOf("openai");
  if (current === undefined) throw new Error("openai is not installed; run npm ci");
  const older = packageOf("openai-6");
  return [
    { version: current.version, from: at("./") },
    ...(older === undefined ? [] : [{ version: older.version, from: unalias(older.directory, workspace) }]),
  ];
}

type Samples = Record<PartName, Measured[]>;
type Column = {
  readonly openai: string;
  readonly variant: string;
  readonly run: Pick<Run, "nodeArgs" | "openaiFrom">;
  readonly samples: Samples;
};

function createColumns(clients: readonly Client[]): Column[] {
  return clients.flatMap((client) =>
    VARIANTS.map(([variant, nodeArgs]) => ({
      openai: client.version,
      variant,
      run: { nodeArgs, openaiFrom: client.from },
      samples: { empty: [], start: [], small: [], large: [] },
    })),
  );
}

type Result = {
  readonly openai: string;
  readonly variant: string;
  readonly spans: number;
  readonly expectedSpans: number;
  readonly figures: Readonly<Record<string, Summary | undefined>>;
};

const samplesOf = (column: Column, { part, member }: Figure): number[] =>
  column.samples[part].flatMap((one) => one[member] ?? []);

function resultOf(column: Column, bare: Column): Result {
  const ran = [...column.samples.small, ...column.samples.large];
  return {
    openai: column.openai,
    variant: column.variant,
    spans: ran.reduce((sum, one) => sum + one.inferenceSpans, 0),
    expectedSpans: ran.length * (calls + WARM_UP),
    figures: Object.fromEntries(
      FIGURES.map((figure) => {
        const bareMedian = column === bare ? undefined : summarize(samplesOf(bare, figure), undefined)?.median;
        return [figure.key, summarize(samplesOf(column, figure), bareMedian)];
      }),
    ),
  };
}

function printResults(results: readonly Result[]): void {
  for (const [openai, ofClient] of Map.groupBy(results, (result) => result.openai)) {
    const rows = [
      [`openai ${openai}`, ...ofClient.map((result) => result.variant)],
      ...FIGURES.map(({ key, title, digits }) => [
        title,
        ...ofClient.map((result) => formatSummary(result.figures[key], digits)),
      ]),
      ["calls seen as spans", ...ofClient.map(({ spans, expectedSpans }) => `${spans} of ${expectedSpans}`)],
    ];
    console.log(`\n${formatTable(rows)}`);
    for (const { variant, spans } of ofClient) {
      if (spans === 0 && variant !== "bare") {
        console.log(`\n${variant} saw no call of openai ${openai}: its CPU per call is not the cost of observing.`);
      }
    }
  }
}

async function main(): Promise<void> {
  for (const folder of Object.values(ALTERNATIVES)) installFolder(`benchmarks/alternatives/${folder}`);
  const workspace = mkdtempSync(join(tmpdir(), "agent-observatory-bench-"));
  const { services, close } = await startServices();
  try {
    const clients = findClients(workspace);
    if (clients.length === 1) {
      console.log("openai-6 (npm:openai@6) is not installed: no comparison on a version that OpenTelemetry supports.");
    }
    const columns = createColumns(clients);
    const loadBefore = loadavg()[0]!;
    const startMs = performance.now();
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, part] of Object.entries(PARTS) as [PartName, Part][]) {
        for (let turn = 0; turn < columns.length; turn += 1) {
          // Each round begins with another one, so that none always runs after the same neighbour.
          const column = columns[(turn + round) % columns.length]!;
          column.samples[name].push(await measure({ ...part, ...column.run, services, calls, warmUp: WARM_UP }));
        }
      }
      const seconds = Math.round((performance.now() - startMs) / 1000);
      if (process.stderr.isTTY) process.stderr.write(`\rround ${round + 1} of ${rounds}, ${seconds} s `);
    }
    if (process.stderr.isTTY) process.stderr.write("\n");

    const machine = {
      node: process.version,
      cores: cpus().length,
      cpu: cpus()[0]?.model ?? "unknown",
      loadBefore,
      seconds: Math.round((performance.now() - startMs) / 1000),
    };
    const results = columns.map((column) =>
      resultOf(column, columns.find((other) => other.openai === column.openai && other.variant === "bare")!),
    );
    console.log(
      `${rounds} rounds of ${calls} calls, ${machine.seconds} s; Node ${machine.node}, ${machine.cores} cores, load average before: ${loadBefore.toFixed(2)}`,
    );
    console.log("Each figure: median (p10–p90) **difference of the medians to bare**");
    printResults(results);
    const installedMb = {
      "agent-observatory": ownInstalledSizeMb(workspace),
      ...Object.fromEntries(
        Object.entries(ALTERNATIVES).map(([name, folder]) => [name, installedSizeMb(at(`alternatives/${folder}`))]),
      ),
    };
    const sizes = Object.entries(installedMb).map(([name, { mb, packages }]) => [
      name,
      mb.toFixed(1),
      String(packages),
    ]);
    console.log(`\n${formatTable([["npm install", "MB on disk", "packages"], ...sizes])}`);
    const round3 = (_: string, value: unknown): unknown =>
      typeof value === "number" ? Number(value.toFixed(3)) : value;
    console.log(`\n${JSON.stringify({ rounds, calls, machine, results, installedMb }, round3)}`);
  } finally {
    close();
    rmSync(workspace, { recursive: true, force: true });
  }
}

await main();
