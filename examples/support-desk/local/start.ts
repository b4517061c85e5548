/**
 * Starts all of it on this machine: Postgres, a model, a vector store and a status page of its own, and the service beside an embedded process of
 * agent-observatory, until Ctrl-C. `npm run support-desk` is this, built.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { listen } from "./listen.ts";
import type { Trouble } from "./model.ts";
import { STAFF_TOKEN, startWorld, type World } from "./world.ts";

const SERVICE = fileURLToPath(new URL("../service.ts", import.meta.url));
const COMMAND = fileURLToPath(
  new URL("bin/agent-observatory.cjs", import.meta.resolve("agent-observatory/package.json")),
);

/** Makes things go wrong while one looks on: POST /model?kind=outage&times=3, POST /status-page?times=3. */
function serveDrills({ model, statusPage }: World) {
  return listen((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const times = Number(searchParams.get("times") ?? 1);
    const kind = (searchParams.get("kind") ?? "outage") as Trouble["kind"];
    if (request.method === "POST" && pathname === "/model") model.expect({ model: "gpt-4o", kind }, times);
    else if (request.method === "POST" && pathname === "/status-page") statusPage.failNext(times, "api");
    else response.statusCode = 404;
    response.end();
  });
}

async function main(): Promise<number> {
  const world = await startWorld();
  const drills = await serveDrills(world);
  const port = process.env["PORT"] ?? "8080";
  console.log(
    `The support desk is at http://127.0.0.1:${port}, its drills at ${drills.url}. Staff show "Bearer ${STAFF_TOKEN}".`,
  );
  console.log("examples/support-desk/README.md has what to ask it, and where to look then. Ctrl-C ends it.");
  const service = spawn(process.execPath, [COMMAND, "dev", "--", process.execPath, SERVICE], {
    stdio: "inherit",
    // Last what is started here: a key that happens to be in the environment is not to be used.
    env: { OTEL_SERVICE_NAME: "support-desk", LOG_FORMAT: "text", ...process.env, ...world.env },
  });
  // Ctrl-C reaches the service by itself; the others stay until it has finished.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => service.kill("SIGTERM"));
  const [code] = (await once(service, "exit")) as [number | null];
  await drills.close();
  await world.close();
  return code ?? 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
