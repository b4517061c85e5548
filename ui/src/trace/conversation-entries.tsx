import { type ReactNode, useMemo, useState } from "react";
import { ATTR } from "../../../src/model/index.ts";
import { Button, Tag } from "../parts/parts.tsx";
import { Content } from "./content.tsx";
import css from "./conversation.module.css";
import { Fold } from "./fold.tsx";
import { MessageBox, Parts } from "./message-box.tsx";
import { Figures, RowLink, Trouble } from "./row-figures.tsx";
import type { Scope } from "./scopes.ts";
import { textOf } from "./span-kind.ts";
import { type AnswerEntry, type Entry, hasContent, readThread, type ToolEntry } from "./thread.ts";

/** More are shown when they are asked for. */
const ENTRIES_AT_ONCE = 100;
/** Agents inside one another that are open at first, and beside one another. */
const OPEN_DEPTH = 2;
const OPEN_AT_ONCE = 8;
/** To show what the address names, so many are opened; a browser draws no boxes inside one another without end. */
const DEEPEST_OPEN = 30;

type ThreadProps = {
  readonly scope: Scope;
  readonly depth: number;
  /** The span that the address names. */
  readonly chosen: string;
};

/** What was said in a scope. */
export function Thread({ scope, depth, chosen }: ThreadProps): ReactNode {
  const entries = useMemo(() => readThread(scope), [scope]);
  const [count, setCount] = useState(ENTRIES_AT_ONCE);
  const opened = useMemo(
    () => new Set(depth < OPEN_DEPTH ? entries.filter(({ kind }) => kind === "agent").slice(0, OPEN_AT_ONCE) : []),
    [entries, depth],
  );
  return (
    <ol className={css.thread}>
      {entries.slice(0, count).map((entry, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: entries have no other name, and keep their order.
        <li key={at}>
          <OneEntry entry={entry} depth={depth} chosen={chosen} isOpen={opened.has(entry)} />
        </li>
      ))}
      {entries.length > count && (
        <li>
          <Button onClick={() => setCount(count + ENTRIES_AT_ONCE)}>
            Show the next of {entries.length - count} more
          </Button>
        </li>
      )}
    </ol>
  );
}

type OneEntryProps = {
  readonly entry: Entry;
  readonly depth: number;
  readonly chosen: string;
  /** Of agents. */
  readonly isOpen: boolean;
};
function OneEntry({ entry, depth, chosen, isOpen }: OneEntryProps): ReactNode {
  switch (entry.kind) {
    case "message":
      return <MessageBox message={entry.message} row={entry.row} />;
    case "earlier":
      return (
        <Fold
          className={css.earlier}
          summary={`${entry.messages.length} earlier ${entry.messages.length === 1 ? "message" : "messages"} of the conversation`}
        >
          {() => (
            <div className={css.thread}>
              {entry.messages.map((message, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: messages have no name, and keep their order.
                <MessageBox key={at} message={message} row={entry.row} />
              ))}
            </div>
          )}
        </Fold>
      );
    case "answer":
      return <Answer entry={entry} isChosen={entry.row.span.spanId === chosen} />;
    case "tool":
      return <ToolBox entry={entry} depth={depth} chosen={chosen} />;
    case "agent":
      return <Agent scope={entry.scope} depth={depth} chosen={chosen} isOpen={isOpen} />;
    case "step":
      return (
        <div className={css.step} data-chosen={entry.row.span.spanId === chosen}>
          <RowLink row={entry.row}>{entry.row.span.name}</RowLink>
          <Figures row={entry.row} />
          <Trouble row={entry.row} />
        </div>
      );
  }
}

const FINISHED: Readonly<Record<string, string>> = {
  length: "cut off: the limit of output tokens was reached",
  content_filter: "stopped by a content filter",
  error: "ended with an error",
};

