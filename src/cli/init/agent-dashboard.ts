import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { WatchedAgent } from "./agent-rules.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What grafana/source/agent-endpoint.ts leaves open: `__NAME__` in texts, `__name.target__` where a number is to stand. */
const SLOT = /__([A-Za-z]+(?:\.[a-z]+)?)__/g;

function fill(node: Json, slots: Readonly<Record<string, string | number>>): Json {
  if (typeof node === "string") {
    const [whole] = node.match(/^__[A-Za-z]+\.[a-z]+__$/) ?? [];
    if (whole !== undefined) return slots[whole.slice(2, -2)] ?? node;
    return node.replaceAll(SLOT, (slot, name: string) => String(slots[name] ?? slot));
  }
  if (Array.isArray(node)) return node.map((one: Json) => fill(one, slots));
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, fill(value as Json, slots)]));
}

const template = (): Json =>
  JSON.parse(
    readFileSync(
      fileURLToPath(new URL("grafana/templates/agent.json", import.meta.resolve("agent-observatory/package.json"))),
      "utf8",
    ),
  ) as Json;

/** The dashboard of one agent in one environment, as Grafana imports it. */
export function writeDashboard({ agent, stage, plan, thresholds, uid }: WatchedAgent): string {
  const slots: Record<string, string | number> = {
    // Within strings of PromQL.
    AGENT: JSON.stringify(agent).slice(1, -1),
    ENVIRONMENT: plan.names.join("|"),
    NAME: agent,
    STAGE: stage,
    UID: uid,
  };
  for (const [name, { target, limit }] of Object.entries(thresholds)) {
    slots[`${name}.target`] = target;
    slots[`${name}.limit`] = limit;
  }
  return `${JSON.stringify(fill(template(), slots), null, 2)}\n`;
}
