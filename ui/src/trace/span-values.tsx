import { type ReactNode, useMemo, useState } from "react";
import type { AttributeValue } from "../../../src/backends/index.ts";
import { formatBytes } from "../format/quantity.ts";
import { CopyButton, Input } from "../parts/parts.tsx";
import css from "./span-details.module.css";
import { groupAttributes, prettyJson } from "./span-facts.ts";

/** Values of any length, as text. */

/** Names and values, to be filtered where there are many. */
export function Attributes({
  title,
  attributes,
  isOpen,
}: {
  readonly title: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly isOpen: boolean;
}): ReactNode {
  const [wanted, setWanted] = useState("");
  const count = Object.keys(attributes).length;
  const shown = useMemo(() => {
    const text = wanted.toLowerCase();
    return Object.fromEntries(
      Object.entries(attributes).filter(
        ([name, value]) => text === "" || `${name} ${value}`.toLowerCase().includes(text),
      ),
    );
  }, [attributes, wanted]);
  if (count === 0) return undefined;
  return (
    <details className={css.part} open={isOpen}>
      <summary>
        <h3 className={css.partTitle}>
          {title} ({count})
        </h3>
      </summary>
      {count > 8 && (
        <Input
          type="search"
          aria-label={`Filter ${title.toLowerCase()}`}
          placeholder="Filter"
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
        />
      )}
      <Values attributes={shown} />
    </details>
  );
}

export const Values = ({ attributes }: { readonly attributes: Readonly<Record<string, AttributeValue>> }): ReactNode =>
  groupAttributes(attributes).map(([group, list]) => (
    <dl key={group} className={css.values}>
      {list.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  ));

function Value({ value }: { readonly value: AttributeValue }): ReactNode {
  const [isPretty, setPretty] = useState(false);
  // What is megabytes long is not read to see whether it is JSON.
  const pretty = typeof value === "string" && value.length < 200_000 ? prettyJson(value) : undefined;
  return (
    <>
      <Long value={isPretty && pretty !== undefined ? pretty : String(value)} />
      {pretty !== undefined && (
        <button type="button" className={css.jump} onClick={() => setPretty(!isPretty)}>
          {isPretty ? "as it is" : "as JSON"}
        </button>
      )}
    </>
  );
}

const SHORT_CHARS = 600;
const MORE_CHARS = 20_000;
/** A text of any length: at first its beginning, then more of it as one asks. */
export function Long({ value }: { readonly value: string }): ReactNode {
  const [chars, setChars] = useState(SHORT_CHARS);
  if (value.length <= chars) return value;
  return (
    <>
      {value.slice(0, chars)}…{" "}
      <button
        type="button"
        className={css.jump}
        onClick={() => setChars(chars === SHORT_CHARS ? MORE_CHARS : chars + 5 * MORE_CHARS)}
      >
        more of {formatBytes(value.length)}
      </button>{" "}
      <CopyButton text={value} label="Copy all" />
    </>
  );
}
