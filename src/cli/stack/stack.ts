import { type Docker, isCheckout, requireDocker, stackError } from "./docker.ts";
import { requirePorts } from "./ports.ts";
import { type Address, addressesOf, GRAFANA, loadServices, type Services } from "./services.ts";

const PULL_TIMEOUT_MS = 600_000;

export type Up = {
  readonly addresses: readonly Address[];
  /** Who logs in to Grafana; undefined where Grafana does not run, without a password where it was set at its first start. */
  readonly grafana: { readonly user: string; readonly password: string | undefined } | undefined;
  /** Grafana's image, where it could not be had and all the rest runs. */
  readonly missingGrafana: string | undefined;
};

export type UpOptions = {
  readonly profiles: readonly string[];
  readonly waitSeconds: number;
  readonly say: (text: string) => void;
};

/** The services whose image is neither here nor to be had. */
function findUnavailable({ ask }: Docker, services: Services, say: UpOptions["say"]): string[] {
  const missing = Object.entries(services).filter(([, { image }]) => !ask(["image", "inspect", image]).ok);
  return missing.flatMap(([name, { image }]) => {
    say(`pulling ${image} ...`);
    return ask(["pull", "--quiet", image], PULL_TIMEOUT_MS).ok ? [] : [name];
  });
}

/** Services that did not come up, each with the end of its log. */
function findFailures({ askCompose }: Docker): readonly { readonly service: string; readonly text: string }[] {
  const list = askCompose(["ps", "--all", "--format", "{{.Service}}\t{{.State}}\t{{.Health}}\t{{.ExitCode}}"]).out;
  return list
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [service = "", state, health, exitCode] = line.split("\t");
      const isWell = (state === "running" && health !== "unhealthy") || (state === "exited" && exitCode === "0");
      if (service === "" || isWell) return [];
      const end = askCompose(["logs", "--no-log-prefix", "--tail", "10", service]).out.trimEnd();
      return [{ service, text: `${service} is ${health || state}. The end of its log:\n${end}` }];
    });
}

function requireImages(docker: Docker, services: Services, unavailable: readonly string[]): void {
  const needed = unavailable.filter((name) => name !== GRAFANA);
  if (needed.length === 0) return;
  throw stackError(
    "these images here or at a registry",
    [...new Set(needed.map((name) => services[name]?.image ?? name))].join(", "),
    isCheckout(docker.folder)
      ? "Connect to a registry, or build them from source with `npm run stack:images` (about 15 minutes the first time)."
      : "Connect to a registry, or do without them: agent-observatory serve.",
  );
}

/** Starts the stack and waits until every service is healthy. Throws AO_STACK with what is missing or did not come up. */
export async function stackUp(docker: Docker, { profiles, waitSeconds, say }: UpOptions): Promise<Up> {
  requireDocker(docker);
  const services = loadServices(docker, profiles);
  const unavailable = findUnavailable(docker, services, say);
  requireImages(docker, services, unavailable);
  const withGrafana = GRAFANA in services && !unavailable.includes(GRAFANA);
  const names = Object.keys(services).filter((name) => withGrafana || name !== GRAFANA);
  await requirePorts(docker, services, names);
  const code = docker.runCompose(["up", "--detach", "--wait", "--wait-timeout", String(waitSeconds), ...names]);
  // A container that starts over and over can still pass for up when compose looks.
  const failures = findFailures(docker);
  for (const { text } of failures) say(text);
  if (code !== 0 || failures.length > 0)
    throw stackError(
      `every service to be healthy within ${waitSeconds} s`,
      failures.length === 0
        ? `exit code ${code} of docker compose up`
        : failures.map(({ service }) => service).join(", "),
      `Look at its log: ${isCheckout(docker.folder) ? "npm run stack -- logs NAME" : "docker compose logs NAME"}.`,
    );
  return {
    addresses: addressesOf(services, names),
    grafana: withGrafana ? grafanaAccess(docker, services) : undefined,
    missingGrafana: unavailable.includes(GRAFANA) ? services[GRAFANA]?.image : undefined,
  };
}

function grafanaAccess({ askCompose }: Docker, services: Services): NonNullable<Up["grafana"]> {
  const user = services[GRAFANA]?.environment?.["GF_SECURITY_ADMIN_USER"] ?? "admin";
  const password = askCompose(["exec", "-T", GRAFANA, "cat", "/var/lib/grafana/admin-password"]);
  return { user, password: password.ok ? password.out.trim() : undefined };
}

/** Stops the stack; with `volumes` what it stored goes, too. Throws AO_STACK. */
export function stackDown(docker: Docker, volumes: boolean): void {
  requireDocker(docker);
  const code = docker.runCompose(["down", "--remove-orphans", ...(volumes ? ["--volumes"] : [])]);
  if (code !== 0) throw stackError("docker compose down to stop the stack", `its exit code ${code}`);
}
