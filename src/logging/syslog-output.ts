import { builtin, type Clock } from "../base/index.ts";

/** Where a syslog server listens. */
export type SyslogTarget =
  | { readonly protocol: "udp" | "tcp"; readonly host: string; readonly port: number }
  | { readonly protocol: "unix"; readonly path: string };

export type SyslogOutput = {
  /** Sends a message. It is with the operating system when this returns, but for what comes while there is no connection. Never throws. */
  readonly send: (message: string) => void;
  /** What waits for a connection, framed as it would be sent; it is then no longer held here. */
  readonly takeWaiting: () => Buffer[];
  readonly close: () => void;
};

/** What waits for a connection at most; the oldest goes first. */
const MAX_WAITING_BYTES = 1_048_576;
const RETRY_AFTER_MS = 1000;
/** The program's end may wait for a connection, but not for one to nowhere. */
const CONNECT_WITHIN_MS = 5000;
/** The largest datagram of IPv4. */
const MAX_DATAGRAM_BYTES = 65_507;

/** `udp://host:514`, `tcp://host:601` (these ports where none is given), `unix:///path`; undefined for anything else. */
export function syslogTargetOf(url: string): SyslogTarget | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port, pathname } = new URL(url);
  if (protocol === "unix:") return pathname.length > 1 ? { protocol: "unix", path: decodeURI(pathname) } : undefined;
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "") return undefined;
  if (protocol === "udp:") return { protocol: "udp", host, port: Number(port || 514) };
  return protocol === "tcp:" ? { protocol: "tcp", host, port: Number(port || 601) } : undefined;
}

type Connection = {
  /** False: what was handed over waits in this process. */
  readonly send: (frame: Buffer) => boolean;
  /** Lets the process end, or not: it is not to end before what waits is sent. */
  readonly hold: (held: boolean) => void;
  readonly close: () => void;
};
type Connect = (events: { readonly onOpen: () => void; readonly onLost: (reason: string) => void }) => Connection;

const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message;

/** Streams need to know where a message ends: octet counting (RFC 6587, section 3.4.1). */
function connectStream(target: Exclude<SyslogTarget, { protocol: "udp" }>): Connect {
  return ({ onOpen, onLost }) => {
    const socket =
      target.protocol === "unix"
        ? builtin("node:net").connect({ path: target.path })
        : builtin("node:net").connect({ host: target.host, port: target.port, noDelay: true });
    let lost = false;
    const lose = (reason: string): void => {
      if (lost) return;
      lost = true;
      socket.destroy();
      onLost(reason);
    };
    socket.setTimeout(CONNECT_WITHIN_MS, () => lose("no answer"));
    socket.on("connect", () => {
      socket.setTimeout(0);
      onOpen();
    });
    socket.on("error", (error) => lose(codeOf(error)));
    socket.on("close", () => lose("it closed the connection"));
    // Syslog servers say nothing; their end of the connection is to be noticed all the same.
    socket.on("end", () => lose("it closed the connection"));
    socket.resume();
    return {
      send: (frame) => {
        socket.write(frame);
        // What the peer does not take must not pile up here.
        if (socket.writableLength > MAX_WAITING_BYTES) lose("it takes nothing");
        return !lost;
      },
      hold: (held) => void (held ? socket.ref() : socket.unref()),
      close: () => {
        lost = true;
        socket.end();
        socket.unref();
      },
    };
  };
}

function connectDatagrams({ host, port }: Extract<SyslogTarget, { host: string }>): Connect {
  return ({ onOpen, onLost }) => {
    const socket = builtin("node:dgram").createSocket(host.includes(":") ? "udp6" : "udp4");
    let lost = false;
    const lose = (reason: string): void => {
      if (lost) return;
      lost = true;
      socket.close();
      onLost(reason);
    };
    socket.on("error", (error) => lose(codeOf(error)));
    // Connected, so that each send is one system call without a look-up.
    socket.connect(port, host, onOpen);
    return {
      send: (frame) => {
        // What nobody receives is lost without a word, or refused with the next one: that is UDP.
        socket.send(frame, () => {});
        return true;
      },
      hold: (held) => void (held ? socket.ref() : socket.unref()),
      close: () => {
        lost = true;
        socket.close();
      },
    };
  };
}

/** Cuts a message to what one datagram takes, between characters. */
function datagramOf(message: string): Buffer {
  const bytes = Buffer.from(message);
  if (bytes.length <= MAX_DATAGRAM_BYTES) return bytes;
  let end = MAX_DATAGRAM_BYTES;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

function streamFrameOf(message: string): Buffer {
  const bytes = Buffer.from(message);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

export type SyslogOutputOptions = {
  readonly target: SyslogTarget;
  readonly clock: Clock;
  /** The connection failed, as one clause; lines wait, at most a megabyte of them. */
  readonly onFault: (fault: string) => void;
  /** So many messages are given up. */
  readonly onDrop: (count: number) => void;
};

/** Sends messages to a syslog server, connecting with the first and again with the next after a connection was lost. */
export function createSyslogOutput({ target, clock, onFault, onDrop }: SyslogOutputOptions): SyslogOutput {
  const frameOf = target.protocol === "udp" ? datagramOf : streamFrameOf;
  const connect = target.protocol === "udp" ? connectDatagrams(target) : connectStream(target);
  let connection: Connection | undefined;
  let isOpen = false;
  let retryAtMs = Number.NEGATIVE_INFINITY;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;

  const wait = (frame: Buffer): void => {
    waiting.push(frame);
    waitingBytes += frame.length;
    let dropped = 0;
    while (waitingBytes > MAX_WAITING_BYTES && waiting.length > 1) {
      waitingBytes -= waiting.shift()?.length ?? 0;
      dropped += 1;
    }
    if (dropped > 0) onDrop(dropped);
  };
  const takeWaiting = (): Buffer[] => {
    const taken = waiting;
    waiting = [];
    waitingBytes = 0;
    return taken;
  };
  const open = (): void => {
    isOpen = false;
    connection = connect({
      onOpen: () => {
        isOpen = true;
        for (const frame of takeWaiting()) connection?.send(frame);
        connection?.hold(false);
      },
      onLost: (reason) => {
        connection = undefined;
        isOpen = false;
        retryAtMs = clock.nowMs() + RETRY_AFTER_MS;
        onFault(reason);
      },
    });
  };

  return {
    send: (message) => {
      try {
        const frame = frameOf(message);
        if (isOpen && connection !== undefined) {
          connection.send(frame);
          return;
        }
        wait(frame);
        if (connection === undefined && clock.nowMs() >= retryAtMs) open();
      } catch (error) {
        connection = undefined;
        isOpen = false;
        retryAtMs = clock.nowMs() + RETRY_AFTER_MS;
        onFault(codeOf(error as NodeJS.ErrnoException));
      }
    },
    takeWaiting,
    close: () => {
      try {
        connection?.close();
      } catch {
        // It is closed already.
      }
      connection = undefined;
      isOpen = false;
    },
  };
}
