import { type ReactNode, useState } from "react";
import { access } from "../../app/backends.ts";
import { formatAgo, formatTime } from "../../format/quantity.ts";
import { Button, Empty, Failure, Table, Tag } from "../../parts/parts.tsx";
import css from "./alerts.module.css";
import { expireSilence, type SilenceFacts, writeMatcher } from "./silence-client.ts";
import { askSilencesAgain } from "./use-problems.ts";

const TONES = { active: "info", pending: "warn", expired: "plain" } as const;

function Expire({ silence }: { readonly silence: SilenceFacts }): ReactNode {
  const [state, setState] = useState<{ readonly busy: boolean; readonly error?: unknown }>({ busy: false });
  const expire = async (): Promise<void> => {
    setState({ busy: true });
    try {
      await expireSilence(access.fetch, silence.id);
      await askSilencesAgain();
      setState({ busy: false });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  if (silence.state === "expired") return null;
  return (
    <>
      <Button disabled={state.busy} onClick={() => void expire()} aria-label={`End now: ${silence.comment}`}>
        End now
      </Button>
      {state.error !== undefined && <Failure what="It could not be ended." error={state.error} />}
    </>
  );
}

/** What nobody is told of, until when, and why. */
export function SilenceList({
  silences,
  nowMs,
}: {
  readonly silences: readonly SilenceFacts[];
  readonly nowMs: number;
}): ReactNode {
  if (silences.length === 0)
    return (
      <Empty title="Nothing is silenced">
        <p>Whoever is named as a receiver hears of every alert. Silence one by the button beside it.</p>
      </Empty>
    );
  return (
    <Table
      label="Silences"
      rows={silences}
      keyOf={({ id }) => id}
      columns={[
        { title: "State", show: ({ state }) => <Tag tone={TONES[state]}>{state}</Tag>, by: ({ state }) => state },
        {
          title: "Alerts with",
          show: ({ matchers }) => (
            <span className={css.matchers}>
              {matchers.map((one) => (
                <code key={writeMatcher(one)}>{writeMatcher(one)}</code>
              ))}
            </span>
          ),
        },
        { title: "Why", show: ({ comment }) => comment },
        { title: "Who", show: ({ createdBy }) => createdBy, by: ({ createdBy }) => createdBy },
        {
          title: "Ends",
          show: ({ endsAtMs }) => <span title={formatTime(endsAtMs)}>{formatAgo(endsAtMs, nowMs)}</span>,
          by: ({ endsAtMs }) => endsAtMs,
        },
        { title: "End", show: (silence) => <Expire silence={silence} /> },
      ]}
    />
  );
}
