import type { ReactNode } from "react";
import type { Captured, Debugged } from "../../../src/explain/index.ts";
import { formatCount } from "../format/quantity.ts";
import { Card, Command, Tag } from "../parts/parts.tsx";
import { Content } from "./content.tsx";
import css from "./explain.module.css";
import { Fold } from "./fold.tsx";
import { parseJson, readMessages, wordsOf } from "./messages.ts";

/** What was recorded around it: who it was for, what was asked, which tools and settings there were. */

const words = (text: string | undefined, role: string): unknown => {
  if (text === undefined) return undefined;
  const said = readMessages(text, role).map(wordsOf).join("\n\n");
  return said.trim() === "" ? parseJson(text) : said;
};

function Told({
  title,
  value,
  isOpen = false,
}: {
  readonly title: string;
  readonly value: unknown;
  readonly isOpen?: boolean;
}): ReactNode {
  if (value === undefined) return null;
  const length = typeof value === "string" ? value.length : (JSON.stringify(value)?.length ?? 0);
  return (
    <Fold
      className={css.fold}
      isOpen={isOpen}
      summary={
        <>
          <strong>{title}</strong> <span className={css.when}>{formatCount(length)} characters</span>
        </>
      }
    >
      {() => (
        <div className={css.told}>
          <Content value={value} />
        </div>
      )}
    </Fold>
  );
}

function Names({
  title,
  values,
}: {
  readonly title: string;
  readonly values: Readonly<Record<string, unknown>>;
}): ReactNode {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <dl className={css.names}>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function Circumstances({
  captured,
  isOfFailure,
}: {
  readonly captured: Captured;
  readonly isOfFailure: boolean;
}): ReactNode {
  const { context, modelSettings, toolsAvailable, instructions, input, lastOutput, hasContent } = captured;
  return (
    <Card title="Circumstances" description={isOfFailure ? "As they were when it failed" : "As they were at the end"}>
      <div className={css.stack}>
        {!hasContent && (
          <div>
            <p className={css.when}>
              What people and models said is not recorded: content capture is off. From the next start on it is with:
            </p>
            <Command text="AGENT_OBSERVATORY_CAPTURE_CONTENT=true" />
          </div>
        )}
        <Told title="Input" value={words(input, "user")} isOpen />
        <Told title="Instructions" value={words(instructions, "system")} />
        <Told title="Last answer of a model" value={words(lastOutput, "assistant")} />
        {toolsAvailable !== undefined && (
          <section aria-label="Tools available">
            <h3>Tools available</h3>
            <p className={css.tags}>
              {toolsAvailable.length === 0 ? "none" : toolsAvailable.map((name) => <Tag key={name}>{name}</Tag>)}
            </p>
          </section>
        )}
        <div className={css.two}>
          <Names title="Model settings" values={modelSettings} />
          <Names title="Who and what it was for" values={context} />
        </div>
      </div>
    </Card>
  );
}

/** What `debugRun`, or the settings for one session or user, recorded in full. */
export function Debugging({ debug }: { readonly debug: Debugged }): ReactNode {
  const { input, output, state, stateAtEnd, environment, spans, isTruncated } = debug;
  return (
    <Card
      title="Recorded in full"
      description="By debugRun, or as the settings say for a session or user"
      actions={
        <Tag tone={isTruncated ? "warn" : "info"}>{isTruncated ? "more was said than is kept" : `${spans} spans`}</Tag>
      }
    >
      <div className={css.stack}>
        <Told title="Given" value={parseJson(input)} isOpen />
        <Told title="Gave back" value={parseJson(output)} isOpen />
        <Told title="State at the beginning" value={parseJson(state)} />
        <Told title="State at the end" value={parseJson(stateAtEnd)} />
        <Told title="Process" value={parseJson(environment)} />
        {[input, output, state, environment].every((one) => one === undefined) && (
          <p className={css.when}>
            Messages, arguments and results are on the spans; nothing was given to debugRun itself.
          </p>
        )}
      </div>
    </Card>
  );
}
