import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { openDocker } from "../../src/cli/stack/docker.ts";
import { freePort } from "../process/run-program.ts";
import { findWhatIsMissing, projectName } from "../stack/support/docker.ts";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");
const PORTS = [
  "COLLECTOR_GRPC_PORT",
  "COLLECTOR_HTTP_PORT",
  "PROMETHEUS_PORT",
  "ALERTMANAGER_PORT",
  "LOKI_PORT",
  "JAEGER_PORT",
  "GRAFANA_PORT",
] as const;
/** A pull of Grafana's image that nobody answers is in it. */
const LIMIT_MS = 400_000;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-observatory-stack-"));
});
after(() => rm(folder, { recursive: true, force: true }));

async function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { HOME: process.env["HOME"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT_MS,
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: code as number | null, stdout, stderr };
}

describe("up and down", () => {
  it("say what is missing where there is no Docker, and what does without", async () => {
    for (const command of ["up", "down"]) {
      const { code, stderr } = await run([command], { PATH: folder });
      assert.equal(code, 3);
      assert.match(stderr, /got none: there is no docker command\. Install Docker .* agent-observatory serve/);
    }
  });

  it("say so where no engine answers", async () => {
    const fake = join(folder, "docker");
    await writeFile(fake, "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n", { mode: 0o755 });
    const { code, stderr } = await run(["up"], { PATH: folder });
    assert.equal(code, 3);
    assert.match(stderr, /a Docker engine that answers, got none \(Cannot connect to the Docker daemon\)/);
    await rm(fake);
  });

  it("tell services of the profiles, beside those of the environment", async () => {
    const fake = join(folder, "docker");
    await writeFile(fake, '#!/bin/sh\necho "$COMPOSE_PROFILES"\n', { mode: 0o755 });
    const asked = (env: NodeJS.ProcessEnv, profiles: readonly string[]): string =>
      openDocker({ env: { PATH: folder, ...env }, cwd: folder, profiles })
        .askCompose(["config"])
        .out.trim();
    assert.equal(asked({}, ["sink"]), "sink");
    assert.equal(asked({ COMPOSE_PROFILES: "own" }, ["sink"]), "own,sink");
    assert.equal(asked({}, []), "");
    await rm(fake);
  });

  it("say so where the file of settings is not there, and refuse what they do not know", async () => {
    const { code, stderr } = await run(["up", "--settings", "nowhere.env"], { PATH: folder });
    assert.equal(code, 3);
    assert.match(stderr, /Expected a file at .*nowhere\.env, got none/);
    assert.equal((await run(["down", "everything"], { PATH: folder })).code, 2);
  });
});

const missing = findWhatIsMissing();

describe("up and down with Docker", { skip: missing ?? false, timeout: LIMIT_MS }, () => {
  it("start the stack, say its addresses, and leave nothing behind", async () => {
    const ports = await Promise.all(PORTS.map(async (name) => `${name}=${await freePort()}`));
    await writeFile(join(folder, "stack.env"), `COMPOSE_PROJECT_NAME=${projectName()}\n${ports.join("\n")}\n`);
    const env = { PATH: process.env["PATH"] ?? "" };
    const settings = ["--settings", "stack.env"];
    try {
      const { code, stdout, stderr } = await run(["up", "--json", ...settings], env);
      assert.equal(code, 0, stderr);
      const { addresses } = JSON.parse(stdout) as { addresses: { service: string; url: string }[] };
      const prometheus = addresses.find(({ service }) => service === "prometheus")?.url ?? "";
      assert.ok(ports.includes(`PROMETHEUS_PORT=${new URL(prometheus).port}`));
      const answer = await fetch(`${prometheus}/-/ready`);
      assert.equal(answer.status, 200);
      await answer.body?.cancel();
    } finally {
      const { code, stderr } = await run(["down", "-v", ...settings], env);
      assert.equal(code, 0, stderr);
    }
  });

  it("name a port that is taken, and the variable that moves it", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const others = await Promise.all(PORTS.map(async (name) => [name, String(await freePort())] as const));
    const env = {
      ...Object.fromEntries(others),
      PATH: process.env["PATH"] ?? "",
      COMPOSE_PROJECT_NAME: `${projectName()}-taken`,
      LOKI_PORT: String(port),
    };
    try {
      const { code, stderr } = await run(["up"], env);
      assert.equal(code, 3);
      assert.match(stderr, new RegExp(`${port} for loki in use.*which LOKI_PORT moves.*LOKI_PORT=\\d+`));
      const profile = await run(["up", "--profile", "nothere"], env);
      assert.match(profile.stderr, /Expected --profile sink, got "nothere"/);
    } finally {
      server.close();
    }
  });
});
