import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { Link } from "../app/link.tsx";
import css from "./parts.module.css";

export type Tone = "ok" | "warn" | "bad" | "info" | "plain";
const join = (...names: (string | false | undefined)[]): string => names.filter(Boolean).join(" ");
const toneOf = (tone: Tone): string | undefined => (tone === "plain" ? undefined : css[tone]);

/** A view: its heading, what can be done, and its cards. */
export function Page({
  title,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  // The tab is called as the view is, whatever that is made of.
  useEffect(() => {
    document.title = `${heading.current?.textContent?.slice(0, 120) ?? ""} · agent-observatory`;
  });
  return (
    <div className={css.page}>
      <div className={css.pageHead}>
        <h1 ref={heading}>{title}</h1>
        {actions}
      </div>
      {children}
    </div>
  );
}

type CardProps = {
  readonly title?: ReactNode;
  readonly description?: string;
  readonly actions?: ReactNode;
  readonly className?: string | undefined;
  readonly children: ReactNode;
};
export function Card({ title, description, actions, className, children }: CardProps): ReactNode {
  const id = useId();
  return (
    <section className={join(css.card, className)} aria-labelledby={title === undefined ? undefined : id}>
      {title !== undefined && (
        <div className={css.cardHead}>
          <h2 id={id} title={description}>
            {title}
          </h2>
          {actions}
        </div>
      )}
      <div className={css.cardBody}>{children}</div>
    </section>
  );
}

/** As many columns as fit, none narrower than `least`. */
export const Grid = ({
  least = "320px",
  children,
}: {
  readonly least?: string;
  readonly children: ReactNode;
}): ReactNode => (
  <div className={css.grid} ref={(element) => element?.style.setProperty("--least", least)}>
    {children}
  </div>
);

type StatProps = {
  readonly label: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
  readonly tone?: Tone;
  readonly to?: string;
  readonly params?: Record<string, string>;
};
/** One number with its name, which leads to its reason. */
export function Stat({ label, value, note, tone = "plain", to, params }: StatProps): ReactNode {
  const body = (
    <>
      <span className={css.statLabel}>{label}</span>
      <span
        className={css.statValue}
        ref={(element) => element?.style.setProperty("color", tone === "plain" ? "" : `var(--${tone})`)}
      >
        {value}
      </span>
      <span className={css.statNote}>{note}</span>
    </>
  );
  return to === undefined ? (
    <div className={css.stat}>{body}</div>
  ) : (
    <Link to={to} className={css.stat} {...(params && { params })}>
      {body}
    </Link>
  );
}

export const Tag = ({
  tone = "plain",
  children,
  title,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
  readonly title?: string;
}): ReactNode => (
  <span className={join(css.tag, toneOf(tone))} title={title}>
    {children}
  </span>
);

type ButtonProps = React.ButtonHTMLAttributes<HTMLButtonElement> & { readonly primary?: boolean };
export const Button = ({ primary = false, className, ...rest }: ButtonProps): ReactNode => (
  <button type="button" className={join(css.button, primary && css.primary, className)} {...rest} />
);

export const Input = ({ className, ...rest }: React.ComponentProps<"input">): ReactNode => (
  <input className={join(css.input, className)} {...rest} />
);
export const Select = ({ className, ...rest }: React.SelectHTMLAttributes<HTMLSelectElement>): ReactNode => (
  <select className={join(css.input, className)} {...rest} />
);

export function CopyButton({ text, label = "Copy" }: { readonly text: string; readonly label?: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => {},
    );
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Button onClick={copy} aria-live="polite">
      {copied ? "Copied" : label}
    </Button>
  );
}

/** A command to copy into a terminal. */
export const Command = ({ text }: { readonly text: string }): ReactNode => (
  <div className={css.command}>
    <code>{text}</code>
    <CopyButton text={text} />
  </div>
);

/** Nothing is there: why, and what to do next. */
export const Empty = ({
  title,
  children,
  command,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly command?: string;
}): ReactNode => (
  <div className={css.notice}>
    <strong>{title}</strong>
    {children}
    {command !== undefined && <Command text={command} />}
  </div>
);

