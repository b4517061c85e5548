/**
 * What the page is shown with: the support desk, the research team and a program in the middle of its work, each run for real once and kept as the
 * data directory of an embedded process. Recorded by the first test that needs it, and anew when it is so old that "the last hour" would not show it.
 */
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createLlmDouble } from "../../examples/support/llm-double.ts";
import { AT_WORK } from "../dashboards/program-at-work.ts";
import { startServed } from "../embedded/served.ts";
import { startDesk } from "../examples/observed-support-desk.ts";
import { DESK_SETTINGS, drive } from "../examples/support-desk-drive.ts";
import { HAS_POSTGRES } from "../health/real-databases.ts";
import { runTeam, startAmongLibraries } from "../stack/support/programs.ts";

const PREFIX = "agent-observatory-recorded-";
const MAX_AGE_MS = 20 * 60_000;
/** Who makes one for so long has been stopped. */
const MAX_MAKING_MS = 3 * 60_000;
const BUILT = fileURLToPath(new URL("../../dist/register.js", import.meta.url));

const ageMs = async (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );

/** Without a Postgres there is no support desk; the others are shown without it. */
async function runDesk(otlpUrl: string): Promise<void> {
  if (!HAS_POSTGRES) return;
  await using desk = await startDesk(otlpUrl, DESK_SETTINGS);
  await drive(desk);
}

async function runAtWork(otlpUrl: string): Promise<void> {
  const double = createLlmDouble({
    respond: ({ model }) => (model === "slow-model" ? { hang: true } : { usage: { inputTokens: 5, outputTokens: 5 } }),
  });
  const { url } = await double.start();
  const program = await startAmongLibraries(AT_WORK, {
    OPENAI_BASE_URL: url,
    OPENAI_API_KEY: "sk-demo",
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    OTEL_SERVICE_NAME: "at-work",
    OTEL_METRIC_EXPORT_INTERVAL: "500",
    LOG_SAMPLE_BURST: "5",
  });
  await program.says("working");
  await program.close();
  await double.close();
}

async function runTeams(otlpUrl: string): Promise<void> {
  const env = { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" };
  await runTeam({ otlpUrl, service: "research-team", runs: 2, env });
  await runTeam({ otlpUrl, service: "research-team", failing: true, env });
}

/** Runs them again and again until the time is over, so that there is something to see over time. */
export async function keepBusy(otlpUrl: string, untilMs: number): Promise<void> {
  const again = async (run: (url: string) => Promise<void>): Promise<void> => {
    // One that a busy machine held up does not end the others.
    while (Date.now() < untilMs) await run(otlpUrl).catch((error: Error) => process.stderr.write(`${error.message}\n`));
  };
  await Promise.all([again(runDesk), again(runTeams), again(runAtWork)]);
}

async function record(directory: string): Promise<void> {
  const served = await startServed({ dataDirectory: directory, stderr: "keep" });
  const otlpUrl = served.otlp.traces.replace("/v1/traces", "");
  try {
    await Promise.all([runDesk(otlpUrl), runTeams(otlpUrl), runAtWork(otlpUrl)]);
  } finally {
    await served.close();
  }
}

/** Those that nobody will use any more. */
async function removeOld(): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((one) => one.startsWith(PREFIX))) {
    const path = join(tmpdir(), name);
    if ((await ageMs(path)) > 2 * MAX_AGE_MS) await rm(path, { recursive: true, force: true });
  }
}

/** The folder of the recording of this build. Test files run beside each other: one of them makes it, the others wait. */
async function recorded(): Promise<string> {
  const { mtimeMs } = await stat(BUILT);
  const key = createHash("sha256").update(`${BUILT} ${mtimeMs}`).digest("hex").slice(0, 12);
  const folder = join(tmpdir(), `${PREFIX}${key}`);
  const making = `${folder}-making`;
  for (;;) {
    if ((await ageMs(folder)) < MAX_AGE_MS) return folder;
    if ((await ageMs(making)) > MAX_MAKING_MS) await rm(making, { recursive: true, force: true });
    const isMine = await mkdir(making).then(
      () => true,
      () => false,
    );
    if (!isMine) {
      await pause(200);
      continue;
    }
    try {
      await removeOld();
      await rm(folder, { recursive: true, force: true });
      await record(join(making, "data"));
      await rename(join(making, "data"), folder);
    } finally {
      await rm(making, { recursive: true, force: true });
    }
  }
}

/** A data directory of one's own with all of it. */
export async function copyRecording(): Promise<string> {
  const from = await recorded();
  const directory = await mkdtemp(join(tmpdir(), "agent-observatory-page-"));
  await cp(from, directory, { recursive: true });
  return directory;
}
