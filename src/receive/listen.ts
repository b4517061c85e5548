import { once } from "node:events";
import type { Server } from "node:net";
import { ObservatoryError } from "../base/index.ts";
import { describeHolder } from "./port-holder.ts";

export type Address = {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** What it is for, such as "OTLP over HTTP", and how to choose another: both are told when it is taken. */
  readonly purpose: string;
  readonly remedy: string;
};

/** Makes a server listen and tells the port. Throws `ObservatoryError` where the address cannot be had. */
export async function listen(server: Server, { host, port, purpose, remedy }: Address): Promise<number> {
  try {
    server.listen(port, host);
    // Rejects with the server's `error`, if that comes first.
    await once(server, "listening");
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      const received = `a port that ${await describeHolder(host, port)} has`;
      const expected = `port ${port} of ${host} to be free for ${purpose}`;
      throw new ObservatoryError("AO_PORT_TAKEN", { expected, received, remedy }, { cause: error });
    }
    const expected = `to be able to listen on port ${port} of ${host} for ${purpose}`;
    throw new ObservatoryError("AO_PORT_UNUSABLE", { expected, received: code, remedy }, { cause: error });
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
