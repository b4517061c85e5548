import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { api } from "./api.ts";
import { cache } from "./cache.ts";
import { llmCost } from "./llm-cost.ts";
import { logs } from "./logs.ts";
import { orchestration } from "./orchestration.ts";
import { overview } from "./overview.ts";
import { quality } from "./quality.ts";
import { slo } from "./slo.ts";
import { stackHealth } from "./stack-health.ts";
import { system } from "./system.ts";
import { tools } from "./tools.ts";

/** Every dashboard; each becomes grafana/dashboards/<uid>.json. */
export const buildDashboards = (): Dashboard[] => [
  overview(),
  llmCost(),
  orchestration(),
  tools(),
  cache(),
  api(),
  system(),
  logs(),
  quality(),
  slo(),
  stackHealth(),
];
