import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { fromJSONSchema } from "zod";
import { renderAgentTemplate } from "../../grafana/source/agent-endpoint.ts";
import { buildDashboards } from "../../grafana/source/boards.ts";
import { loadKnownSeries } from "../../grafana/source/known-metrics.ts";
import { type LintedDashboard, lintDashboards } from "../../grafana/source/lint.ts";
import { THRESHOLDS } from "../../grafana/source/thresholds.ts";
import { startLineOf, withStartLine } from "../../src/cli/init/start-line.ts";
import { STAGE_PLANS, STAGES } from "../../src/cli/init/thresholds.ts";
import { configSchema, loadConfig, loadEmbeddedConfig } from "../../src/config/index.ts";
import { runRuleTests } from "../../src/rules/index.ts";
import { findPromtool } from "../alerts/find-promtool.ts";
import { BARE_ENV } from "./run-command.ts";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");
const TEMPLATE = new URL("../../grafana/templates/agent.json", import.meta.url);

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-observatory-init-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const project = (): Promise<string> => mkdtemp(join(folder, "project-"));

async function init(cwd: string, args: readonly string[], answers?: string) {
  const child = spawn(process.execPath, [MAIN, "init", ...args], {
    cwd,
    env: BARE_ENV,
    stdio: ["pipe", "pipe", "pipe"],
    timeout: 60_000,
  });
  child.stdin.on("error", () => {}).end(answers ?? "");
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: code as number | null, stdout, stderr };
}

const problemsIn = (cwd: string) => [
  ...loadConfig({ env: {}, cwd }).problems,
  ...loadEmbeddedConfig({ env: {}, cwd }).problems,
];

describe("init", () => {
  it("writes a file that the loader and the schema accept, from defaults and from flags", async () => {
    const cwd = await project();
    await writeFile(join(cwd, "package.json"), '{ "name": "order-desk" }');
    const { code, stdout, stderr } = await init(cwd, ["--yes"]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "✓ wrote observatory.yaml\n");
    assert.deepEqual(problemsIn(cwd), []);
    const { config } = loadConfig({ env: {}, cwd });
    assert.equal(config.serviceName, "order-desk");
    assert.equal(config.environment, "development");
    assert.equal(config.captureContent, false);
    assert.equal(config.otlp.tracesUrl, "http://127.0.0.1:4318/v1/traces");
    assert.equal(loadConfig({ env: { AGENT_ENVIRONMENT: "production" }, cwd }).config.environment, "production");
    const written = await readFile(join(cwd, "observatory.yaml"), "utf8");
    assert.match(written, /^# yaml-language-server: \$schema=\S+observatory\.schema\.json\n/);
    const schema = fromJSONSchema(configSchema() as Parameters<typeof fromJSONSchema>[0]);
    assert.ok(schema.safeParse(parse(written)).success);
    // What stands there commented out is right as well.
    const all = written.replace(/^( *)# ( *[a-zA-Z-]+:.*)$/gm, "$1$2").replace("$schema", "schema");
    await writeFile(join(cwd, "observatory.yaml"), all.replace(/^yaml-language-server.*\n/m, ""));
    assert.deepEqual(
      loadConfig({ env: { COLLECTOR_KEY: "k" }, cwd }).problems.map(({ message }) => message),
      [],
    );

    const flagged = await project();
    const args = ["--service", 'a: ${b} "c" #d', "--environment", "prod", "--endpoint", "https://otlp.example.com/x"];
    const more = ["--capture-content", "--slower-than", "2.5", "--costlier-than", "0.05", "--budget", "0.5", "--block"];
    assert.equal((await init(flagged, ["--yes", ...args, ...more])).code, 0);
    assert.deepEqual(problemsIn(flagged), []);
    const own = loadConfig({ env: {}, cwd: flagged }).config;
    assert.equal(own.serviceName, 'a: ${b} "c" #d');
    assert.equal(own.captureContent, true);
    assert.deepEqual(own.budgets.limits, [
      { name: "per-run", per: "run", limit: { usd: 0.5 }, mode: "block", match: {} },
    ]);
    assert.deepEqual(own.sampling.keep, { errors: true, slowerThanMs: 2500, costlierThanUsd: 0.05 });
    assert.equal(own.otlp.tracesUrl, "https://otlp.example.com/x/v1/traces");
  });

  it("asks, repeats a question whose answer is none, and takes defaults for empty ones", async () => {
    const cwd = await project();
    await writeFile(join(cwd, "package.json"), '{\n\t"name": "shop",\n\t"scripts": { "start": "node app.js" }\n}\n');
    const answers = ["", "staging", "ftp://x", "console", "perhaps", "yes", "", "", "2", "no", "yes"];
    const { code, stdout, stderr } = await init(cwd, [], `${answers.join("\n")}\n`);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /What is the service called\? \[shop\]/);
    assert.match(stdout, /Expected a URL that begins with http/);
    assert.match(stdout, /Expected yes or no\./);
    assert.match(stdout, /✓ wrote observatory\.yaml\n✓ wrote package\.json\n$/);
    const { config } = loadConfig({ env: {}, cwd });
    assert.deepEqual([config.serviceName, config.environment, config.exporter], ["shop", "staging", "console"]);
    assert.deepEqual(config.budgets.limits, [
      { name: "per-run", per: "run", limit: { usd: 2 }, mode: "warn", match: {} },
    ]);
    assert.equal(
      await readFile(join(cwd, "package.json"), "utf8"),
      '{\n\t"name": "shop",\n\t"scripts": { "start": "node --require agent-observatory/register app.js" }\n}\n',
    );
  });

  it("writes nothing where the answers end before the questions, or something is there already", async () => {
    const cwd = await project();
    const ended = await init(cwd, [], "shop\n");
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /The answers ended before the questions; --yes/);
    assert.equal(existsSync(join(cwd, "observatory.yaml")), false);
    await writeFile(join(cwd, "observatory.yaml"), "mine: 1\n");
    const there = await init(cwd, ["--yes"]);
    assert.equal(there.code, 2);
    assert.match(there.stderr, /Nothing is overwritten without --force, and there is observatory\.yaml\./);
    assert.equal(await readFile(join(cwd, "observatory.yaml"), "utf8"), "mine: 1\n");
    assert.equal((await init(cwd, ["--yes", "--force"])).code, 0);
    assert.deepEqual(problemsIn(cwd), []);
  });

  it("refuses flags that say nothing", async () => {
    const cwd = await project();
    for (const args of [
      ["--yes", "--endpoint", "nowhere"],
      ["--yes", "--slower-than", "soon"],
      ["--yes", "--environment", "a b"],
      ["--yes", "--script", "start"],
      ["--env", "prod"],
      ["--agent", "x"],
      ["--agent", "x", "--env", "test"],
      ["--agent", " ", "--env", "prod"],
      ["something"],
    ])
      assert.equal((await init(cwd, args)).code, 2, args.join(" "));
  });
});

