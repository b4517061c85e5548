import { defineCommand, EXIT, UsageError } from "../command.ts";
import { remark, writeJson, writeLines } from "../output.ts";
import { dockerFor } from "../stack/docker.ts";
import { stackUp } from "../stack/stack.ts";
import { parseDuration } from "../times.ts";

/** Long enough for a first start on a slow disk; a healthy start takes 20 seconds. */
const WAIT_MS = 180_000;

export const command = defineCommand({
  usage: ["[flags]"],
  about:
    "Starts the stack in Docker (collector, Prometheus, Loki, Jaeger, Alertmanager, Grafana), waits until all of it is healthy, and says its addresses and Grafana's password. It says what is missing where it cannot. Ports and all else are moved by variables (docs/stack.md). Where there is no Docker, `serve` does the same in one process.",
  examples: ["agent-observatory up", "GRAFANA_PORT=3001 agent-observatory up --settings stack.env"],
  flags: {
    profile: { kind: "list", value: "NAME", doc: "With the services of this profile of docker-compose.yml." },
    settings: { kind: "text", value: "FILE", doc: "Variables of docker-compose.yml, a line each." },
    wait: { kind: "text", value: "DURATION", doc: "How long services may take to be healthy; 3m." },
    json: { kind: "switch", doc: "One JSON document instead of sentences." },
  },
  run: async ({ flags, positionals, terminal }) => {
    if (positionals[0] !== undefined)
      throw new UsageError(`up takes flags only, got ${JSON.stringify(positionals[0])}`);
    const waitMs = flags.wait === undefined ? WAIT_MS : parseDuration("wait", flags.wait);
    const docker = dockerFor(terminal, { profiles: flags.profile, envFile: flags.settings });
    const { addresses, grafana, missingGrafana } = await stackUp(docker, {
      profiles: flags.profile,
      waitSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
      say: (text) => remark(terminal, text),
    });
    if (flags.json) {
      writeJson(terminal, {
        addresses,
        grafana: grafana === undefined ? null : { user: grafana.user, password: grafana.password ?? null },
        missing: missingGrafana === undefined ? [] : [missingGrafana],
      });
      return EXIT.ok;
    }
    writeLines(terminal, [
      "The stack runs:",
      ...addresses.map(({ url, purpose }) => `  ${url.padEnd(26)} ${purpose}`),
      ...(grafana === undefined
        ? []
        : [
            grafana.password === undefined
              ? "  Grafana's password is the GRAFANA_ADMIN_PASSWORD of its first start"
              : `  Grafana's user is ${grafana.user}, its password ${grafana.password}`,
          ]),
    ]);
    if (missingGrafana !== undefined)
      remark(
        terminal,
        `\n!! Grafana does NOT run: its image ${missingGrafana} is not here and no registry gave it.\n!! Everything else does: docs/stack.md says what can be looked at without it.`,
      );
    return EXIT.ok;
  },
});
