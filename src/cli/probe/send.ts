import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { examine } from "../doctor/program.ts";
import { RUN_ATTRIBUTE } from "../run-summary.ts";

/** The service under which the probe is found, and left alone by whoever looks at services of their own. */
export const PROBE_SERVICE = "agent-observatory-test";

export type SentProbe = {
  /** In the attribute `agent_observatory.run.id` of everything that was sent, and the instance of its metrics. */
  readonly id: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Why nothing, or not all, was sent. */
  readonly trouble: string | undefined;
};

const LIMIT_MS = 30_000;

const appended = (given: string | undefined, pairs: string): string =>
  given === undefined || given.trim() === "" ? pairs : `${given},${pairs}`;

/** The program's environment, marked: under a name of its own, never sampled away, without content. */
const probeEnvironment = (env: NodeJS.ProcessEnv, id: string): NodeJS.ProcessEnv => ({
  ...env,
  TRACING_SERVICE_NAME: PROBE_SERVICE,
  TRACING_SAMPLE_RATE: "1",
  AGENT_OBSERVATORY_CAPTURE_CONTENT: "false",
  OTEL_RESOURCE_ATTRIBUTES: appended(
    env["OTEL_RESOURCE_ATTRIBUTES"],
    `${RUN_ATTRIBUTE}=${id},service.instance.id=${id}`,
  ),
});

/** Runs the probe with the preload and the settings of this folder, so that it sends what it sends as any program here would. */
export async function sendProbe(
  env: NodeJS.ProcessEnv,
  say: (text: string) => void,
  nowMs: () => number,
): Promise<SentProbe> {
  const id = randomUUID();
  const startMs = nowMs();
  const program = fileURLToPath(new URL("bin/probe.mjs", import.meta.resolve("agent-observatory/package.json")));
  const { ending, reports } = await examine([process.execPath, program], probeEnvironment(env, id), say, {
    limitMs: LIMIT_MS,
    stdout: "ignore",
  });
  const lost = reports.reduce((sum, { dropped }) => sum + dropped, 0);
  const failures = reports.reduce((sum, { exportFailures }) => sum + exportFailures, 0);
  const trouble =
    !("code" in ending) || ending.code !== 0
      ? `the probe ${"code" in ending ? `ended with exit code ${ending.code}` : `was ended by ${ending.signal}`}`
      : reports.length === 0
        ? "the probe was not preloaded"
        : lost > 0 || failures > 0
          ? "what it recorded could not be delivered"
          : undefined;
  return { id, startMs, endMs: nowMs(), trouble };
}
