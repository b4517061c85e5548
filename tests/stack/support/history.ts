/**
 * What Prometheus has of the days before the test, because boards add up whole hours and alerts compare with yesterday, of which a stack that
 * has just begun knows nothing: blocks on its disk, made by promtool before it starts.
 */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Labels } from "./prometheus.ts";

/** Samples of one value, `stepS` apart. */
type Past = {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
  readonly fromS: number;
  readonly toS: number;
  readonly stepS: number;
};

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

const IN_TROUBLE = { job: "in-trouble", deployment_environment_name: "production" };
/** An agent that was busy until an hour ago. */
export const FORGOTTEN = { ...IN_TROUBLE, agent: "forgotten" } as const;
/** A cache that had what was looked for. */
export const FORMERLY_GOOD = { ...IN_TROUBLE, cache: "answers", kind: "exact" } as const;

/** By whole hours, as the rules add them up: an agent that failed one request in five. */
function hours(nowS: number): Past[] {
  const labels = { slo: "agent-success", job: "team-in-outage", agent: "planner" };
  // Prometheus itself writes the block of the last hours.
  const toS = (Math.floor(nowS / HOUR_S) - 4) * HOUR_S;
  const each = { labels, fromS: toS - 3 * DAY_S, toS, stepS: HOUR_S };
  return [
    { name: "slo:events:count1h", value: 40, ...each },
    { name: "slo:bad_events:count1h", value: 8, ...each },
  ];
}

/** Around this hour of yesterday, and the hour before this one. */
function yesterday(nowS: number): Past[] {
  const around = (atS: number) => ({ fromS: atS - 40 * MINUTE_S, toS: atS + 40 * MINUTE_S, stepS: MINUTE_S });
  const aDayAgo = around(nowS - DAY_S);
  const anHourAgo = { fromS: nowS - 80 * MINUTE_S, toS: nowS - 20 * MINUTE_S, stepS: MINUTE_S };
  const busy = { name: "job_agent:agent_requests:count1h", labels: FORGOTTEN, value: 25 };
  return [
    { ...busy, ...aDayAgo },
    { ...busy, ...anHourAgo },
    { name: "agent_requests_total", labels: { ...FORGOTTEN, status: "ok" }, value: 300, ...anHourAgo },
    { name: "job_cache:cache_lookups:count1h", labels: FORMERLY_GOOD, value: 80, ...aDayAgo },
    { name: "job_cache:cache_hits:ratio1h", labels: FORMERLY_GOOD, value: 0.9, ...aDayAgo },
  ];
}

function openMetrics(past: readonly Past[]): string {
  const names = [...new Set(past.map(({ name }) => name))];
  const lines = names.flatMap((record) => [
    `# TYPE ${record} unknown`,
    ...past
      .filter(({ name }) => name === record)
      .flatMap(({ labels, value, fromS, toS, stepS }) => {
        const written = Object.entries(labels).map(([name, text]) => `${name}="${text}"`);
        return Array.from({ length: Math.floor((toS - fromS) / stepS) + 1 }, (_, index) => {
          return `${record}{${written.join(",")}} ${value} ${Math.floor(fromS + index * stepS)}`;
        });
      }),
  ]);
  return [...lines, "# EOF", ""].join("\n");
}

/** `compose` is `docker compose` for a stack whose Prometheus does not run yet. */
export async function writeHistory(compose: (...args: string[]) => Promise<string>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "agent-observatory-history-"));
  const nowS = Date.now() / 1000;
  try {
    // Read by the user of the container.
    await chmod(folder, 0o755);
    await writeFile(join(folder, "history.txt"), openMetrics([...hours(nowS), ...yesterday(nowS)]), { mode: 0o644 });
    const inContainer = ["--volume", `${folder}:/history:ro`, "--entrypoint", "promtool", "prometheus"];
    const write = ["tsdb", "create-blocks-from", "openmetrics", "/history/history.txt", "/prometheus"];
    await compose("run", "--rm", "--no-deps", "--no-TTY", ...inContainer, ...write);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
