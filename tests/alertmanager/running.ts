import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Rendered } from "./configuration.ts";
import { programFile } from "./programs.ts";

/** Host and port that an Alertmanager says it listens on. Reads its stderr, and hands each line to `onLine`. */
export async function listeningAddress(
  child: ChildProcess,
  onLine: (line: string) => void = () => {},
): Promise<string> {
  const said: string[] = [];
  return await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`Alertmanager ended with ${code}:\n${said.join("\n")}`)));
    createInterface({ input: child.stderr! }).on("line", (line) => {
      said.push(line);
      onLine(line);
      const [, address] = /msg="Listening on" address=(\S+)/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
}

export type PostedAlert = {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly generatorURL?: string;
  readonly startsAt?: string;
  readonly endsAt?: string;
};
export type SeenAlert = {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
};
export type SeenGroup = {
  readonly labels: Readonly<Record<string, string>>;
  readonly receiver: { readonly name: string };
  readonly alerts: readonly SeenAlert[];
};
export type Running = {
  readonly url: string;
  readonly post: (alerts: readonly PostedAlert[]) => Promise<void>;
  readonly alerts: () => Promise<readonly SeenAlert[]>;
  readonly groups: () => Promise<readonly SeenGroup[]>;
  readonly metrics: () => Promise<string>;
  readonly configuration: () => Promise<string>;
  readonly log: () => string;
  /** Resolves with the first line of the log, from the beginning, that matches. */
  readonly logged: (pattern: RegExp) => Promise<string>;
  readonly close: () => Promise<void>;
};

/** The real Alertmanager, with everything in its log. */
export async function startAlertmanager(rendered: Rendered, ...flags: readonly string[]): Promise<Running> {
  const folder = dirname(rendered.file);
  const child = spawn(
    programFile("alertmanager"),
    [
      `--config.file=${rendered.file}`,
      `--storage.path=${join(folder, "data")}`,
      "--cluster.listen-address=",
      "--web.listen-address=127.0.0.1:0",
      "--web.external-url=http://alerts.example:9093",
      "--web.route-prefix=/",
      "--log.level=debug",
      ...flags,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const address = await listeningAddress(child, (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const url = `http://${address}`;
  const get = async (path: string): Promise<Response> => {
    const response = await fetch(`${url}${path}`);
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    url,
    post: async (alerts) => {
      const response = await fetch(`${url}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(alerts),
      });
      if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
    },
    alerts: async () => (await (await get("/api/v2/alerts")).json()) as SeenAlert[],
    groups: async () => (await (await get("/api/v2/alerts/groups")).json()) as SeenGroup[],
    metrics: async () => (await get("/metrics")).text(),
    configuration: async () => (await get("/api/v2/status")).text(),
    log: () => lines.join("\n"),
    logged: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = lines.find((line) => pattern.test(line));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      child.kill();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
