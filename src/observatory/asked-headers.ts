import type { IncomingMessage } from "node:http";

/** What the APIs read. All else stays in the main thread, the token first of all. */
const READ = ["x-loki-response-encoding-flags"] as const;

/** The headers of a request that go with it to a query thread. */
export const askedHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    READ.flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
