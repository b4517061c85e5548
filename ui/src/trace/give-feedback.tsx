import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { access } from "../app/backends.ts";
import { formatTime } from "../format/quantity.ts";
import { Button, Failure, Tag } from "../parts/parts.tsx";
import { Thumb } from "../parts/thumb.tsx";
import { LongText } from "./content.tsx";
import type { GivenFeedback } from "./feedback-lines.ts";
import css from "./give-feedback.module.css";
import type { LaidOutTrace } from "./layout.ts";

/** What is judged. */
export type FeedbackAbout = {
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  readonly service?: string | undefined;
  readonly agent?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly userId?: string | undefined;
};

/** A trace as a whole, of the session that is looked at or that it says it belongs to. */
export const aboutTrace = ({ traceId, rows, summary }: LaidOutTrace, session = summary.sessions[0]): FeedbackAbout => ({
  traceId,
  spanId: rows[0]?.span.spanId,
  service: summary.service,
  agent: summary.agents[0],
  sessionId: session,
  userId: summary.users[0],
});

const MAX_COMMENT = 4000;

async function send(about: FeedbackAbout, thumbs: "up" | "down", comment: string): Promise<void> {
  const response = await access.fetch("/ui/feedback", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...about, thumbs, ...(comment !== "" && { comment }) }),
  });
  if (!response.ok) throw new Error((await response.text()).trim() || `it was answered by ${response.status}`);
}

/** Thumbs and a comment: kept as feedback of the program itself is, and counted with it. */
export function GiveFeedback({ about, what }: { readonly about: FeedbackAbout; readonly what: string }): ReactNode {
  const [thumbs, setThumbs] = useState<"up" | "down" | undefined>(undefined);
  const [state, setState] = useState<"asking" | "sending" | "sent">("asking");
  const [error, setError] = useState<unknown>(undefined);
  const client = useQueryClient();
  const give = async (comment: string): Promise<void> => {
    if (thumbs === undefined) return;
    setState("sending");
    setError(undefined);
    try {
      await send(about, thumbs, comment);
      setState("sent");
      await client.invalidateQueries({ queryKey: ["feedback"] });
    } catch (failure) {
      setError(failure);
      setState("asking");
    }
  };
  if (state === "sent") {
    return (
      <p className={css.sent} role="status">
        Thank you: it is stored.{" "}
        <button
          type="button"
          className={css.again}
          onClick={() => {
            setThumbs(undefined);
            setState("asking");
          }}
        >
          Give more
        </button>
      </p>
    );
  }
  return (
    <form
      className={css.form}
      aria-label={`Feedback on ${what}`}
      onSubmit={(event) => {
        event.preventDefault();
        void give(String(new FormData(event.currentTarget).get("comment") ?? "").trim());
      }}
    >
      <div className={css.thumbs}>
        <span className={css.what}>What do you think of {what}?</span>
        {(["up", "down"] as const).map((one) => (
          <Button
            key={one}
            aria-pressed={thumbs === one}
            aria-label={one === "up" ? "Good" : "Bad"}
            title={one === "up" ? "Good" : "Bad"}
            onClick={() => setThumbs(one)}
          >
            <Thumb isDown={one === "down"} />
          </Button>
        ))}
      </div>
      {thumbs !== undefined && (
        <>
          <label className={css.comment}>
            Comment, if you like
            <textarea name="comment" rows={2} maxLength={MAX_COMMENT} />
          </label>
          <div className={css.thumbs}>
            <Button type="submit" primary disabled={state === "sending"}>
              {state === "sending" ? "Sending…" : "Send"}
            </Button>
            <Button onClick={() => setThumbs(undefined)}>Not now</Button>
          </div>
        </>
      )}
      {error !== undefined && <Failure what="It could not be stored." error={error} />}
    </form>
  );
}

/** How many thought it good, and how many bad. */
export const FeedbackCounts = ({ up, down }: { readonly up: number; readonly down: number }): ReactNode => (
  <span className={css.counts}>
    <span title={`${up} good`}>
      <Thumb /> {up}
      <span className="visually-hidden"> good</span>
    </span>
    <span title={`${down} bad`}>
      <Thumb isDown /> {down}
      <span className="visually-hidden"> bad</span>
    </span>
  </span>
);

/** What was said of it so far. */
export const FeedbackList = ({ given }: { readonly given: readonly GivenFeedback[] }): ReactNode =>
  given.length === 0 ? null : (
    <ul className={css.given} aria-label="Feedback">
      {given.map((one) => (
        <li key={`${one.timeMs}${one.score}${one.comment}`}>
          <Tag tone={one.rating === "up" ? "ok" : one.rating === "down" ? "bad" : "plain"}>
            {one.rating === "neutral" ? "neutral" : <Thumb isDown={one.rating === "down"} />}
            {one.rating === "up" ? "good" : one.rating === "down" ? "bad" : ""}
            {one.score !== 0 && one.score !== 1 && ` ${one.score}`}
          </Tag>
          {one.comment !== undefined && <LongText text={one.comment} />}
          <span className={css.when}>
            {one.userId !== undefined && `${one.userId}, `}
            {formatTime(one.timeMs)}
          </span>
        </li>
      ))}
    </ul>
  );
