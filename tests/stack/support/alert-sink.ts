import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export type Alert = {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};
export type Notification = {
  readonly path: string;
  readonly receivedAtMs: number;
  readonly receiver: string;
  readonly status: string;
  readonly alerts: readonly Alert[];
};

type Labels = Alert["labels"];

/** Whether an alert has these labels, whatever others it has. */
export const hasLabels = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

export type AlertSink = Awaited<ReturnType<typeof startAlertSink>>;

/** Where Slack would be; nobody is. */
export const NO_SLACK = "/no-slack";

/** Takes the webhooks that Alertmanager sends. It listens on every address, because containers come from outside of this host's own. */
export async function startAlertSink() {
  const notifications: Notification[] = [];
  const server = createServer((request, response) => {
    if (request.url === NO_SLACK) {
      request.resume();
      response.writeHead(404).end("no_service");
      return;
    }
    void json(request).then((body) => {
      notifications.push({ ...(body as Notification), path: request.url ?? "", receivedAtMs: Date.now() });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    notifications: notifications as readonly Notification[],
    /** What was told of alerts with these labels, oldest first. */
    toldOf: (labels: Labels): { notification: Notification; alert: Alert }[] =>
      notifications.flatMap((notification) =>
        notification.alerts
          .filter((alert) => hasLabels(alert.labels, labels))
          .map((alert) => ({ notification, alert })),
      ),
    /** The sink as containers reach it. */
    urlFor: (path: string): string => `http://host.docker.internal:${port}${path}`,
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
