import type { ReactNode } from "react";
import { Link } from "../../app/link.tsx";
import { formatCount } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import { Tag } from "../../parts/parts.tsx";
import css from "./models.module.css";

export type Category = { readonly category: string; readonly count: number };

/** Errors of one model or tool by category, the most first. Pure. */
export const categoriesOf = (rows: readonly Row<"errors">[], label: string, value: string): readonly Category[] =>
  rows
    .filter(({ labels, of }) => labels[label] === value && (of.errors ?? 0) > 0)
    .map(({ labels, of }) => ({ category: labels["category"] ?? "", count: of.errors ?? 0 }))
    .sort((a, b) => b.count - a.count);

/** Each leads to the traces in which it happened. */
export const Categories = ({
  categories,
  params,
}: {
  readonly categories: readonly Category[];
  readonly params: Readonly<Record<string, string>>;
}): ReactNode => (
  <span className={css.categories}>
    {categories.map(({ category, count }) => (
      <Link
        key={category}
        to="/traces"
        params={{ ...params, status: "error", attribute: `agent_observatory.error.category=${category}` }}
      >
        <Tag tone={category === "rate_limit" ? "warn" : "bad"}>
          {category} {formatCount(count)}
        </Tag>
      </Link>
    ))}
  </span>
);
