import type { Clock } from "../../base/index.ts";

export type McpSide = "client" | "server";

/** A session that has ended, for the metrics. */
export type McpSession = {
  readonly side: McpSide;
  readonly seconds: number;
  readonly protocolVersion: string | undefined;
  readonly transport: string | undefined;
};

/** What is remembered of one end of a connection, from its initialization on. */
export type OpenSession = {
  readonly side: McpSide;
  readonly startMs: number;
  readonly transport: string | undefined;
  protocolVersion: string | undefined;
};

export type SessionBook = {
  readonly of: (protocol: object) => OpenSession | undefined;
  readonly begin: (protocol: object, side: McpSide, transport: string | undefined) => void;
  readonly end: (protocol: object) => void;
  /** The process ends: so do its sessions. */
  readonly endAll: () => void;
};

/** Servers that make an object for each request may never close it: the oldest is forgotten. */
const MAX_SESSIONS = 1000;

export function createSessionBook(clock: Clock, onEnd: (session: McpSession) => void): SessionBook {
  const sessions = new WeakMap<object, OpenSession>();
  const open = new Set<OpenSession>();
  const finish = (session: OpenSession): void => {
    if (!open.delete(session)) return;
    const { side, startMs, transport, protocolVersion } = session;
    onEnd({ side, seconds: (clock.nowMs() - startMs) / 1000, protocolVersion, transport });
  };
  return {
    of: (protocol) => sessions.get(protocol),
    begin: (protocol, side, transport) => {
      const session: OpenSession = { side, startMs: clock.nowMs(), transport, protocolVersion: undefined };
      sessions.set(protocol, session);
      open.add(session);
      const oldest = open.size > MAX_SESSIONS ? open.values().next().value : undefined;
      if (oldest !== undefined) open.delete(oldest);
    },
    end: (protocol) => {
      const session = sessions.get(protocol);
      sessions.delete(protocol);
      if (session !== undefined) finish(session);
    },
    endAll: () => {
      for (const session of [...open]) finish(session);
    },
  };
}
