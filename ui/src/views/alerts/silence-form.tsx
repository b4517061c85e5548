import { type ReactNode, useState } from "react";
import { access } from "../../app/backends.ts";
import { Button, Failure, Input } from "../../parts/parts.tsx";
import css from "./alerts.module.css";
import { addSilence, type SilenceMatcher, writeMatcher } from "./silence-client.ts";
import { askSilencesAgain } from "./use-problems.ts";

const HOUR_MS = 3_600_000;
const DURATIONS: readonly (readonly [text: string, ms: number])[] = [
  ["1 hour", HOUR_MS],
  ["4 hours", 4 * HOUR_MS],
  ["1 day", 24 * HOUR_MS],
];
const NAME_KEY = "agent-observatory.name";

function rememberedName(): string {
  try {
    return localStorage.getItem(NAME_KEY) ?? "";
  } catch {
    return "";
  }
}
function rememberName(name: string): void {
  try {
    localStorage.setItem(NAME_KEY, name);
  } catch {
    // Asked again the next time.
  }
}

type FormProps = { readonly matchers: readonly SilenceMatcher[]; readonly onDone: () => void };

/** Nobody is told for a while: for how long, why, and who says so. */
export function SilenceForm({ matchers, onDone }: FormProps): ReactNode {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [durationMs, setDuration] = useState(HOUR_MS);
  const [comment, setComment] = useState("");
  const [createdBy, setCreatedBy] = useState(rememberedName);
  const [state, setState] = useState<{ readonly busy: boolean; readonly error?: unknown }>({ busy: false });
  const kept = matchers.filter(({ name }) => !left.has(name));
  const send = async (): Promise<void> => {
    setState({ busy: true });
    const startsAtMs = Date.now();
    try {
      await addSilence(access.fetch, {
        matchers: kept,
        startsAtMs,
        endsAtMs: startsAtMs + durationMs,
        createdBy: createdBy.trim(),
        comment: comment.trim(),
      });
      rememberName(createdBy.trim());
      await askSilencesAgain();
      onDone();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <fieldset className={css.choices}>
        <legend>For</legend>
        {DURATIONS.map(([text, ms]) => (
          <label key={ms}>
            <input type="radio" name="duration" checked={durationMs === ms} onChange={() => setDuration(ms)} /> {text}
          </label>
        ))}
      </fieldset>
      <fieldset className={css.choices}>
        <legend>Alerts with all of these labels</legend>
        {matchers.map((matcher) => (
          <label key={matcher.name}>
            <input
              type="checkbox"
              checked={!left.has(matcher.name)}
              disabled={matcher.name === "alertname"}
              onChange={({ target }) => {
                const next = new Set(left);
                if (target.checked) next.delete(matcher.name);
                else next.add(matcher.name);
                setLeft(next);
              }}
            />{" "}
            <code>{writeMatcher(matcher)}</code>
          </label>
        ))}
      </fieldset>
      <div className={css.fields}>
        <label>
          Why
          <Input
            required
            value={comment}
            maxLength={500}
            placeholder="known, fixed with the next release"
            onChange={({ target }) => setComment(target.value)}
          />
        </label>
        <label>
          Your name
          <Input
            required
            value={createdBy}
            maxLength={100}
            autoComplete="name"
            onChange={({ target }) => setCreatedBy(target.value)}
          />
        </label>
      </div>
      {state.error !== undefined && <Failure what="It was not silenced." error={state.error} />}
      <div className={css.actions}>
        <Button primary type="submit" disabled={state.busy || comment.trim() === "" || createdBy.trim() === ""}>
          Silence
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
