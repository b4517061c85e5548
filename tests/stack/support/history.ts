/**
 * What Prometheus has recorded of the days before the test, because boards add up whole hours of which a stack that has just begun has none:
 * a block on its disk, made by promtool before it starts.
 */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An agent that failed one request in five, every hour. */
export const HISTORY = { job: "team-in-outage", agent: "planner", slo: "agent-success", events: 40, bad: 8 } as const;

const HOUR_S = 3600;
const HOURS = 72;
/** Prometheus itself writes the block of the last hours. */
const LAST_HOURS = 4;

function openMetrics(nowS: number): string {
  const { job, agent, slo, events, bad } = HISTORY;
  const lastHour = Math.floor(nowS / HOUR_S) - LAST_HOURS;
  const lines = Object.entries({ "slo:events:count1h": events, "slo:bad_events:count1h": bad }).flatMap(
    ([record, value]) => [
      `# TYPE ${record} gauge`,
      ...Array.from({ length: HOURS }, (_, index) => {
        const timeS = (lastHour - HOURS + 1 + index) * HOUR_S;
        return `${record}{slo="${slo}",job="${job}",agent="${agent}"} ${value} ${timeS}`;
      }),
    ],
  );
  return [...lines, "# EOF", ""].join("\n");
}

/** `compose` is `docker compose` for a stack whose Prometheus does not run yet. */
export async function writeHistory(compose: (...args: string[]) => Promise<string>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "agent-observatory-history-"));
  try {
    // Read by the user of the container.
    await chmod(folder, 0o755);
    await writeFile(join(folder, "history.txt"), openMetrics(Date.now() / 1000), { mode: 0o644 });
    const inContainer = ["--volume", `${folder}:/history:ro`, "--entrypoint", "promtool", "prometheus"];
    const write = ["tsdb", "create-blocks-from", "openmetrics", "/history/history.txt", "/prometheus"];
    await compose("run", "--rm", "--no-deps", "--no-TTY", ...inContainer, ...write);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