/** What failed, in its own words. */
export const Failure = ({ what, error }: { readonly what: string; readonly error: unknown }): ReactNode => (
  <div className={css.failure} role="alert">
    <strong>{what}</strong>
    {error instanceof Error ? error.message : String(error)}
  </div>
);

/** Room for what is on its way, of the height that it will have. */
export const Skeleton = ({ height = 120 }: { readonly height?: number }): ReactNode => (
  <div
    className={css.skeleton}
    ref={(element) => element?.style.setProperty("height", `${height}px`)}
    aria-hidden="true"
  />
);

type Answer<T> = { readonly data: T | undefined; readonly error: Error | null; readonly isPending: boolean };
/** Waiting, failed, or there. A failure beside older data is shown above them. */
export function Asked<T>({
  answer,
  what,
  height,
  children,
}: {
  readonly answer: Answer<T>;
  readonly what: string;
  readonly height?: number;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  if (answer.data === undefined) {
    return answer.error === null ? (
      <Skeleton {...(height !== undefined && { height })} />
    ) : (
      <Failure what={what} error={answer.error} />
    );
  }
  return (
    <>
      {answer.error !== null && <Failure what={what} error={answer.error} />}
      {children(answer.data)}
    </>
  );
}

export type Column<Row> = {
  readonly title: string;
  readonly show: (row: Row) => ReactNode;
  /** What it is sorted by; a column without is not sorted. */
  readonly by?: (row: Row) => number | string;
  readonly isNumber?: boolean;
};
type TableProps<Row> = {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly sortedBy?: string;
};
/** A table that can be sorted. */
export function Table<Row>({ label, rows, columns, keyOf, sortedBy }: TableProps<Row>): ReactNode {
  const [sort, setSort] = useState<{ title: string; up: boolean } | undefined>(
    sortedBy === undefined ? undefined : { title: sortedBy, up: false },
  );
  const shown = useMemo(() => {
    const by = columns.find(({ title }) => title === sort?.title)?.by;
    if (by === undefined) return rows;
    const factor = sort?.up ? 1 : -1;
    return [...rows].sort((a, b) => {
      const [left, right] = [by(a), by(b)];
      return (
        factor *
        (typeof left === "number" && typeof right === "number"
          ? left - right
          : String(left).localeCompare(String(right)))
      );
    });
  }, [rows, columns, sort]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by the keyboard.
    <section className={css.tableBox} aria-label={label} tabIndex={0}>
      <table className={css.table}>
        <thead>
          <tr>
            {columns.map(({ title, by, isNumber }) => (
              <th
                key={title}
                className={isNumber ? css.number : undefined}
                aria-sort={sort?.title !== title ? undefined : sort.up ? "ascending" : "descending"}
              >
                {by === undefined ? (
                  title
                ) : (
                  <button
                    type="button"
                    className={css.sort}
                    onClick={() => setSort({ title, up: sort?.title === title ? !sort.up : false })}
                  >
                    {title}
                    {sort?.title === title && (sort.up ? " ↑" : " ↓")}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, show, isNumber }) => (
                <td key={title} className={isNumber ? css.number : undefined}>
                  {show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type TabsProps = {
  readonly label: string;
  readonly tabs: readonly (readonly [id: string, title: ReactNode])[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
};
export const Tabs = ({ label, tabs, chosen, onChoose }: TabsProps): ReactNode => (
  <div className={css.tabs} role="tablist" aria-label={label}>
    {tabs.map(([id, title]) => (
      <button
        key={id}
        type="button"
        role="tab"
        className={css.tab}
        aria-selected={id === chosen}
        tabIndex={id === chosen ? 0 : -1}
        onClick={() => onChoose(id)}
        onKeyDown={({ key }) => {
          const at =
            tabs.findIndex(([one]) => one === chosen) + (key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0);
          const next = tabs[(at + tabs.length) % tabs.length];
          if (next !== undefined && next[0] !== chosen) onChoose(next[0]);
        }}
      >
        {title}
      </button>
    ))}
  </div>
);
