import { BURN_WINDOWS } from "../../alerts/source/slo.ts";

/** Boards are colored by what alerts fire at. */
export { THRESHOLDS } from "../../alerts/source/thresholds.ts";

/** How many times as fast as it may a budget burns where an alert fires, by the window that it is looked at over. */
export const BURN_FACTORS: Readonly<Record<string, number>> = Object.fromEntries(
  BURN_WINDOWS.map(({ long, factor }) => [long, factor]),
);
