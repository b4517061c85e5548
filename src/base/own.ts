const OWN = Symbol.for("agent-observatory.own");

/** Marks a server of ours, so that the program's telemetry does not fill with our own requests. */
export function markOwn<T extends object>(server: T): T {
  return Object.defineProperty(server, OWN, { value: true });
}

export const isOwn = (server: object): boolean => OWN in server;
