/** Configurations as alertmanager/start.sh makes them, outside of a container. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programsFolder } from "./programs.ts";

export const FILES = new URL("../../alertmanager/", import.meta.url).pathname;

export type Given = {
  /** Files in secrets/, by name. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, string>>;
  /** Instead of the folder of alertmanager/. */
  readonly files?: string;
};

/** Contents that no test may find anywhere else. */
export const SECRETS = {
  webhook_url: "http://127.0.0.1:9/webhook-c0ffee01\n",
  slack_webhook_url: "http://127.0.0.1:9/services/T0/B0/slack-c0ffee02",
  pagerduty_routing_key: "pagerduty-c0ffee03\n",
  smtp_password: "smtp-c0ffee04",
  watchdog_url: "http://127.0.0.1:9/ping/watchdog-c0ffee05",
} as const;
export const MAIL = {
  ALERT_EMAIL_TO: "on-call@shop.example",
  SMTP_HOST: "mail.shop.example",
  SMTP_FROM: "am@shop.example",
};

export type Prepared = {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly remove: () => void;
};

/** A folder with these secrets, and the environment that start.sh finds it by. */
export function prepare({ secrets = {}, settings = {}, files = FILES }: Given): Prepared {
  const folder = mkdtempSync(join(tmpdir(), "agent-observatory-alertmanager-"));
  mkdirSync(join(folder, "secrets"));
  for (const [name, content] of Object.entries(secrets)) writeFileSync(join(folder, "secrets", name), content);
  const env = {
    PATH: process.env["PATH"],
    ALERTMANAGER_FILES: files,
    ALERTMANAGER_PROGRAMS: programsFolder(),
    ALERTMANAGER_SECRETS: join(folder, "secrets"),
    ALERTMANAGER_RENDERED: folder,
    ...settings,
  };
  return { folder, env, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export type Rendered = {
  readonly text: string;
  /** What start.sh said on stderr. */
  readonly said: string;
  readonly file: string;
  readonly templates: string;
  readonly remove: () => void;
};

export function render(given: Given = {}): Rendered {
  const { folder, env, remove } = prepare(given);
  const run = spawnSync("sh", [join(FILES, "start.sh"), "--print"], { env, encoding: "utf8", timeout: 30_000 });
  if (run.status !== 0) throw new Error(`start.sh --print: exit code ${run.status}\n${run.stderr}`);
  const file = join(folder, "alertmanager.yml");
  return { text: run.stdout, said: run.stderr, file, templates: join(folder, "notifications.tmpl"), remove };
}

/** Seconds instead of minutes between what happens and what is told of it; everything else stays. */
export function hurry({ file }: Rendered): void {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replaceAll(/(group_wait|group_interval): \S+/g, "$1: 1s"));
}
