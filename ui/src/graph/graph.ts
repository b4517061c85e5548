/** What is drawn as a graph: boxes and arrows, each with a few words. Pure. */

export type GraphShare = {
  readonly part: number;
  readonly tone: "ok" | "bad" | "warn" | "info";
  readonly label: string;
};

export type GraphNode = {
  readonly id: string;
  readonly title: string;
  readonly subtitle?: string;
  /** Short texts below the title: `12 calls`, `$0.03`. */
  readonly stats?: readonly string[];
  /** Parts of a whole, drawn as a bar; they need not add up to 1. */
  readonly share?: readonly GraphShare[];
  /** 1 to 8, a color of `--series-…`; none is plain. */
  readonly series?: number;
  readonly isBad?: boolean;
  /** Where it leads, unless `onChoose` is given. */
  readonly to?: string;
  readonly params?: Readonly<Record<string, string>>;
};

export type GraphEdge = {
  readonly from: string;
  readonly to: string;
  readonly stats?: readonly string[];
  readonly isBad?: boolean;
  /** Handed over instead of called. */
  readonly isDashed?: boolean;
};

export const edgeId = ({ from, to, isDashed }: GraphEdge): string => JSON.stringify([from, to, isDashed === true]);
