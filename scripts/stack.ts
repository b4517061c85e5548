/**
 * `npm run stack`: starts the docker compose stack and says in one sentence what is missing when it cannot.
 *
 *   npm run stack                  start, wait until every service is healthy, print the addresses
 *   npm run stack -- status        what runs and how it is
 *   npm run stack -- logs [name]   follow the logs, of all services or of one
 *   npm run stack -- down [-v]     stop; with -v the stored data goes too
 */
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const GRAFANA = "grafana";
/** Long enough for a first start on a slow disk; a healthy start takes 20 seconds. */
const WAIT_SECONDS = 180;

/** Which variable moves the port that a service is reached by. */
const PORT_VARIABLES: Record<string, string> = {
  "otel-collector:4317": "COLLECTOR_GRPC_PORT",
  "otel-collector:4318": "COLLECTOR_HTTP_PORT",
  "prometheus:9090": "PROMETHEUS_PORT",
  "alertmanager:9093": "ALERTMANAGER_PORT",
  "loki:3100": "LOKI_PORT",
  "jaeger:16686": "JAEGER_PORT",
  "grafana:3000": "GRAFANA_PORT",
};

const PURPOSES: Record<string, string> = {
  "otel-collector:4317": "send telemetry, OTLP over gRPC",
  "otel-collector:4318": "send telemetry, OTLP over HTTP",
  "prometheus:9090": "metrics and alert rules",
  "alertmanager:9093": "alerts and silences",
  "loki:3100": "logs (query API)",
  "jaeger:16686": "traces",
  "grafana:3000": "dashboards",
};

interface Port {
  target: number;
  published: string;
  host_ip?: string;
}
interface Service {
  image: string;
  ports?: Port[];
  environment?: Record<string, string | null>;
}
type Services = Record<string, Service>;

function fail(message: string): never {
  console.error(`stack: ${message}`);
  process.exit(1);
}

/** Runs docker and returns what it said; `ok` is false when it failed or took longer than `timeoutMs`. */
function docker(args: string[], timeoutMs = 30_000): { ok: boolean; out: string; error: string } {
  const run = spawnSync("docker", args, {
    cwd: ROOT,
    encoding: "utf8",
    timeout: timeoutMs,
    maxBuffer: 32 * 1024 * 1024,
  });
  return { ok: run.status === 0, out: run.stdout ?? "", error: (run.stderr || run.error?.message || "").trim() };
}

/** Runs docker compose on this terminal. */
function compose(args: string[]): number {
  return spawnSync("docker", ["compose", ...args], { cwd: ROOT, stdio: "inherit" }).status ?? 1;
}

function requireDocker(): void {
  const info = docker(["info", "--format", "{{.ServerVersion}}"]);
  if (!info.ok) {
    const why = info.error.split("\n").at(-1);
    fail(
      `no Docker engine answers (${why}).\n` +
        "  Install Docker (https://docs.docker.com/engine/install/) and start it.\n" +
        "  As root on Debian, `npm run stack:images` does both.",
    );
  }
  if (!docker(["compose", "version"]).ok) {
    fail(
      "`docker compose` is missing: expected the compose plugin 2.20 or later.\n" +
        "  Install it (https://docs.docker.com/compose/install/); `npm run stack:images` does so too.",
    );
  }
}

function loadServices(): Services {
  const config = docker(["compose", "config", "--format", "json"]);
  if (!config.ok) fail(`docker-compose.yml or .env cannot be read:\n${config.error}`);
  return (JSON.parse(config.out) as { services: Services }).services;
}

