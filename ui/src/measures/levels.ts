/** How a number stands to its target and its limit: what alerts fire at. Pure. */
export type Level = "plain" | "warn" | "bad";

/** Of a number of which more is worse. */
export const levelOf = (value: number | undefined, target: number, limit: number): Level =>
  value === undefined || value <= target ? "plain" : value > limit ? "bad" : "warn";

/** Of one of which less is. */
export const levelBelow = (value: number | undefined, target: number, limit: number): Level =>
  value === undefined || value >= target ? "plain" : value < limit ? "bad" : "warn";
