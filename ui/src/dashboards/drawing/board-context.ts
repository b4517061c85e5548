import { createContext, useContext } from "react";
import type { Panel } from "../model/dashboard.ts";
import type { Link } from "../model/link-json.ts";
import type { Clicked, LinkContext, ResolvedLink } from "../model/links.ts";
import { resolveLinks } from "../model/links.ts";
import { given } from "../model/template.ts";

/** What all panels of a board share. */
export type BoardState = LinkContext & {
  readonly uid: string;
  readonly sharesCrosshair: boolean;
  readonly onZoom: (startMs: number, endMs: number) => void;
};

export const BoardContext = createContext<BoardState | undefined>(undefined);
export function useBoard(): BoardState {
  const board = useContext(BoardContext);
  if (board === undefined) throw new Error("Expected a panel inside of a board.");
  return board;
}

/** Links of a panel, or of a value in it, with the values of a repeated panel. */
export function linksFor(
  board: BoardState,
  panel: Panel,
  links: readonly Link[],
  clicked?: Clicked,
): readonly ResolvedLink[] {
  if (links.length === 0) return [];
  const lookUp: LinkContext["lookUp"] = (name) => {
    const scoped = panel.scoped[name];
    return scoped === undefined ? board.lookUp(name) : given(name, scoped);
  };
  return resolveLinks(links, { ...board, lookUp }, clicked);
}
