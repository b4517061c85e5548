import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { syslogMessage } from "../../src/logging/syslog-message.ts";
import { createSyslogOutput, type SyslogTarget, syslogTargetOf } from "../../src/logging/syslog-output.ts";

const SENDER = { facility: "local0", host: "box", app: "shop", pid: 7 };
const LINE = { timestamp: "2026-11-21T10:00:00.000Z", level: "error", logger: "pay", text: '{"message":"grüß"}' };

const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

/** A server for octet-counted messages (RFC 6587) that keeps what it gets. */
async function startStreamServer(at: { readonly path: string } | { readonly port: number; readonly host: string }) {
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  let waiting: (() => void)[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const [, digits] = /^(\d+) /.exec(rest.subarray(0, 12).toString("latin1")) ?? [];
        if (digits === undefined || rest.length < digits.length + 1 + Number(digits)) break;
        const begin = digits.length + 1;
        messages.push(rest.subarray(begin, begin + Number(digits)).toString());
        rest = rest.subarray(begin + Number(digits));
      }
      for (const wake of waiting) wake();
      waiting = [];
    });
  });
  server.listen(at);
  await once(server, "listening");
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  closers.push(close);
  const received = async (count: number): Promise<string[]> => {
    while (messages.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return messages;
  };
  return { port: (server.address() as AddressInfo).port, received, sockets, close };
}

function outputTo(target: SyslogTarget) {
  const faults: string[] = [];
  let dropped = 0;
  const clock = { timeMs: 0, nowMs: () => clock.timeMs };
  let told: (() => void)[] = [];
  const output = createSyslogOutput({
    target,
    clock,
    onFault: (fault) => {
      faults.push(fault);
      for (const wake of told) wake();
      told = [];
    },
    onDrop: (count) => {
      dropped += count;
    },
  });
  closers.push(output.close);
  const fault = (): Promise<void> => new Promise((resolve) => told.push(resolve));
  return { output, faults, clock, fault, dropped: () => dropped };
}

describe("a syslog message", () => {
  it("is one of RFC 5424 around the line", () => {
    assert.equal(syslogMessage(SENDER, LINE), '<131>1 2026-11-21T10:00:00.000Z box shop 7 pay - {"message":"grüß"}');
    assert.match(syslogMessage(SENDER, { ...LINE, level: "warn" }), /^<132>1 /);
    assert.match(syslogMessage(SENDER, { ...LINE, level: "info" }), /^<134>1 /);
    assert.match(syslogMessage(SENDER, { ...LINE, level: "silly" }), /^<135>1 /);
  });

  it("has no spaces, line breaks or foreign letters in its header", () => {
    const message = syslogMessage(
      { ...SENDER, app: "my shop\n<1>", host: "" },
      { ...LINE, logger: "zahlung-ü".repeat(9) },
    );
    assert.match(message, /^<131>1 \S+ - my_shop_<1> 7 zahlung-_\S{23} - \{/);
  });
});

describe("the address of a syslog server", () => {
  it("is a URL", () => {
    assert.deepEqual(syslogTargetOf("udp://logs.example"), { protocol: "udp", host: "logs.example", port: 514 });
    assert.deepEqual(syslogTargetOf("tcp://[::1]:6514"), { protocol: "tcp", host: "::1", port: 6514 });
    assert.deepEqual(syslogTargetOf("unix:///run/log.sock"), { protocol: "unix", path: "/run/log.sock" });
    for (const wrong of ["", "logs.example", "http://logs.example", "unix://", "udp://"]) {
      assert.equal(syslogTargetOf(wrong), undefined, wrong);
    }
  });
});

describe("the syslog output", () => {
  it("sends datagrams, cut to what one takes", async () => {
    const server = createSocket("udp4");
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
    closers.push(() => server.close());
    const { output } = outputTo({ protocol: "udp", host: "127.0.0.1", port: server.address().port });
    output.send("first");
    assert.equal(String((await once(server, "message"))[0]), "first");
    output.send("ü".repeat(60_000));
    const [large] = (await once(server, "message")) as [Buffer];
    assert.equal(large.length, 65_506, "whole characters");
  });

  it("counts octets on TCP and on unix sockets, in order, from the first line on", async () => {
    const directory = mkdtempSync(join(tmpdir(), "observatory-syslog-"));
    closers.push(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, "log.sock");
    const tcp = await startStreamServer({ host: "127.0.0.1", port: 0 });
    const unix = await startStreamServer({ path });
    const texts = Array.from({ length: 2000 }, (_, i) => `<14>1 - - - - - ${i} grüß\nzwei`);
    for (const [server, target] of [
      [tcp, { protocol: "tcp", host: "127.0.0.1", port: tcp.port }],
      [unix, { protocol: "unix", path }],
    ] as const) {
      const { output, faults } = outputTo(target);
      for (const text of texts) output.send(text);
      assert.deepEqual(await server.received(2000), texts);
      assert.deepEqual(faults, []);
    }
  });

  it("keeps lines while the server is away, tells so, and sends them once it is back", async () => {
    const first = await startStreamServer({ host: "127.0.0.1", port: 0 });
    const { output, clock, faults, fault } = outputTo({ protocol: "tcp", host: "127.0.0.1", port: first.port });
    output.send("one");
    await first.received(1);
    const lost = fault();
    first.close();
    await lost;
    output.send("two");
    clock.timeMs += 2000;
    const refused = fault();
    output.send("three");
    await refused;
    assert.deepEqual(faults, ["it closed the connection", "ECONNREFUSED"]);
    const second = await startStreamServer({ host: "127.0.0.1", port: first.port });
    clock.timeMs += 2000;
    output.send("four");
    assert.deepEqual(await second.received(3), ["two", "three", "four"]);
  });

  it("keeps a megabyte at most, and counts what it gives up", () => {
    const { output, dropped, clock } = outputTo({ protocol: "unix", path: "/nowhere/log.sock" });
    clock.timeMs = -1;
    for (let i = 0; i < 300; i++) output.send("x".repeat(10_000));
    assert.ok(dropped() > 190 && dropped() < 210, String(dropped()));
    assert.ok(output.takeWaiting().reduce((sum, frame) => sum + frame.length, 0) <= 1_048_576);
    assert.deepEqual(output.takeWaiting(), []);
  });
});
