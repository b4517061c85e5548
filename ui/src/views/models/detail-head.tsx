import type { ReactNode } from "react";
import { Link } from "../../app/link.tsx";
import css from "./models.module.css";

type Way = {
  readonly title: string;
  readonly to: string;
  readonly params?: Readonly<Record<string, string>>;
};

/** What is looked at, the way back, and where its traces and log lines are. */
export const DetailHead = ({
  kind,
  name,
  back,
  ways,
}: {
  readonly kind: string;
  readonly name: string;
  readonly back: Way;
  readonly ways: readonly Way[];
}): ReactNode => (
  <div className={css.detailHead}>
    <h2>
      <Link to={back.to} {...(back.params && { params: back.params })}>
        {back.title}
      </Link>
      <span aria-hidden="true"> / </span>
      <span className={css.faint}>{kind}</span> {name}
    </h2>
    <nav aria-label={`About ${name}`} className={css.ways}>
      {ways.map(({ title, to, params }) => (
        <Link key={title} to={to} {...(params && { params })}>
          {title}
        </Link>
      ))}
    </nav>
  </div>
);
