import { ATTR } from "../model/index.ts";
import type { Exemplar, Metrics } from "./registry.ts";

export type EndedTurn = {
  /** Of its span. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What the calls to models in it cost, those of the agents that it asked too. */
  readonly costUsd: number;
  readonly exemplar: Exemplar | undefined;
};

export type SessionMeter = {
  /** Counts an ended turn, and the session that it belongs to, if any. */
  readonly turnEnded: (turn: EndedTurn) => void;
};

/** A session that is heard of again after so many others counts as a new one. */
const MAX_SESSIONS = 10_000;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Counts turns and what they cost, and sessions. Remembers the sessions that were heard of last. */
export function createSessionMeter(metrics: Metrics): SessionMeter {
  const seen = new Set<string>();
  return {
    turnEnded: ({ attributes, costUsd, exemplar }) => {
      const agent = text(attributes[ATTR.agentName]) ?? "none";
      metrics.observe("agent_request_cost_usd", { agent }, costUsd, exemplar);
      const session = text(attributes[ATTR.sessionId]) ?? text(attributes[ATTR.conversationId]);
      if (session === undefined) return;
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
