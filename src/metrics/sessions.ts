import { ATTR } from "../model/index.ts";
import type { Metrics } from "./registry.ts";

export type SessionMeter = {
  /** Counts an ended turn, by the attributes of its span, if it belongs to a session. */
  readonly turnEnded: (attributes: Readonly<Record<string, unknown>>, costUsd: number) => void;
};

/** A session that is heard of again after so many others counts as a new one. */
const MAX_SESSIONS = 10_000;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Counts sessions, their turns and what they cost. Remembers the sessions that were heard of last. */
export function createSessionMeter(metrics: Metrics): SessionMeter {
  const seen = new Set<string>();
  return {
    turnEnded: (attributes, costUsd) => {
      const session = text(attributes[ATTR.sessionId]) ?? text(attributes[ATTR.conversationId]);
      if (session === undefined) return;
      const agent = text(attributes[ATTR.agentName]) ?? "none";
      // Deleted and added again it is the last one.
      if (!seen.delete(session)) metrics.add("agent_sessions_total", { agent });
      seen.add(session);
      for (const oldest of seen) {
        if (seen.size <= MAX_SESSIONS) break;
        seen.delete(oldest);
      }
      metrics.add("agent_session_turns_total", { agent });
      if (costUsd > 0) metrics.add("agent_session_cost_usd_total", { agent }, costUsd);
    },
  };
}
