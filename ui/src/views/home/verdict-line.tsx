import type { ReactNode } from "react";
import { Link } from "../../app/link.tsx";
import css from "./home.module.css";
import type { Tone, Verdict } from "./verdict.ts";

const MARKS: Readonly<Record<Tone, string>> = { ok: "✓", info: "·", warn: "!", bad: "✕" };

/** The verdict, and each reason as a link to what it is about. */
export const VerdictLine = ({
  verdict: { tone, title, text, reasons },
  unknown,
}: {
  readonly verdict: Verdict;
  readonly unknown: string | undefined;
}): ReactNode => (
  <section className={css.verdict} data-tone={tone} aria-label="Verdict" role="status">
    <span className={css.mark} aria-hidden="true">
      {MARKS[tone]}
    </span>
    <p>
      <strong>{title}.</strong>{" "}
      {reasons.map(({ text: reason, to, params }, index) => (
        <span key={reason}>
          {index > 0 && ", "}
          <Link to={to} className={css.reason} {...(params && { params })}>
            {reason}
          </Link>
        </span>
      ))}
      {reasons.length > 0 && ". "}
      <span className={css.rest}>
        {text} {unknown}
      </span>
    </p>
  </section>
);
