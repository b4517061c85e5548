import type { ReactNode } from "react";
import { Link } from "../../app/link.tsx";
import type { ResolvedLink } from "../model/links.ts";

type GoLinkProps = {
  readonly link: ResolvedLink;
  readonly className?: string | undefined;
  /** Said instead of the title by screen readers, where the title alone does not tell. */
  readonly label?: string;
  readonly children?: ReactNode;
};

/** A link of a dashboard: to a view of this page, or to somewhere else in a tab of its own. */
export function GoLink({ link: { title, destination }, className, label, children }: GoLinkProps): ReactNode {
  const shown = children ?? title;
  const said = { className, title, ...(label !== undefined && { "aria-label": label }) };
  if (destination.kind === "view") {
    return (
      <Link to={destination.path} params={destination.params} {...said}>
        {shown}
      </Link>
    );
  }
  return (
    <a href={destination.url} target="_blank" rel="noreferrer noopener" {...said}>
      {shown}
    </a>
  );
}
