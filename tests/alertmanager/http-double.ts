import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export type Arrived = { readonly path: string; readonly body: string };

/** What a channel's own server says to a notification that it takes. */
const ANSWERS: Readonly<Record<string, readonly [status: number, type: string, body: string]>> = {
  // api.slack.com/messaging/webhooks: 200 and "ok".
  "/services": [200, "text/plain", "ok"],
  // developer.pagerduty.com, Events API v2: 202.
  "/v2/enqueue": [202, "application/json", '{"status":"success","message":"Event processed","dedup_key":"k"}'],
};

export type HttpDouble = Awaited<ReturnType<typeof startHttpDouble>>;

/** A webhook's, Slack's and PagerDuty's server in one, told apart by path. */
export async function startHttpDouble(status?: number) {
  const arrived: Arrived[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const path = request.url ?? "";
      arrived.push({ path, body });
      const known = Object.entries(ANSWERS).find(([prefix]) => path.startsWith(prefix))?.[1];
      const [usual, type, answer] = known ?? [200, "text/plain", ""];
      response.writeHead(status ?? usual, { "content-type": type });
      response.end(status === undefined ? answer : "no");
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived: arrived as readonly Arrived[],
    /** Resolves with the first body at a path, from the beginning, that fits. */
    wait: (path: string, fits: (body: string) => boolean): Promise<string> =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = arrived.find((one) => one.path === path && fits(one.body));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found.body);
        };
        waiting.add(look);
        look();
      }),
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
