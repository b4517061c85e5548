import { builtin } from "../base/index.ts";
import type { SyslogTarget } from "./syslog-output.ts";

/** How long the program's end may be held up for lines that found no connection yet. */
const WITHIN_MS = 1000;

/** Runs in a process of its own: in one that ends, nothing that takes a turn of the event loop works any more. */
const SENDER = `
const { target, frames } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const buffers = frames.map((frame) => Buffer.from(frame, "base64"));
const fail = () => { process.exitCode = 1; };
if (target.protocol === "udp") {
  const socket = require("node:dgram").createSocket(target.host.includes(":") ? "udp6" : "udp4");
  socket.on("error", fail);
  socket.connect(target.port, target.host, () => {
    let left = buffers.length;
    for (const buffer of buffers) socket.send(buffer, () => { if (--left === 0) socket.close(); });
  });
} else {
  const socket = require("node:net").connect(target);
  socket.on("error", fail);
  socket.end(Buffer.concat(buffers));
}`;

/** Sends what waits, synchronously. False: it could not be sent in time. */
export function sendAtExit(target: SyslogTarget, frames: readonly Buffer[]): boolean {
  const child = builtin("node:child_process").spawnSync(process.execPath, ["-e", SENDER], {
    input: JSON.stringify({ target, frames: frames.map((frame) => frame.toString("base64")) }),
    timeout: WITHIN_MS,
    // Not ours: it would preload what the program does.
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
    windowsHide: true,
  });
  return child.status === 0;
}