/** The services whose image is neither here nor to be had. */
function findUnavailable(services: Services): string[] {
  const missing = Object.keys(services).filter((name) => !docker(["image", "inspect", services[name]!.image]).ok);
  return missing.filter((name) => {
    console.log(`pulling ${services[name]!.image} ...`);
    return !docker(["pull", "--quiet", services[name]!.image], 600_000).ok;
  });
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** What holds a port, as far as the system tells; empty when it does not. */
function describeHolder(port: number): string {
  const container = docker(["ps", "--filter", `publish=${port}`, "--format", "{{.Names}}"]).out.trim();
  if (container) return ` by the container ${container.split("\n")[0]}`;
  const sockets = spawnSync("ss", ["-Hltnp", `sport = :${port}`], { encoding: "utf8", timeout: 5_000 }).stdout ?? "";
  const holder = /\(\("([^"]+)",pid=(\d+)/.exec(sockets);
  return holder ? ` by ${holder[1]} (process ${holder[2]})` : "";
}

async function requirePorts(services: Services, names: string[]): Promise<void> {
  const running = new Set(docker(["compose", "ps", "--services", "--status", "running"]).out.split("\n"));
  const taken: string[] = [];
  for (const name of names.filter((name) => !running.has(name))) {
    for (const { target, published, host_ip = "0.0.0.0" } of services[name]!.ports ?? []) {
      if (await isFree(host_ip, Number(published))) continue;
      const variable = PORT_VARIABLES[`${name}:${target}`] ?? "its port in docker-compose.yml";
      taken.push(
        `  port ${published}, wanted for ${name}, is in use${describeHolder(Number(published))}: set ${variable}`,
      );
    }
  }
  if (taken.length > 0) {
    fail(
      `${taken.join("\n").trimStart()}\nSet it in .env or before the command, for example ${exampleOf(taken[0]!)} npm run stack`,
    );
  }
}

function exampleOf(line: string): string {
  const port = Number(/port (\d+)/.exec(line)![1]);
  return `${/set (\S+)$/.exec(line)![1]}=${port + 10_000 > 65_535 ? port - 10_000 : port + 10_000}`;
}

async function up(): Promise<void> {
  requireDocker();
  const services = loadServices();
  const unavailable = findUnavailable(services);
  const needed = unavailable.filter((name) => name !== GRAFANA);
  if (needed.length > 0) {
    const images = [...new Set(needed.map((name) => services[name]!.image))];
    fail(
      `these images are not here and no registry gave them:\n  ${images.join("\n  ")}\n` +
        "Connect to a registry, or build them from source with `npm run stack:images` (about 15 minutes the first time).",
    );
  }
  const withGrafana = !unavailable.includes(GRAFANA);
  const names = Object.keys(services).filter((name) => withGrafana || name !== GRAFANA);
  await requirePorts(services, names);

  const code = compose(["up", "--detach", "--wait", "--wait-timeout", String(WAIT_SECONDS), ...names]);
  // A container that starts over and over can still pass for up when compose looks.
  if (explainFailures() || code !== 0) process.exit(code || 1);
  printAddresses(services, names);
  if (!withGrafana) {
    console.error(
      `\n!! Grafana does NOT run: its image ${services[GRAFANA]!.image} is not here and no registry gave it.\n` +
        "!! Everything else does: docs/stack.md says what can be looked at without it.",
    );
  }
}

/** Names the services that did not come up, each with the end of its log; true when there are some. */
function explainFailures(): boolean {
  let failed = false;
  const list = docker([
    "compose",
    "ps",
    "--all",
    "--format",
    "{{.Service}}\t{{.State}}\t{{.Health}}\t{{.ExitCode}}",
  ]).out;
  for (const line of list.trim().split("\n")) {
    const [service = "", state, health, exitCode] = line.split("\t");
    if (!service || (state === "running" && health !== "unhealthy") || (state === "exited" && exitCode === "0"))
      continue;
    failed = true;
    console.error(
      `\nstack: ${service} is ${health || state}. The end of its log (all of it: npm run stack -- logs ${service}):`,
    );
    console.error(docker(["compose", "logs", "--no-log-prefix", "--tail", "10", service]).out.trimEnd());
  }
  return failed;
}

function printAddresses(services: Services, names: string[]): void {
  console.log("\nThe stack runs:");
  for (const name of names) {
    for (const { target, published, host_ip } of services[name]!.ports ?? []) {
      const host = !host_ip || host_ip === "0.0.0.0" || host_ip === "127.0.0.1" ? "localhost" : host_ip;
      const key = `${name}:${target}`;
      console.log(`  ${`http://${host}:${published}`.padEnd(26)} ${PURPOSES[key] ?? name}`);
    }
  }
  if (!names.includes(GRAFANA)) return;
  const password = docker(["compose", "exec", "-T", GRAFANA, "cat", "/var/lib/grafana/admin-password"]);
  console.log(
    password.ok
      ? `  Grafana's user is ${services[GRAFANA]!.environment?.GF_SECURITY_ADMIN_USER}, its password ${password.out.trim()}`
      : "  Grafana's password is the GRAFANA_ADMIN_PASSWORD of its first start",
  );
}

const [command = "up", ...rest] = process.argv.slice(2);
switch (command) {
  case "up":
    await up();
    break;
  case "down":
    requireDocker();
    process.exit(compose(["down", "--remove-orphans", ...rest]));
    break;
  case "status":
    requireDocker();
    process.exit(compose(["ps", "--all", "--format", "table {{.Service}}\t{{.Status}}\t{{.Ports}}", ...rest]));
    break;
  case "logs":
    requireDocker();
    process.exit(compose(["logs", "--follow", "--tail", "200", ...rest]));
    break;
  default:
    fail(`unknown command '${command}': expected up, down, status or logs`);
}
