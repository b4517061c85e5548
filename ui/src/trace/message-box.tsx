import type { ReactNode } from "react";
import { formatCount } from "../format/quantity.ts";
import { Content, LongText, MediaName } from "./content.tsx";
import css from "./conversation.module.css";
import { Fold } from "./fold.tsx";
import type { TraceRow } from "./layout.ts";
import { type Message, type Part, parseJson } from "./messages.ts";
import { RowLink } from "./row-figures.tsx";

const ROLE_TITLES: Readonly<Record<string, string>> = {
  system: "System",
  user: "User",
  assistant: "Assistant",
  tool: "Tool",
};

function OnePart({ part }: { readonly part: Part }): ReactNode {
  switch (part.type) {
    case "text":
      // An answer that a program is to read.
      return <Content value={/^\s*[[{]/.test(part.text) ? parseJson(part.text) : part.text} />;
    case "reasoning":
      return (
        <Fold
          className={css.reasoning}
          summary={`Reasoning${part.text === "" ? ", not disclosed" : ` (${formatCount(part.text.length)} characters)`}`}
        >
          {() => <LongText text={part.text} />}
        </Fold>
      );
    case "media":
      return <MediaName media={part} />;
    case "tool_call":
      return <Content value={part.arguments} />;
    case "tool_result":
      return <Content value={part.result} />;
    case "other":
      return <Content value={part.value} />;
  }
}

export const Parts = ({ parts }: { readonly parts: readonly Part[] }): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: parts have no name, and keep their order.
  parts.map((part, at) => <OnePart key={at} part={part} />);

const firstWords = (parts: readonly Part[]): string => {
  const [text = ""] = parts.flatMap((part) => (part.type === "text" ? [part.text.trim()] : []));
  return text.slice(0, 160);
};

export function MessageBox({
  message: { role, parts },
  row,
}: {
  readonly message: Message;
  readonly row: TraceRow;
}): ReactNode {
  const title = ROLE_TITLES[role] ?? role;
  if (role === "system") {
    return (
      <div className={css.message} data-role="system">
        <Fold
          className={css.system}
          summary={
            <>
              <strong>{title}</strong> <span className={css.peek}>{firstWords(parts)}</span>
            </>
          }
        >
          {() => (
            <div className={css.unfolded}>
              <Parts parts={parts} />
            </div>
          )}
        </Fold>
      </div>
    );
  }
  return (
    <article className={css.message} data-role={role} aria-label={title}>
      <header className={css.head}>
        <strong>{title}</strong>
        <span className={css.figures}>
          <RowLink row={row}>span</RowLink>
        </span>
      </header>
      <div className={css.body}>
        <Parts parts={parts} />
      </div>
    </article>
  );
}
