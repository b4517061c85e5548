import { type ReactNode, useId, useRef } from "react";
import type { ResolvedLink } from "../model/links.ts";
import { GoLink } from "./go-link.tsx";
import css from "./link-menu.module.css";

type LinkMenuProps = {
  readonly links: readonly ResolvedLink[];
  /** What the links are about. */
  readonly of: string;
};

const ROOM = 8;

/** Where a value leads: one link is a link, several are a list over everything else. */
export function LinkMenu({ links, of }: LinkMenuProps): ReactNode {
  const id = useId();
  const list = useRef<HTMLElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [first] = links;
  if (first === undefined) return null;
  if (links.length === 1) {
    return (
      <GoLink link={first} className={css.arrow} label={`${first.title}: ${of}`}>
        ↗
      </GoLink>
    );
  }
  const place = (): void => {
    const [at, size] = [button.current?.getBoundingClientRect(), list.current?.getBoundingClientRect()];
    if (at === undefined || size === undefined || list.current === null) return;
    list.current.style.left = `${Math.max(ROOM, Math.min(at.left, innerWidth - size.width - ROOM))}px`;
    const below = at.bottom + 4;
    list.current.style.top = `${below + size.height > innerHeight - ROOM ? Math.max(ROOM, at.top - size.height - 4) : below}px`;
  };
  return (
    <>
      <button ref={button} type="button" className={css.arrow} popoverTarget={id} aria-label={`Where ${of} leads`}>
        ↗
      </button>
      <nav ref={list} id={id} popover="auto" className={css.menu} aria-label={of} onToggle={place}>
        <strong>{of}</strong>
        {links.map((link) => (
          <GoLink key={link.title} link={link} />
        ))}
      </nav>
    </>
  );
}
