import { createHash } from "node:crypto";
import { UsageError } from "../command.ts";
import { writeDashboard } from "./agent-dashboard.ts";
import { type WatchedAgent, writeRules, writeRuleTests } from "./agent-rules.ts";
import { readThresholds, STAGE_PLANS, STAGES, type Stage, type Thresholds, writeThresholds } from "./thresholds.ts";

export type NewFile = {
  /** Below the folder. */
  readonly path: string;
  readonly text: string;
  /** Its owner's: kept as it is where it is there. */
  readonly isKept: boolean;
};

const MAX_SLUG = 48;
/** Grafana's uids have 40 characters at most. */
const MAX_UID = 40;

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

function slugOf(agent: string): string {
  const slug = agent
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  // Names in other scripts, and long ones, stay apart by their hash.
  return slug !== "" && slug.length <= MAX_SLUG
    ? slug
    : `${slug.slice(0, MAX_SLUG - 9)}-${hashOf(agent)}`.replace(/^-/, "");
}

function uidOf(slug: string, stage: Stage): string {
  const uid = `ao-${slug}-${stage}`;
  return uid.length <= MAX_UID ? uid : `${uid.slice(0, MAX_UID - 9)}-${hashOf(uid)}`;
}

export function parseStage(given: string | undefined): Stage {
  const stage = STAGES.find((one) => one === given);
  if (stage === undefined)
    throw new UsageError(
      `--env: expected ${STAGES.join(", ")}, got ${given === undefined ? "nothing" : JSON.stringify(given)}`,
    );
  return stage;
}

export function parseAgent(given: string): string {
  if (given.trim() === "" || given.length > 200 || /[\p{Cc}\u2028\u2029]/u.test(given))
    throw new UsageError("--agent: expected a name on one line, of at most 200 characters");
  return given;
}

/** Where the thresholds of an agent are kept, below the folder. */
export const thresholdsPath = (agent: string, stage: Stage): string => `${slugOf(agent)}.${stage}.thresholds.json`;

/**
 * Thresholds, alert rules with their unit tests, and a dashboard for one agent of one environment. `kept` is the text of a thresholds file
 * that is there already. Throws `UsageError` where it cannot be used.
 */
export function agentFiles(agent: string, stage: Stage, kept: string | undefined): readonly NewFile[] {
  const plan = STAGE_PLANS[stage];
  let thresholds: Thresholds = plan.thresholds;
  if (kept !== undefined) {
    const read = readThresholds(kept);
    if (typeof read === "string") throw new UsageError(`thresholds in ${thresholdsPath(agent, stage)}: ${read}`);
    thresholds = read;
  }
  const slug = slugOf(agent);
  const watched: WatchedAgent = { agent, stage, plan, thresholds, slug, uid: uidOf(slug, stage) };
  const name = `${slug}.${stage}`;
  return [
    { path: thresholdsPath(agent, stage), text: writeThresholds(agent, stage, thresholds), isKept: true },
    { path: `alerts/${name}.yml`, text: writeRules(watched), isKept: false },
    { path: `alerts/tests/${name}.test.yml`, text: writeRuleTests(watched, `../${name}.yml`), isKept: false },
    { path: `dashboards/${name}.json`, text: writeDashboard(watched), isKept: false },
  ];
}
