import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import type { ObservatoryError } from "../../src/base/index.ts";
import { listen } from "../../src/receive/index.ts";
import { startServers } from "./otlp-server.ts";

const failure = async (port: number, host = "127.0.0.1"): Promise<ObservatoryError> => {
  const server = createServer();
  const address = { host, port, purpose: "the page", remedy: "Set --port to another." };
  return listen(server, address).then(
    () => assert.fail("it listens"),
    (error) => error as ObservatoryError,
  );
};

describe("a port that cannot be had", () => {
  it("names the process that holds it", { skip: process.platform !== "linux" }, async () => {
    const program = `const s = require("net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))`;
    const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
    try {
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      const { code, message } = await failure(Number(line.toString()));
      assert.equal(code, "AO_PORT_TAKEN");
      const port = line.toString().trim();
      assert.ok(
        message.startsWith(
          `Expected port ${port} of 127.0.0.1 to be free for the page, got a port that process ${child.pid} (`,
        ),
        message,
      );
      assert.match(message, /Set --port to another\./);
    } finally {
      child.kill();
    }
  });

  it("says that an agent-observatory has it", async () => {
    await using servers = await startServers();
    assert.match(
      (await failure(servers.httpPort)).message,
      /got a port that an agent-observatory that is already running/,
    );
  });

  it("says why an address is of no use", async () => {
    const { code, message } = await failure(0, "203.0.113.7");
    assert.deepEqual([code, /EADDRNOTAVAIL/.test(message)], ["AO_PORT_UNUSABLE", true]);
  });
});
