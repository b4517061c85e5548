import type { Attributes } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { ATTR } from "../model/index.ts";
import type { Place, RunOfPlace } from "./lineage.ts";

/** Whose something is. What nobody said is absent. */
export type Identity = {
  readonly run?: RunOfPlace | undefined;
  readonly agent?: string | undefined;
  readonly workflow?: string | undefined;
  readonly session?: string | undefined;
  readonly user?: string | undefined;
};

/** A span that has ended, completed. */
export type FinishedSpan = {
  readonly view: ReadableSpan;
  readonly seconds: number;
  readonly identity: Identity;
  /** The run that it lies in; its own id where it is the run. */
  readonly runId: string | undefined;
  readonly isSampled: boolean;
};

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** From the place of a span, and from what the span or its context says itself. */
export function identityOf(place: Place | undefined, said: Attributes = {}): Identity {
  const carried = place?.carried;
  const found = (name: string): string | undefined => text(said[name]) ?? text(carried?.[name]);
  return {
    run: place?.run,
    agent: text(said[ATTR.agentName]) ?? place?.agent,
    workflow: text(said[ATTR.workflowName]) ?? place?.workflow,
    session: found(ATTR.sessionId) ?? found(ATTR.conversationId),
    user: found(ATTR.userId),
  };
}
