import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig, loadEmbeddedConfig } from "../../config/index.ts";
import { type CommandInput, defineCommand, EXIT, type Flags, type Terminal, UsageError } from "../command.ts";
import { agentFiles, type NewFile, parseAgent, parseStage, thresholdsPath } from "../init/agent-files.ts";
import { type Answers, writeConfig } from "../init/config-text.ts";
import { CHECKS, openQuestions } from "../init/questions.ts";
import { type StartLine, startLineOf, withStartLine } from "../init/start-line.ts";
import { STAGE_PLANS } from "../init/thresholds.ts";
import { remark, writeJson, writeLines } from "../output.ts";
import { oneLine } from "../text-width.ts";

const FILE = "observatory.yaml";

const FLAGS = {
  yes: { kind: "switch", short: "y", doc: "Ask nothing: take the flags, and defaults for the rest." },
  service: { kind: "text", value: "NAME", doc: "What the service is called; the name in package.json." },
  environment: {
    kind: "text",
    value: "NAME",
    doc: "Where it runs, where AGENT_ENVIRONMENT does not say; development.",
  },
  endpoint: {
    kind: "text",
    value: "URL",
    doc: "Where telemetry goes: an OTLP receiver, or `console`; http://127.0.0.1:4318.",
  },
  "capture-content": { kind: "switch", doc: "Record prompts, answers and arguments, redacted." },
  "slower-than": { kind: "text", value: "SECONDS", doc: "From here on a run is slow and always kept; 60." },
  "costlier-than": { kind: "text", value: "USD", doc: "From here on a run is dear and always kept; 1." },
  budget: { kind: "text", value: "USD", doc: "What one run may cost; 0, the default, is no budget." },
  block: { kind: "switch", doc: "Stop further calls of a run that has spent its budget." },
  script: { kind: "text", value: "NAME", doc: "Put the preload into this script of package.json." },
  agent: { kind: "text", value: "NAME", doc: "Write thresholds, alerts and a dashboard for this agent instead." },
  env: { kind: "text", value: "prod|staging|dev", doc: "With --agent: where it runs; production is the strictest." },
  directory: { kind: "text", value: "PATH", doc: "With --agent: where its files go; observatory." },
  force: { kind: "switch", doc: "Overwrite files that are there; thresholds that were changed are kept." },
  json: { kind: "switch", doc: "One JSON document instead of sentences; with --yes or --agent." },
} as const satisfies Flags;

type Input = CommandInput<typeof FLAGS>;

const readText = (file: string): Promise<string | undefined> => readFile(file, "utf8").catch(() => undefined);

/** Where the schema is, as seen from the folder: in its own node_modules, so that it is there for everybody who installs it. */
function schemaFrom(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, "node_modules", "agent-observatory", "observatory.schema.json");
    if (existsSync(file)) return relative(cwd, file).replace(/^(?!\.)/, "./");
    if (dirname(folder) === folder) break;
  }
  return fileURLToPath(new URL("observatory.schema.json", import.meta.resolve("agent-observatory/package.json")));
}

function nameIn(packageJson: string | undefined): string | undefined {
  try {
    const { name } = JSON.parse(packageJson ?? "{}") as { name?: unknown };
    return typeof name === "string" && name !== "" ? name : undefined;
  } catch {
    return undefined;
  }
}

/** The answers that the flags give. Throws `UsageError`. */
function answersOf({ flags }: Input, serviceName: string): Answers {
  const given = {
    serviceName: flags.service ?? serviceName,
    environment: flags.environment ?? "development",
    endpoint: flags.endpoint ?? "http://127.0.0.1:4318",
    slowerThanSeconds: flags["slower-than"] ?? "60",
    costlierThanUsd: flags["costlier-than"] ?? "1",
    budgetPerRunUsd: flags.budget ?? "0",
  };
  const flagOf = {
    slowerThanSeconds: "slower-than",
    costlierThanUsd: "costlier-than",
    budgetPerRunUsd: "budget",
    serviceName: "service",
  } as const;
  for (const [name, value] of Object.entries(given)) {
    const wrong = CHECKS[name as keyof typeof given](value);
    const flag = name in flagOf ? flagOf[name as keyof typeof flagOf] : name;
    if (wrong !== undefined) throw new UsageError(`--${flag}: ${wrong.charAt(0).toLowerCase()}${wrong.slice(1)}`);
  }
  return {
    ...given,
    captureContent: flags["capture-content"],
    slowerThanSeconds: Number(given.slowerThanSeconds),
    costlierThanUsd: Number(given.costlierThanUsd),
    budgetPerRunUsd: Number(given.budgetPerRunUsd),
    budgetBlocks: flags.block,
  };
}

