import type { Command } from "./command.ts";

type Entry = {
  /** A clause, for the list of commands. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
};

/** Every command. What one needs is loaded when it is called, so that the others stay fast. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  dev: {
    summary: "run a program, observed, with the embedded process beside it",
    load: () => import("./commands/dev.ts"),
  },
  serve: { summary: "run the embedded process", load: () => import("./commands/serve.ts") },
  page: { summary: "serve the page beside a stack", load: () => import("./commands/page.ts") },
  up: { summary: "start the stack in Docker, and wait until it is healthy", load: () => import("./commands/up.ts") },
  down: { summary: "stop the stack", load: () => import("./commands/down.ts") },
  init: {
    summary: "set a folder up, or thresholds, alerts and a dashboard for one agent",
    load: () => import("./commands/init.ts"),
  },
  doctor: {
    summary: "check the set-up, or tell what of a program is observed",
    load: () => import("./commands/doctor.ts"),
  },
  test: {
    summary: "send a probe and find it again in every back end",
    load: () => import("./commands/test.ts"),
  },
  status: { summary: "what runs where, and whether all is well", load: () => import("./commands/status.ts") },
  traces: { summary: "find traces", load: () => import("./commands/traces.ts") },
  trace: { summary: "show one trace as a tree", load: () => import("./commands/trace.ts") },
  explain: {
    summary: "tell where a run failed and why, and what it had done by then",
    load: () => import("./commands/explain.ts"),
  },
  logs: { summary: "search log lines, or follow them", load: () => import("./commands/logs.ts") },
  query: { summary: "ask for metrics, in PromQL", load: () => import("./commands/query.ts") },
  alerts: { summary: "show alerts and rules, or test rule files", load: () => import("./commands/alerts.ts") },
};
