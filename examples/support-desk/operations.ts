import {
  databaseCheck,
  healthCheck,
  httpCheck,
  llmEndpointCheck,
  onErrorPattern,
  setBudget,
  vectorStoreCheck,
} from "agent-observatory";
import type { Database } from "./database.ts";
import type { Queue } from "./follow-up/queue.ts";
import { log } from "./log.ts";
import type { Settings } from "./settings.ts";

/** So many sessions wait for their follow-up that somebody should look. */
const MANY_WAITING = 100;

/** What the service may spend. */
export function limitSpending({ sessionBudgetUsd, dailyBudgetUsd }: Settings): void {
  // Only the desk's own agents: the follow-up of a session is done however dear the session was.
  setBudget({
    name: "session",
    per: "session",
    limit: { usd: sessionBudgetUsd },
    match: { agent: "desk*" },
    mode: "block",
    onReached: ({ threshold, spent }) => log.warn("session budget", { threshold, spent_usd: spent.usd }),
  });
  setBudget({ name: "day", per: "day", limit: { usd: dailyBudgetUsd } });
}

/** What the service depends on. Only what it cannot answer without makes it unready. */
export function watchHealth(settings: Settings, database: Database, followUps: Pick<Queue<never>, "depth">): void {
  healthCheck("database", databaseCheck(database), { timeoutMs: 1000 });
  healthCheck("model", llmEndpointCheck({ ...settings.model, model: "gpt-4o" }), { cacheMs: 30_000 });
  healthCheck("handbook", vectorStoreCheck({ url: settings.vectorStoreUrl, kind: "qdrant" }), { critical: false });
  healthCheck("status-page", httpCheck({ url: `${settings.statusPageUrl}/components/api` }), { critical: false });
  healthCheck("follow-ups", () => {
    const waiting = followUps.depth();
    return { status: waiting > MANY_WAITING ? "degraded" : "healthy", message: `${waiting} waiting` };
  });
}

/** Who is on duty hears of a model that fails again and again, once in a minute. */
export function watchErrors(): void {
  onErrorPattern({ name: "model-trouble", sources: ["llm"], threshold: 3, windowMs: 60_000 }, ({ count, traceIds }) => {
    log.warn("the model is in trouble", { errors: count, traces: traceIds.length });
  });
}