type Written = { readonly written: readonly string[]; readonly kept: readonly string[] };

/** Writes all files or none: where one is in the way nothing is written. */
async function writeFiles(folder: string, files: readonly NewFile[], force: boolean, cwd: string): Promise<Written> {
  const there = files.filter(({ path }) => existsSync(join(folder, path)));
  const inTheWay = there.filter(({ isKept }) => !isKept);
  const shown = (path: string): string => relative(cwd, join(folder, path));
  if (inTheWay.length > 0 && !force)
    throw new UsageError(
      `nothing is overwritten without --force, and there is ${inTheWay.map(({ path }) => shown(path)).join(", ")}`,
    );
  const kept = there.filter(({ isKept }) => isKept);
  const written = files.filter((file) => !kept.includes(file));
  for (const { path, text } of written) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { flag: force ? "w" : "wx" });
  }
  return { written: written.map(({ path }) => shown(path)), kept: kept.map(({ path }) => shown(path)) };
}

async function initAgent({ flags, terminal }: Input): Promise<number> {
  const agent = parseAgent(flags.agent ?? "");
  const stage = parseStage(flags.env);
  const folder = resolve(terminal.cwd, flags.directory ?? "observatory");
  const files = agentFiles(agent, stage, await readText(join(folder, thresholdsPath(agent, stage))));
  const { written, kept } = await writeFiles(folder, files, flags.force, terminal.cwd);
  const { names } = STAGE_PLANS[stage];
  const rules = `${relative(terminal.cwd, join(folder, "alerts"))}/*.yml`;
  const environment = `The alerts look at deployment.environment.name ${names.join(" or ")}: telemetry.environment in ${FILE}, or OTEL_RESOURCE_ATTRIBUTES.`;
  const next = [
    environment,
    `Load them: embedded.rules.files in ${FILE}, with ${rules} beside the package's own, or rule_files of Prometheus.`,
    `Test them: agent-observatory alerts test ${written.find((path) => path.endsWith(".test.yml")) ?? rules}`,
  ];
  if (flags.json) writeJson(terminal, { agent, env: stage, written, kept, next });
  else {
    writeLines(terminal, [
      ...written.map((path) => `${terminal.paint.green("✓")} wrote ${oneLine(path)}`),
      ...kept.map((path) => `${terminal.paint.dim("–")} kept ${oneLine(path)}, with its thresholds`),
    ]);
    for (const line of next) remark(terminal, line);
  }
  return EXIT.ok;
}

/** What to say of the start of the program, and package.json as it is to be. */
function startAdvice(line: StartLine | undefined, wanted: boolean): string {
  if (line?.isDone === true) return `The script ${line.script} is observed already: ${line.before}`;
  if (line === undefined) return "Start programs with the preload: node --require agent-observatory/register app.js";
  if (line.after === undefined)
    return `The script ${line.script} does not start node itself: NODE_OPTIONS="--require agent-observatory/register" npm run ${line.script}, or agent-observatory dev -- npm run ${line.script}`;
  return wanted
    ? `The script ${line.script} is now: ${line.after}`
    : `Start it observed, for example by the script ${line.script}: ${line.after} (--script ${line.script} writes it)`;
}

async function changeScript(file: string, packageJson: string, line: StartLine): Promise<boolean> {
  const changed = withStartLine(packageJson, line);
  if (changed === undefined) return false;
  await writeFile(file, changed);
  return true;
}