describe("the start of a program", () => {
  it("gets the preload where it starts node, and is left alone elsewhere", () => {
    const after = (start: string) => startLineOf(JSON.stringify({ scripts: { start } }), "start")?.after;
    assert.equal(after("node app.js"), "node --require agent-observatory/register app.js");
    assert.equal(
      after("npm run build && PORT=1 node --env-file=.env dist/a.js"),
      "npm run build && PORT=1 node --require agent-observatory/register --env-file=.env dist/a.js",
    );
    for (const other of ["tsx app.ts", "nodemon app.js", "next start", "echo node"])
      assert.equal(after(other), undefined);
    assert.equal(startLineOf("{", "start"), undefined);
    assert.equal(startLineOf('{"scripts":{}}', "toString"), undefined);
  });

  it("changes that script and nothing else, though others have its name or its text", () => {
    const before = '{"start":"node a.js","scripts":{"x":"node a.js","start" :  "node a.js"}}';
    const line = startLineOf(before, "start") ?? assert.fail();
    assert.equal(
      withStartLine(before, line),
      '{"start":"node a.js","scripts":{"x":"node a.js","start" :  "node --require agent-observatory/register a.js"}}',
    );
  });
});

describe("init --agent", () => {
  for (const stage of STAGES) {
    it(`writes alerts for ${stage} whose unit tests pass, a dashboard without a hole, and thresholds`, async () => {
      const cwd = await project();
      const agent = stage === "dev" ? 'Bestell-Hilfe "{{ x }}" \\ 猫' : "order helper";
      const { code, stdout, stderr } = await init(cwd, ["--agent", agent, "--env", stage, "--json"]);
      assert.equal(code, 0, stderr);
      const { written } = JSON.parse(stdout) as { written: string[] };
      assert.equal(written.length, 4);
      const [, rules = "", tests = "", dashboard = ""] = written.map((path) => join(cwd, path));
      const report = await runRuleTests([tests]);
      assert.equal(report.failed, 0, JSON.stringify(report, null, 1));
      const promtool = findPromtool();
      if (promtool !== undefined) {
        execFileSync(promtool, ["check", "rules", "--lint=all", "--lint-fatal", rules], { stdio: "pipe" });
        execFileSync(promtool, ["test", "rules", tests], { stdio: "pipe" });
      }
      const { groups } = parse(readFileSync(rules, "utf8")) as {
        groups: { rules: { alert: string; labels: { severity: string } }[] }[];
      };
      const severities = new Set(groups.flatMap((group) => group.rules.map(({ labels }) => labels.severity)));
      assert.equal(severities.has("page"), stage === "prod");
      const board = JSON.parse(readFileSync(dashboard, "utf8")) as LintedDashboard & { uid: string; title: string };
      assert.ok(board.title.includes(agent));
      assert.ok(board.uid.length <= 40);
      assert.doesNotMatch(readFileSync(dashboard, "utf8"), /__[A-Za-z]+(?:\.[a-z]+)?__/);
      const limit = STAGE_PLANS[stage].thresholds.responseTimeSeconds.limit;
      assert.ok(readFileSync(dashboard, "utf8").includes(`"value": ${limit}`));
      // The rules of names are for boards of the package.
      const problems = lintDashboards(
        [{ ...board, uid: "ao-agent" }, ...(buildDashboards() as LintedDashboard[])],
        loadKnownSeries(),
        [THRESHOLDS, STAGE_PLANS[stage].thresholds],
      );
      assert.deepEqual(problems, []);
    });
  }

  it("is stricter in production than in staging, and there than in development", () => {
    const [prod, staging, dev] = STAGES.map((stage) => STAGE_PLANS[stage].thresholds);
    for (const name of Object.keys(prod ?? {}) as (keyof typeof STAGE_PLANS.prod.thresholds)[]) {
      const [a, b, c] = [prod, staging, dev].map((thresholds) => thresholds?.[name].limit ?? 0);
      const [strict = 0, middle = 0, loose = 0] =
        name === "toolSuccessRatio" ? [-(a ?? 0), -(b ?? 0), -(c ?? 0)] : [a, b, c];
      assert.ok(strict < middle && middle < loose, name);
    }
  });

  it("has the limits that docs/setup.md tells", () => {
    const page = readFileSync(new URL("../../docs/setup.md", import.meta.url), "utf8");
    const plans = STAGES.map((stage) => STAGE_PLANS[stage]);
    const row = (title: string, cells: readonly string[]): void =>
      assert.ok(page.includes(`| ${title} | ${cells.join(" | ")} |\n`), `${title}: ${cells.join(" | ")}`);
    const limits = (name: keyof typeof STAGE_PLANS.prod.thresholds, write: (limit: number) => string): string[] =>
      plans.map(({ thresholds }) => write(thresholds[name].limit));
    const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;
    row("failed runs, limit", limits("errorRatio", percent));
    row(
      "response time (p95), limit",
      limits("responseTimeSeconds", (seconds) => `${seconds} s`),
    );
    row("tool success, limit", limits("toolSuccessRatio", percent));
    row(
      "cost of a run, limit",
      limits("costPerRunUsd", (usd) => `$${usd < 1 ? usd.toFixed(2) : usd}`),
    );
    row(
      "tokens of a run, limit",
      limits("tokensPerRun", (tokens) => tokens.toLocaleString("en-US")),
    );
    row(
      "spend an hour, limit",
      limits("spendPerHourUsd", (usd) => `$${usd}`),
    );
    row(
      "lasts until it fires",
      plans.map((plan) => plan.for.replace("m", " min")),
    );
    row(
      "severity: failing, others",
      plans.map(({ severity }) => `${severity.failing}, ${severity.other}`),
    );
  });

  it("keeps thresholds that were changed, and puts them into rules and dashboard", async () => {
    const cwd = await project();
    const args = ["--agent", "helper", "--env", "prod", "--directory", "watch"];
    assert.equal((await init(cwd, args)).code, 0);
    const again = await init(cwd, args);
    assert.equal(again.code, 2);
    assert.match(
      again.stderr,
      /Nothing is overwritten without --force, and there is watch\/alerts\/helper\.prod\.yml, watch/,
    );
    const file = join(cwd, "watch/helper.prod.thresholds.json");
    const changed = readFileSync(file, "utf8").replace('"limit": 5\n', '"limit": 7.25\n');
    writeFileSync(file, changed);
    const { code, stdout } = await init(cwd, [...args, "--force"]);
    assert.equal(code, 0);
    assert.match(stdout, /– kept watch\/helper\.prod\.thresholds\.json/);
    assert.equal(readFileSync(file, "utf8"), changed);
    assert.match(readFileSync(join(cwd, "watch/alerts/helper.prod.yml"), "utf8"), /\) > 7\.25\n/);
    assert.match(readFileSync(join(cwd, "watch/dashboards/helper.prod.json"), "utf8"), /"value": 7\.25/);
    assert.equal((await runRuleTests([join(cwd, "watch/alerts/tests/helper.prod.test.yml")])).failed, 0);
    writeFileSync(file, changed.replace("7.25", '"fast"'));
    const wrong = await init(cwd, [...args, "--force"]);
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.stderr,
      /Thresholds in helper\.prod\.thresholds\.json: expected responseTimeSeconds with target and limit/,
    );
  });

  it("has a template that is what its source says (UPDATE_DOCS=1 writes it)", () => {
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(TEMPLATE, renderAgentTemplate());
    assert.equal(readFileSync(TEMPLATE, "utf8"), renderAgentTemplate());
  });
});
