import type { ReactNode } from "react";
import { formatCount } from "../../format/quantity.ts";
import { Button, Tag } from "../../parts/parts.tsx";
import type { Facet } from "./facets.ts";
import type { Filter } from "./filters.ts";
import { type LinePattern, readablePattern } from "./line-patterns.ts";
import css from "./logs.module.css";

const MAX_VALUE_CHARS = 200;

/** Fields of the lines that are shown; a click shows only the lines that have a value, another all of them again. */
export function Facets({
  facets,
  isChosen,
  onToggle,
}: {
  readonly facets: readonly Facet[];
  readonly isChosen: (filter: Filter) => boolean;
  readonly onToggle: (filter: Filter) => void;
}): ReactNode {
  return (
    <div className={css.facets}>
      {facets.map(({ name, title, values }) => (
        <section key={name} aria-label={title}>
          <h2>{title}</h2>
          <ul>
            {values.map(({ value, count }) => {
              const filter: Filter = { name, value, not: false };
              return (
                <li key={value}>
                  <button
                    type="button"
                    className={css.facet}
                    aria-pressed={isChosen(filter)}
                    title={value.slice(0, MAX_VALUE_CHARS)}
                    onClick={() => onToggle(filter)}
                  >
                    <span dir="auto">{value.slice(0, MAX_VALUE_CHARS)}</span>
                    <span>{formatCount(count)}</span>
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </div>
  );
}

const MAX_PATTERNS = 100;

/** Shapes of the lines that are shown. */
export function Patterns({
  patterns,
  total,
  onPattern,
}: {
  readonly patterns: readonly LinePattern[];
  readonly total: number;
  readonly onPattern: (pattern: string, not: boolean) => void;
}): ReactNode {
  return (
    <ul className={css.patterns} aria-label="Shapes of lines">
      {patterns.slice(0, MAX_PATTERNS).map(({ pattern, count, level }) => (
        <li key={pattern}>
          <span className={css.share}>
            <strong>{formatCount(count)}</strong>
            <meter min={0} max={total} value={count} aria-label={`${count} of ${total} lines`} />
          </span>
          <Tag tone={level === "error" || level === "critical" ? "bad" : level === "warn" ? "warn" : "plain"}>
            {level}
          </Tag>
          <code dir="auto">{readablePattern(pattern).replaceAll("<_>", "⋯")}</code>
          <span className={css.patternButtons}>
            <Button onClick={() => onPattern(pattern, false)}>Only these</Button>
            <Button onClick={() => onPattern(pattern, true)}>Not these</Button>
          </span>
        </li>
      ))}
    </ul>
  );
}