async function askFor(input: Input, defaults: Answers, line: StartLine | undefined, terminal: Terminal) {
  if (input.flags.yes || input.flags.json) return { answers: defaults, wantsScript: false };
  const questions = openQuestions(process.stdin, terminal.out);
  try {
    const answers = await questions.ask(defaults);
    const canChange = line?.after !== undefined && !line.isDone && input.flags.script === undefined;
    const wantsScript = canChange && (await questions.confirm(`Make the script ${line.script} "${line.after}"?`));
    return { answers, wantsScript };
  } finally {
    questions.close();
  }
}

async function initFolder(input: Input): Promise<number> {
  const { flags, terminal } = input;
  const { cwd, env } = terminal;
  if (existsSync(join(cwd, FILE)) && !flags.force)
    throw new UsageError(`nothing is overwritten without --force, and there is ${FILE}`);
  const packageFile = join(cwd, "package.json");
  const packageJson = await readText(packageFile);
  const line = packageJson === undefined ? undefined : startLineOf(packageJson, flags.script ?? "start");
  if (flags.script !== undefined && (line === undefined || (line.after === undefined && !line.isDone)))
    throw new UsageError(
      line === undefined
        ? `--script: there is no script ${JSON.stringify(flags.script)} in a package.json here`
        : `--script: the script ${JSON.stringify(flags.script)} does not start node itself; put NODE_OPTIONS="--require agent-observatory/register" before it`,
    );
  const defaults = answersOf(input, nameIn(packageJson) ?? basename(cwd));
  const { answers, wantsScript } = await askFor(input, defaults, line, terminal);
  const text = writeConfig(answers, schemaFrom(cwd));
  const { written } = await writeFiles(cwd, [{ path: FILE, text, isKept: false }], flags.force, cwd);
  const wanted = (wantsScript || flags.script !== undefined) && line?.isDone === false;
  const changed = wanted && packageJson !== undefined && (await changeScript(packageFile, packageJson, line));
  const { problems } = loadConfig({ env, cwd });
  for (const { message } of [...problems, ...loadEmbeddedConfig({ env, cwd }).problems]) remark(terminal, message);
  const next = [
    startAdvice(line, changed),
    ...(answers.endpoint === "console"
      ? []
      : ["Try it: agent-observatory serve, and in another terminal agent-observatory test"]),
  ];
  if (flags.json) writeJson(terminal, { written: changed ? [...written, "package.json"] : written, kept: [], next });
  else {
    writeLines(
      terminal,
      [...written, ...(changed ? ["package.json"] : [])].map((path) => `${terminal.paint.green("✓")} wrote ${path}`),
    );
    for (const one of next) remark(terminal, oneLine(one));
  }
  return EXIT.ok;
}

export const command = defineCommand({
  usage: ["[flags]", "--agent NAME --env prod|staging|dev [flags]"],
  about:
    "Sets a folder up: asks what the service is called, where telemetry goes, whether content is recorded, what is slow or dear and what a run may cost, and writes observatory.yaml with comments and a schema for editors. It tells, or writes, how the program is to be started. With --agent it writes thresholds, alert rules with unit tests, and a Grafana dashboard for one agent in one environment; production is the strictest, and pages. Change the thresholds and run it again with --force. Nothing that is there is overwritten without it.",
  examples: [
    "agent-observatory init",
    "agent-observatory init --yes --endpoint http://collector:4318 --script start",
    'agent-observatory init --agent "order helper" --env prod',
  ],
  flags: FLAGS,
  run: (input) => {
    const { flags, positionals } = input;
    if (positionals[0] !== undefined)
      throw new UsageError(`init takes flags only, got ${JSON.stringify(positionals[0])}`);
    if (flags.agent !== undefined) return initAgent(input);
    if (flags.env !== undefined || flags.directory !== undefined)
      throw new UsageError("--env and --directory belong to --agent NAME");
    return initFolder(input);
  },
});
