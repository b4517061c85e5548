import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { llmCost } from "./llm-cost.ts";
import { orchestration } from "./orchestration.ts";
import { overview } from "./overview.ts";

/** Every dashboard; each becomes grafana/dashboards/<uid>.json. */
export const buildDashboards = (): Dashboard[] => [overview(), llmCost(), orchestration()];
