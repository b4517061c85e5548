import { loadConfig } from "../../config/index.ts";
import type { Report } from "../../telemetry/index.ts";
import { plural } from "../amounts.ts";
import { defineCommand, EXIT, type Terminal, UsageError } from "../command.ts";
import type { Check } from "../doctor/check.ts";
import { examine, findingsOf, type LibraryFinding } from "../doctor/program.ts";
import { checkCollector, checkLibraries, checkNode, checkPreload, checkSettings } from "../doctor/set-up.ts";
import type { Ending } from "../observed-program.ts";
import { remark, writeJson, writeLines } from "../output.ts";
import { renderTable } from "../table.ts";
import { oneLine } from "../text-width.ts";
import { parseDuration } from "../times.ts";

const JSON_FLAG = { json: { kind: "switch", doc: "One JSON document instead of a table." } } as const;

function renderChecks(checks: readonly Check[], { paint }: Terminal): string[] {
  const mark = { ok: paint.green("✓"), warn: paint.yellow("!"), fail: paint.red("✗") };
  return checks.map(({ level, about, found, todo }) => {
    const told = `${mark[level]} ${about.padEnd(12)} ${oneLine(found)}`;
    return todo === undefined ? told : `${told}\n${" ".repeat(15)}${paint.dim(oneLine(todo))}`;
  });
}

function renderFindings(findings: readonly LibraryFinding[], terminal: Terminal): string[] {
  const { paint } = terminal;
  return renderTable(
    findings,
    [
      { title: "LIBRARY", text: ({ library }) => oneLine(library), paint: paint.bold },
      { title: "VERSION", text: ({ version }) => oneLine(version) },
      {
        title: "STATUS",
        text: ({ status }) => status.replace("_", " "),
        paint: (text, { status }) => (status === "observed" ? paint.green(text) : paint.yellow(text)),
      },
      { title: "WHAT TO DO", text: ({ todo }) => todo, minWidth: 20 },
    ],
    terminal,
  );
}

type Totals = {
  readonly llm: number;
  readonly agent: number;
  readonly tool: number;
  readonly dropped: number;
  readonly exportFailures: number;
};

function totalsOf(reports: readonly Report[]): Totals {
  const sum = (read: (report: Report) => number): number => reports.reduce((total, report) => total + read(report), 0);
  return {
    llm: sum(({ calls }) => calls.llm),
    agent: sum(({ calls }) => calls.agent),
    tool: sum(({ calls }) => calls.tool),
    dropped: sum(({ dropped }) => dropped),
    exportFailures: sum(({ exportFailures }) => exportFailures),
  };
}

const endingText = (ending: Ending): string =>
  "code" in ending ? `ended with exit code ${ending.code}` : `was ended by ${ending.signal}`;

/** What the program's processes said, as a check beside the others. */
function checkProgram(ending: Ending, reports: readonly Report[], totals: Totals): Check {
  if (reports.length === 0)
    return {
      level: "fail",
      about: "program",
      found: `it ${endingText(ending)}, and no process of it was preloaded`,
      todo: "Something drops NODE_OPTIONS (a clean environment, another runtime), Node is too old, or it was killed.",
    };
  const calls = [plural(totals.llm, "model call"), plural(totals.agent, "agent run"), plural(totals.tool, "tool call")];
  const found = `it ${endingText(ending)}; ${plural(reports.length, "process", "processes")}, ${calls.join(", ")}`;
  if (totals.dropped > 0)
    return { level: "fail", about: "program", found: `${found}; ${totals.dropped} items could not be sent` };
  return totals.llm + totals.agent + totals.tool > 0
    ? { level: "ok", about: "program", found }
    : {
        level: "warn",
        about: "program",
        found,
        todo: "No model, agent or tool was called. Did the program reach that point?",
      };
}

export const command = defineCommand({
  usage: ["[flags]", "[flags] -- PROGRAM [ARGUMENT…]"],
  about:
    "Looks at the set-up of this folder: Node, settings, whether a collector takes each signal, the preload, and the installed libraries that are known. With a program, runs it observed and tells which of its libraries were observed, which were loaded and never called, and which cannot be observed and why. Ends with 0 where nothing failed, else with 1.",
  examples: ["agent-observatory doctor", "agent-observatory doctor --for 30s -- node server.js"],
  flags: {
    for: { kind: "text", value: "DURATION", doc: "End the program after this time, with SIGTERM." },
    ...JSON_FLAG,
  },
  runsProgram: true,
  run: async ({ flags, program, terminal }) => {
    const { env, cwd } = terminal;
    const limitMs = flags.for === undefined ? undefined : parseDuration("for", flags.for);
    if (limitMs !== undefined && program.length === 0)
      throw new UsageError("--for needs a program: agent-observatory doctor --for 30s -- node server.js");
    const { config, problems } = loadConfig({ env, cwd });
    const setUp: Check[] = [
      checkNode(process.version),
      ...checkSettings(config, problems),
      ...(config.enabled ? await checkCollector(config) : []),
      checkPreload(cwd),
      ...checkLibraries(cwd),
    ];
    if (!flags.json) writeLines(terminal, renderChecks(setUp, terminal));
    const say = (text: string): void => remark(terminal, `agent-observatory: ${text}`);
    const examined =
      program.length === 0
        ? undefined
        : await examine(program, env, say, { limitMs, stdout: flags.json ? "stderr" : "inherit" });
    const totals = examined && totalsOf(examined.reports);
    const findings = findingsOf(examined?.reports ?? []);
    const ofProgram = examined && totals ? checkProgram(examined.ending, examined.reports, totals) : undefined;
    const checks = ofProgram === undefined ? setUp : [...setUp, ofProgram];
    const isUnseen = findings.some(({ status }) => status === "loaded_before" || status === "unsupported_version");
    const well = !isUnseen && checks.every(({ level }) => level !== "fail");
    if (flags.json) {
      writeJson(terminal, {
        well,
        checks: checks.map(({ todo, ...check }) => ({ ...check, todo: todo ?? null })),
        libraries: findings,
        program: examined === undefined ? null : { ...examined.ending, processes: examined.reports.length, ...totals },
      });
    } else if (ofProgram !== undefined) {
      writeLines(terminal, ["", ...renderChecks([ofProgram], terminal), ...renderFindings(findings, terminal)]);
    }
    return well ? EXIT.ok : EXIT.nothing;
  },
});
