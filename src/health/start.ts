import type { Diagnostics } from "../base/index.ts";
import { healthOfProcess } from "./checks-of-process.ts";
import { type HealthServer, startHealthServer } from "./server.ts";

export type HealthSettings = {
  readonly health: { readonly port?: number; readonly host: string; readonly intervalMs: number };
  readonly metrics: { readonly pullPort?: number; readonly pullHost: string };
};

/**
 * What the settings ask for: the checks run again and again, so that their gauges are up to date, and the servers of `health.port` and
 * `metrics.pullPort`, which are one where the ports are the same. A process has its ports once: its main thread has them.
 */
export function startHealth(
  { health, metrics }: HealthSettings,
  serves: boolean,
  diagnostics: Diagnostics,
): { readonly close: () => void } {
  const servers: HealthServer[] = [];
  healthOfProcess().setDiagnostics(diagnostics);
  if (serves && health.port !== undefined) {
    const advice = "Set AGENT_OBSERVATORY_HEALTH_PORT to a free port; health is not served.";
    servers.push(startHealthServer({ port: health.port, host: health.host }, advice, diagnostics));
  }
  if (serves && metrics.pullPort !== undefined && metrics.pullPort !== health.port) {
    const advice = "Set AGENT_OBSERVATORY_METRICS_PORT to a free port; metrics are still pushed.";
    servers.push(startHealthServer({ port: metrics.pullPort, host: metrics.pullHost }, advice, diagnostics));
  }
  // Where nobody waits for the result, the run keeps no process either.
  const timer = setInterval(() => void healthOfProcess().run(false), health.intervalMs).unref();
  return {
    close: () => {
      clearInterval(timer);
      for (const server of servers) server.close();
    },
  };
}
