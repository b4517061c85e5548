/**
 * Starts the stack of docker-compose.yml under a name and on ports of its own, through Testcontainers; with a sink that takes its alerts, and
 * with the haste of haste.ts and the past of history.ts. Grafana is left out: the tests that need it start it.
 */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DockerComposeEnvironment, Wait } from "testcontainers";
import { type AlertSink, NO_SLACK, startAlertSink } from "./alert-sink.ts";
import { type Alertmanager, createAlertmanager } from "./alertmanager.ts";
import { projectName, ROOT, removeLeftovers } from "./docker.ts";
import { writeHaste } from "./haste.ts";
import { writeHistory } from "./history.ts";
import { createJaeger, type Jaeger } from "./jaeger.ts";
import { createLoki, type Loki } from "./loki.ts";
import { createPrometheus, type Prometheus } from "./prometheus.ts";

export const SERVICES = [
  "otel-collector",
  "otel-collector-ready",
  "canary",
  "prometheus",
  "alertmanager",
  "loki",
  "jaeger",
] as const;
export type ServiceName = (typeof SERVICES)[number];

export type Stack = {
  readonly otlpUrl: string;
  readonly otlpGrpcUrl: string;
  readonly alertmanager: Alertmanager;
  readonly grafanaUrl: string;
  readonly prometheus: Prometheus;
  readonly loki: Loki;
  readonly jaeger: Jaeger;
  readonly sink: AlertSink;
  /** What a command inside a service's container prints; throws when it fails. */
  exec(service: ServiceName | "grafana", command: readonly string[]): Promise<string>;
  /** `docker compose <args>` for this stack. */
  compose(...args: string[]): Promise<string>;
  /** Stops everything and removes what it stored. */
  close(): Promise<void>;
};

const PORTS = [
  "COLLECTOR_GRPC_PORT",
  "COLLECTOR_HTTP_PORT",
  "PROMETHEUS_PORT",
  "ALERTMANAGER_PORT",
  "LOKI_PORT",
  "JAEGER_PORT",
  "GRAFANA_PORT",
] as const;

const START_TIMEOUT_S = 180;
const CANARY_INTERVAL_S = 15;

const run = promisify(execFile);

/** Ports that nothing listens on, all held at once so that none is given twice. */
async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const portOf = (server: Server): number => (server.address() as { port: number }).port;
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The folder that the stack reads its receivers from; Alertmanager reads it as nobody. */
async function writeSecrets(sink: AlertSink): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "agent-observatory-secrets-"));
  await writeFile(join(folder, "webhook_url"), sink.urlFor("/webhook"), { mode: 0o644 });
  await writeFile(join(folder, "watchdog_url"), sink.urlFor("/watchdog"), { mode: 0o644 });
  await writeFile(join(folder, "slack_webhook_url"), sink.urlFor(NO_SLACK), { mode: 0o644 });
  await chmod(folder, 0o755);
  return folder;
}

export async function startStack(): Promise<Stack> {
  removeLeftovers();
  const project = projectName();
  const ports = await findFreePorts(PORTS.length);
  const port = (name: (typeof PORTS)[number]): string => String(ports[PORTS.indexOf(name)]);
  const url = (name: (typeof PORTS)[number]): string => `http://127.0.0.1:${port(name)}`;
  const sink = await startAlertSink();
  const secrets = await writeSecrets(sink);
  const haste = await writeHaste();
  const environment: Record<string, string> = {
    ...Object.fromEntries(PORTS.map((name) => [name, port(name)])),
    COMPOSE_PROJECT_NAME: project,
    ALERTMANAGER_SECRETS_DIR: secrets,
    COMPOSE_FILE: ["docker-compose.yml", haste.composeFile].join(":"),
    CANARY_INTERVAL: String(CANARY_INTERVAL_S),
  };
  const compose = async (...args: string[]): Promise<string> => {
    const options = { cwd: ROOT, env: { ...process.env, ...environment }, maxBuffer: 64 * 1024 * 1024 };
    return (await run("docker", ["compose", "--env-file", "/dev/null", ...args], options)).stdout;
  };

  const close = async (): Promise<void> => {
    await compose("down", "--volumes", "--remove-orphans", "--timeout", "5");
    await sink.close();
    for (const folder of [secrets, haste.folder]) await rm(folder, { recursive: true, force: true });
  };

  // Its reaper is an image that cannot be had here; removeLeftovers does the same.
  process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";
  try {
    await writeHistory(compose);
    await new DockerComposeEnvironment(ROOT, ["docker-compose.yml", haste.composeFile])
      .withProjectName(project)
      .withEnvironmentFile("/dev/null")
      .withEnvironment(environment)
      // Compose waits as well, because it says which service did not come up.
      .withClientOptions({ commandOptions: ["--wait", "--wait-timeout", String(START_TIMEOUT_S)] })
      .withStartupTimeout(START_TIMEOUT_S * 1000)
      // All others have a health check.
      .withWaitStrategy("otel-collector-1", Wait.forLogMessage(/Everything is ready/))
      .up([...SERVICES]);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    otlpUrl: url("COLLECTOR_HTTP_PORT"),
    otlpGrpcUrl: url("COLLECTOR_GRPC_PORT"),
    alertmanager: createAlertmanager(url("ALERTMANAGER_PORT")),
    grafanaUrl: url("GRAFANA_PORT"),
    prometheus: createPrometheus(url("PROMETHEUS_PORT")),
    loki: createLoki(url("LOKI_PORT")),
    jaeger: createJaeger(url("JAEGER_PORT")),
    sink,
    exec: (service, command) => compose("exec", "--no-TTY", service, ...command),
    compose,
    close,
  };
}
