import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Link } from "../app/link.tsx";
import css from "./parts.module.css";

export { type Column, Table } from "./table.tsx";
export { Tabs } from "./tabs.tsx";

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

/** Numbers in columns of the same width, for a card. */
export const Stats = ({
  least = "150px",
  children,
}: {
  readonly least?: string;
  readonly children: ReactNode;
}): ReactNode => (
  <div className={css.stats} ref={(element) => element?.style.setProperty("--least", least)}>
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