function Answer({ entry, isChosen }: { readonly entry: AnswerEntry; readonly isChosen: boolean }): ReactNode {
  const { row, parts, toolCalls, finishReason, choice, offered, isRepeated, isShortened, isAnew } = entry;
  const model = textOf(row.span, ATTR.requestModel) ?? row.span.name;
  const retry = textOf(row.span, ATTR.retryCount);
  const fallback = textOf(row.span, ATTR.fallbackFrom);
  const left = textOf(row.span, ATTR.streamOutcome);
  const ending = finishReason === undefined ? undefined : FINISHED[finishReason];
  const notes = [
    ...(isAnew ? ["a conversation of its own"] : []),
    ...(isShortened ? ["without the older history"] : []),
    ...(isRepeated && choice === 0 ? ["the same question again"] : []),
    ...(choice > 0 ? [`answer ${choice + 1}`] : []),
    ...(retry === undefined || retry === "0" ? [] : [`retry ${retry}`]),
    ...(fallback === undefined ? [] : [`in place of ${fallback}`]),
    ...(left === "abandoned" ? ["left before its end"] : []),
  ];
  return (
    <article
      className={css.message}
      data-role="assistant"
      data-chosen={isChosen}
      aria-label={`Answer of ${model}`}
      data-span={row.span.spanId}
    >
      <header className={css.head}>
        <strong>Assistant</strong>
        <RowLink row={row}>{model}</RowLink>
        {notes.map((note) => (
          <Tag key={note}>{note}</Tag>
        ))}
        {ending !== undefined && <Tag tone="warn">{ending}</Tag>}
        {choice === 0 && <Figures row={row} />}
      </header>
      <div className={css.body}>
        {parts !== undefined && <Parts parts={parts} />}
        {parts === undefined && !row.isFailed && (
          <p className={css.silent}>
            {row.state === "running"
              ? "It is answering."
              : hasContent(row)
                ? "No answer is recorded."
                : "What it said is not recorded."}
          </p>
        )}
        {parts?.length === 0 && toolCalls > 0 && (
          <p className={css.silent}>asks for {toolCalls === 1 ? "a tool" : `${toolCalls} tools`}</p>
        )}
        {offered !== undefined && offered.length > 0 && (
          <Fold
            className={css.reasoning}
            summary={`${offered.length} ${offered.length === 1 ? "tool" : "tools"} to choose from`}
          >
            {() => <p className={css.offered}>{offered.join(", ")}</p>}
          </Fold>
        )}
        <Trouble row={row} />
      </div>
    </article>
  );
}

function ToolBox({
  entry,
  depth,
  chosen,
}: {
  readonly entry: ToolEntry;
  readonly depth: number;
  readonly chosen: string;
}): ReactNode {
  const { name, row, scope, isRemote } = entry;
  const source = row ?? entry.askedBy;
  const isFailed = row?.isFailed === true;
  return (
    <article
      className={css.tool}
      data-bad={isFailed}
      data-chosen={row !== undefined && row.span.spanId === chosen}
      aria-label={`Tool ${name}`}
      data-span={row?.span.spanId}
    >
      <header className={css.head}>
        <span className={css.toolIcon} aria-hidden="true">
          ⚙
        </span>
        <strong>{source === undefined ? name : <RowLink row={source}>{name}</RowLink>}</strong>
        {isRemote && <Tag>at the provider</Tag>}
        {row === undefined && !isRemote && <Tag title="No span tells of it">asked for</Tag>}
        {isFailed && <Tag tone="bad">failed</Tag>}
        {row !== undefined && <Figures row={row} withBelow />}
      </header>
      <div className={css.sides}>
        <Side title="Arguments" value={entry.arguments} />
        <Side title="Result" value={entry.result} />
      </div>
      {row !== undefined && <Trouble row={row} />}
      {scope !== undefined && (
        <Fold className={css.inside} isOpen={depth < OPEN_DEPTH} summary="What went on inside">
          {() => <Thread scope={scope} depth={depth + 1} chosen={chosen} />}
        </Fold>
      )}
    </article>
  );
}

// biome-ignore-start lint/a11y/useSemanticElements: a fieldset is for a form.
const Side = ({ title, value }: { readonly title: string; readonly value: unknown }): ReactNode => (
  <div className={css.side} role="group" aria-label={title}>
    <div className={css.sideTitle}>{title}</div>
    {value === undefined ? (
      <p className={css.silent}>not recorded</p>
    ) : value === "" ? (
      <p className={css.silent}>empty</p>
    ) : (
      <Content value={value} />
    )}
  </div>
);
// biome-ignore-end lint/a11y/useSemanticElements: as above.

/** Whether the span that the address names is somewhere in it. */
function isWithin(scope: Scope, chosen: string): boolean {
  if (chosen === "") return false;
  // Agents may call each other deeper than functions can.
  for (const open = [scope]; open.length > 0; ) {
    const { row, calls, inner } = open.pop() as Scope;
    if (row?.span.spanId === chosen || calls.some(({ span }) => span.spanId === chosen)) return true;
    for (const one of inner) open.push(one);
  }
  return false;
}

type AgentProps = { readonly scope: Scope; readonly depth: number; readonly chosen: string; readonly isOpen: boolean };
function Agent({ scope, depth, chosen, isOpen: isOpenAtFirst }: AgentProps): ReactNode {
  const { row, name } = scope;
  const [isOpen, setOpen] = useState(() => isOpenAtFirst || (depth < DEEPEST_OPEN && isWithin(scope, chosen)));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form.
    <div
      role="group"
      className={css.agent}
      aria-label={`Agent ${name}`}
      data-chosen={row !== undefined && row.span.spanId === chosen}
    >
      <header className={css.agentHead}>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className={css.agentName}>
          {name}
        </button>
        {row?.isFailed === true && <Tag tone="bad">failed</Tag>}
        {row?.state === "running" && <Tag tone="info">running</Tag>}
        {row !== undefined && <Figures row={row} withBelow />}
        {row !== undefined && <RowLink row={row}>span</RowLink>}
      </header>
      {isOpen && <Thread scope={scope} depth={depth + 1} chosen={chosen} />}
    </div>
  );
}
