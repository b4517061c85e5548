/**
 * What is in haste in the stack under test, because alerts that wait for a quarter of an hour cannot be waited for: rules fire and end after
 * a twentieth of their time and are evaluated three times as often, Alertmanager tells of changes in a group after 15 s. Expressions,
 * windows, limits, routes and what mutes what are those that are delivered (tests/alerts/hasten.test.ts).
 */
import { chmod, cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { renderRuleFiles } from "../../../alerts/source/files.ts";
import { hasten } from "../../../alerts/source/hasten.ts";
import type { RuleFile } from "../../../alerts/source/rule.ts";
import { RULE_FILES } from "../../../alerts/source/rule-files.ts";
import { ROOT } from "./docker.ts";

export const HASTENED_RULES: readonly RuleFile[] = hasten(RULE_FILES, { patience: 20, interval: 3 });

/** A rule of the user's own that cannot be evaluated, beside the delivered ones. */
export const BROKEN_RULE = "broken";
const OWN_RULES = {
  groups: [{ name: "own", interval: "10s", rules: [{ record: BROKEN_RULE, expr: "up * on () up" }] }],
};

const GROUP_INTERVAL = "group_interval: 5m";
export const GROUP_INTERVAL_MS = 15_000;

/** Writes the files, and a compose file to go with docker-compose.yml that puts them in the place of the delivered ones. */
export async function writeHaste(): Promise<{ readonly folder: string; readonly composeFile: string }> {
  const folder = await mkdtemp(join(tmpdir(), "agent-observatory-haste-"));
  // Read by users of the containers.
  await chmod(folder, 0o755);
  const alerts = join(folder, "alerts");
  await mkdir(alerts, { mode: 0o755 });
  for (const [name, text] of renderRuleFiles(HASTENED_RULES)) await writeFile(join(alerts, name), text);
  await writeFile(join(alerts, "own.yml"), stringify(OWN_RULES));
  await cp(join(ROOT, "alerts/runbooks"), join(alerts, "runbooks"), { recursive: true });

  const routes = await readFile(join(ROOT, "alertmanager/alertmanager.yml"), "utf8");
  if (routes.split(GROUP_INTERVAL).length !== 2)
    throw new Error(`Expected "${GROUP_INTERVAL}" once in alertmanager.yml`);
  const alertmanager = join(folder, "alertmanager.yml");
  await writeFile(alertmanager, routes.replace(GROUP_INTERVAL, `group_interval: ${GROUP_INTERVAL_MS / 1000}s`));

  const composeFile = join(folder, "haste.yml");
  const services = {
    prometheus: { volumes: [`${alerts}:/etc/prometheus/alerts:ro`] },
    alertmanager: { volumes: [`${alertmanager}:/etc/alertmanager/alertmanager.yml:ro`] },
  };
  await writeFile(composeFile, stringify({ services }));
  return { folder, composeFile };
}
