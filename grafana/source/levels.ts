import type { Levels } from "./panels.ts";

type Threshold = { readonly target?: number; readonly limit: number };

/** How a panel is colored by a threshold: yellow where the target is missed, red where the alert fires. */
export const levelsOf = ({ target, limit }: Threshold): Levels => ({
  ...(target !== undefined && { warn: target }),
  alert: limit,
});

/** The same where more is better. */
export const levelsBelow = (threshold: Threshold): Levels => ({ ...levelsOf(threshold), moreIsBetter: true });

/** A ratio as texts say it: `5 %`. */
export const percent = (ratio: number): string => `${Number((ratio * 100).toFixed(2))} %`;
