import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { type Docker, stackError } from "./docker.ts";
import { PORTS, type Services } from "./services.ts";

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** What holds a port, as far as the system tells; empty where it does not. */
function describeHolder({ ask }: Docker, port: number): string {
  const container = ask(["ps", "--filter", `publish=${port}`, "--format", "{{.Names}}"]).out.trim();
  if (container !== "") return ` by the container ${container.split("\n")[0]}`;
  const sockets = spawnSync("ss", ["-Hltnp", `sport = :${port}`], { encoding: "utf8", timeout: 5000 }).stdout ?? "";
  const holder = /\(\("([^"]+)",pid=(\d+)/.exec(sockets);
  return holder === null ? "" : ` by ${holder[1]} (process ${holder[2]})`;
}

/** Throws AO_STACK where a port that the services want is taken, with the variable that moves it. */
export async function requirePorts(docker: Docker, services: Services, names: readonly string[]): Promise<void> {
  const running = new Set(docker.askCompose(["ps", "--services", "--status", "running"]).out.split("\n"));
  const taken: { readonly port: number; readonly variable: string | undefined; readonly text: string }[] = [];
  for (const name of names) {
    if (running.has(name)) continue;
    for (const { target, published, host_ip: host = "0.0.0.0" } of services[name]?.ports ?? []) {
      const port = Number(published);
      if (await isFree(host, port)) continue;
      const variable = PORTS[`${name}:${target}`]?.[0];
      const todo = variable === undefined ? "" : `, which ${variable} moves`;
      taken.push({ port, variable, text: `${port} for ${name} in use${describeHolder(docker, port)}${todo}` });
    }
  }
  const [first] = taken;
  if (first === undefined) return;
  const another = first.port + 10_000 > 65_535 ? first.port - 10_000 : first.port + 10_000;
  throw stackError(
    "the ports of the stack to be free",
    taken.map(({ text }) => text).join("; "),
    first.variable === undefined
      ? "End what holds them."
      : `End what holds them, or move them by variables before the command: ${first.variable}=${another}.`,
  );
}
