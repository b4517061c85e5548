import type { Config } from "../config/index.ts";
import type { Covered } from "../frameworks/index.ts";

export type ProcessFactsOptions = {
  readonly config: Config;
  readonly version: string;
  readonly libraries: readonly Covered[];
};

const MAX_LIBRARIES = 100;

/** What a request ran in: versions and figures, never variables of the environment or arguments of the command line. */
export function processFacts({ config, version, libraries }: ProcessFactsOptions): Readonly<Record<string, unknown>> {
  const { serviceName, serviceVersion, environment } = config;
  return {
    service: serviceName,
    ...(serviceVersion !== undefined && { serviceVersion }),
    ...(environment !== undefined && { environment }),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    agentObservatory: version,
    libraries: libraries
      .slice(0, MAX_LIBRARIES)
      .map(({ library, version: its }) => (its === "" ? library : `${library}@${its}`)),
    uptimeSeconds: Math.round(process.uptime()),
    memoryBytes: process.memoryUsage.rss(),
    heapUsedBytes: process.memoryUsage().heapUsed,
  };
}
