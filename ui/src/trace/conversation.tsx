import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { ATTR } from "../../../src/model/index.ts";
import { useParam } from "../app/url-state.ts";
import { formatCount, formatMs, formatUsd } from "../format/quantity.ts";
import { Command, Empty } from "../parts/parts.tsx";
import css from "./conversation.module.css";
import { Thread } from "./conversation-entries.tsx";
import { aboutTrace, GiveFeedback } from "./give-feedback.tsx";
import type { LaidOutTrace } from "./layout.ts";
import { findScopes } from "./scopes.ts";
import { hasContent } from "./thread.ts";

const TURN_ON = "AGENT_OBSERVATORY_CAPTURE_CONTENT=true";

/** What was said in a trace: questions, answers, and what tools were asked and gave back. */
export default function Conversation({ trace }: { readonly trace: LaidOutTrace }): ReactNode {
  const program = useMemo(() => findScopes(trace), [trace]);
  const [chosen] = useParam("span");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen !== "") box.current?.querySelector(`[data-chosen="true"]`)?.scrollIntoView({ block: "center" });
  }, [chosen]);
  const { total, summary } = trace;
  if (!program.hasTalk && program.calls.length === 0 && program.inner.length === 0) {
    return (
      <Empty title="Nobody talked with a model here">
        <p>No span of this trace is a call of a model, an agent or a tool. The waterfall shows what there is.</p>
      </Empty>
    );
  }
  const facts = [
    `${summary.llmCalls} ${summary.llmCalls === 1 ? "model call" : "model calls"}`,
    `${summary.toolCalls} ${summary.toolCalls === 1 ? "tool call" : "tool calls"}`,
    ...(total.inputTokens + total.outputTokens > 0
      ? [`${formatCount(total.inputTokens)} → ${formatCount(total.outputTokens)} tokens`]
      : []),
    ...(total.costUsd === undefined
      ? []
      : [`${total.unpricedCalls > 0 ? "at least " : ""}${formatUsd(total.costUsd)}`]),
    formatMs(trace.durationMs),
  ];
  return (
    <div className={css.conversation} ref={box}>
      <p className={css.facts}>{facts.join(" · ")}</p>
      <CaptureNote trace={trace} />
      <Thread scope={program} depth={0} chosen={chosen} />
      <GiveFeedback what="this answer" about={aboutTrace(trace)} />
    </div>
  );
}

/** Why words are missing, and how to have them. */
export function CaptureNote({ trace }: { readonly trace: LaidOutTrace }): ReactNode {
  const spoken = trace.rows.filter(({ what }) => what === "model" || what === "tool");
  const recorded = spoken.filter(hasContent).length;
  const isTruncated = trace.rows.some(({ span }) => String(span.attributes[ATTR.debugTruncated]) === "true");
  if (recorded > 0 && !isTruncated) return null;
  if (isTruncated) {
    return (
      <div className={css.note} role="note">
        <strong>More was said than is kept of one request.</strong> The later messages are missing.
      </div>
    );
  }
  if (spoken.length === 0) return null;
  return (
    <div className={css.note} role="note">
      <strong>What was said is not recorded: content capture is off.</strong>
      <p>
        Prompts, answers, arguments and results are left out unless the program is told to record them. Secrets and
        personal data are then taken out before anything is stored. For all requests, start it with:
      </p>
      <Command text={TURN_ON} />
      <p>
        or <code>captureContent: true</code> in observatory.yaml. For one session only:
      </p>
      <Command text="AGENT_OBSERVATORY_DEBUG_SESSIONS=the-session-id" />
      <p>
        For one request, wrap it in <code>debugRun</code>.
      </p>
    </div>
  );
}
