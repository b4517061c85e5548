import type { AnchorHTMLAttributes, ReactNode } from "react";
import { Link as RouterLink } from "wouter";
import { hrefTo } from "./url-state.ts";

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> & {
  readonly to: string;
  readonly params?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly children: ReactNode;
};

/** A link within the page: it keeps the time range. */
export const Link = ({ to, params, children, ...rest }: LinkProps): ReactNode => (
  <RouterLink href={hrefTo(to, params)} {...rest}>
    {children}
  </RouterLink>
);
