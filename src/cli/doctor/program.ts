import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LibraryStatus } from "../../frameworks/index.ts";
import type { Report } from "../../telemetry/index.ts";
import { type Ending, nodeOptionsWith, preloadPath, type RunProgramOptions, runProgram } from "../observed-program.ts";

export type Examined = { readonly ending: Ending; readonly reports: readonly Report[] };

export type LibraryFinding = {
  readonly library: string;
  readonly version: string;
  readonly status: LibraryStatus;
  readonly todo: string;
};

/** Runs a program with the preload and collects what each of its processes says of itself as it ends. */
export async function examine(
  program: readonly string[],
  env: NodeJS.ProcessEnv,
  say: (text: string) => void,
  options: RunProgramOptions,
): Promise<Examined> {
  const folder = await mkdtemp(join(tmpdir(), "agent-observatory-doctor-"));
  try {
    const file = join(folder, "report.jsonl");
    const observed = {
      ...env,
      NODE_OPTIONS: nodeOptionsWith(env["NODE_OPTIONS"], preloadPath()),
      AGENT_OBSERVATORY_REPORT_FILE: file,
    };
    const ending = await runProgram(program, observed, say, options);
    const written = await readFile(file, "utf8").catch(() => "");
    const reports = written.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Report]));
    return { ending, reports };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The best that is known of a library among all processes comes first. */
const RANK: Readonly<Record<LibraryStatus, number>> = {
  observed: 0,
  unsupported_version: 1,
  loaded_before: 2,
  found: 3,
};
const TODO: Readonly<Record<LibraryStatus, string>> = {
  observed: "",
  found: "It was loaded, and nothing was called that could be seen.",
  loaded_before: "It was loaded before the preload: put ours first among --require and --import.",
  unsupported_version: "This version is not known to work: see docs/coverage.md.",
};

/** What all processes say of each library, what is observed first. */
export function findingsOf(reports: readonly Report[]): LibraryFinding[] {
  const best = new Map<string, LibraryFinding>();
  for (const { library, version, status } of reports.flatMap(({ libraries }) => libraries)) {
    const known = status in RANK ? (status as LibraryStatus) : "found";
    const key = `${library} ${version}`;
    const before = best.get(key);
    if (before !== undefined && RANK[before.status] <= RANK[known]) continue;
    best.set(key, { library, version, status: known, todo: TODO[known] });
  }
  return [...best.values()].sort((a, b) => RANK[a.status] - RANK[b.status] || (a.library < b.library ? -1 : 1));
}
