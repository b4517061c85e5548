import { memo, type ReactNode, useState } from "react";
import { formatBytes, formatCount } from "../format/quantity.ts";
import { CopyButton } from "../parts/parts.tsx";
import css from "./content.module.css";
import type { Media } from "./messages.ts";

/** What programs, people and models said: always as text, and of very long ones the beginning until somebody asks for more. */

const FIRST_CHARACTERS = 2000;
const FIRST_LINES = 24;
const MORE_CHARACTERS = 100_000;

function beginningOf(text: string): string {
  let end = 0;
  for (let line = 0; line < FIRST_LINES; line++) {
    const next = text.indexOf("\n", end);
    if (next === -1 || next >= FIRST_CHARACTERS) return text.slice(0, FIRST_CHARACTERS);
    end = next + 1;
  }
  return text.slice(0, end);
}

export const LongText = memo(function LongText({
  text,
  mono = false,
}: {
  readonly text: string;
  readonly mono?: boolean;
}): ReactNode {
  const [shown, setShown] = useState(0);
  // A few characters more are not worth a button.
  const head = beginningOf(text);
  const cut = shown > 0 ? text.slice(0, shown) : text.length - head.length > 200 ? head : text;
  const rest = text.length - cut.length;
  return (
    <div className={css.text}>
      <div className={mono ? css.mono : css.said} dir="auto">
        {cut}
        {rest > 0 && "…"}
      </div>
      {rest > 0 && (
        <button type="button" className={css.more} onClick={() => setShown(cut.length + MORE_CHARACTERS)}>
          {rest <= MORE_CHARACTERS
            ? `Show all ${formatCount(text.length)} characters`
            : `Show ${formatCount(MORE_CHARACTERS)} more of ${formatCount(text.length)} characters`}
        </button>
      )}
      {shown > FIRST_CHARACTERS && (
        <button type="button" className={css.more} onClick={() => setShown(0)}>
          Show less
        </button>
      )}
    </div>
  );
});

const ITEMS_AT_ONCE = 100;
/** Below this many characters all of it is open. */
const SMALL = 600;
/** What is shorter is marked as fast. */
const WORTH_COPYING = 60;

/** A few members are shown without the braces around them. */
const isFlat = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length > 0 &&
  Object.keys(value).length <= 12;

/** A value as JSON, folded where it is large. */
export function JsonTree({ value }: { readonly value: unknown }): ReactNode {
  const size = JSON.stringify(value)?.length ?? 0;
  return (
    <div className={css.json}>
      {isFlat(value) ? (
        Object.entries(value).map(([key, item]) => (
          <Value key={key} name={key} value={item} depth={1} openTo={size <= SMALL ? 9 : 1} />
        ))
      ) : (
        <Value value={value} name={undefined} depth={0} openTo={size <= SMALL ? 9 : 1} />
      )}
      {size > WORTH_COPYING && (
        <div className={css.copy}>
          <CopyButton text={JSON.stringify(value, undefined, 2) ?? ""} />
        </div>
      )}
    </div>
  );
}

type ValueProps = {
  readonly value: unknown;
  readonly name: string | undefined;
  readonly depth: number;
  readonly openTo: number;
};
function Value({ value, name, depth, openTo }: ValueProps): ReactNode {
  const [isOpen, setOpen] = useState(depth < openTo);
  const [count, setCount] = useState(ITEMS_AT_ONCE);
  const label = name === undefined ? null : <span className={css.key}>{name}: </span>;
  if (typeof value !== "object" || value === null) {
    return (
      <div className={css.line}>
        {label}
        {typeof value === "string" ? (
          <LongText text={value} mono />
        ) : (
          <span className={css.literal}>{String(value)}</span>
        )}
      </div>
    );
  }
  const isList = Array.isArray(value);
  const items = Object.entries(value);
  if (items.length === 0) {
    return (
      <div className={css.line}>
        {label}
        {isList ? "[]" : "{}"}
      </div>
    );
  }
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)} className={css.branch}>
      <summary>
        {label}
        <span className={css.count}>{isList ? `[${items.length}]` : `{${items.length}}`}</span>
        {!isOpen && !isList && (
          <span className={css.peek}>
            {items
              .slice(0, 6)
              .map(([key]) => key)
              .join(", ")}
          </span>
        )}
      </summary>
      {isOpen && (
        <div className={css.inner}>
          {items.slice(0, count).map(([key, item]) => (
            <Value key={key} name={key} value={item} depth={depth + 1} openTo={openTo} />
          ))}
          {items.length > count && (
            <button type="button" className={css.more} onClick={() => setCount(count + ITEMS_AT_ONCE * 10)}>
              {items.length - count} more
            </button>
          )}
        </div>
      )}
    </details>
  );
}

/** Arguments, results and whatever else may be a text or a structure. */
export function Content({ value }: { readonly value: unknown }): ReactNode {
  if (typeof value === "object" && value !== null) return <JsonTree value={value} />;
  return <LongText text={typeof value === "string" ? value : String(value)} mono={typeof value !== "string"} />;
}

/** What is no text: its kind, type and size. It is never loaded. */
export function MediaName({ media: { modality, mimeType, sizeBytes, uri } }: { readonly media: Media }): ReactNode {
  const facts = [
    mimeType === modality ? undefined : mimeType,
    sizeBytes === undefined ? undefined : formatBytes(sizeBytes),
  ];
  return (
    <div className={css.media}>
      <strong>{modality}</strong>
      <span>{facts.filter((fact) => fact !== undefined).join(", ")}</span>
      {uri !== undefined && <code className={css.uri}>{uri}</code>}
    </div>
  );
}
