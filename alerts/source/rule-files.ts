import { agents } from "./agents.ts";
import { api } from "./api.ts";
import { cost } from "./cost.ts";
import { llm } from "./llm.ts";
import { quality } from "./quality.ts";
import type { RuleFile } from "./rule.ts";
import { services } from "./services.ts";
import { slo } from "./slo.ts";
import { stack } from "./stack.ts";
import { telemetry } from "./telemetry.ts";
import { tools } from "./tools.ts";
import { trends } from "./trends.ts";
import { workflows } from "./workflows.ts";

/** Every file of alerts/. */
export const RULE_FILES: readonly RuleFile[] = [
  agents,
  api,
  cost,
  llm,
  quality,
  services,
  slo,
  stack,
  telemetry,
  tools,
  trends,
  workflows,
];
