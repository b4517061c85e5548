export type DotSpot = { readonly left: number; readonly top: number };
/** A dot that leads somewhere, and how many others stand so near that they are only seen. */
export type SpacedDot = { readonly index: number; readonly near: number };

/** What a finger needs, in pixels (WCAG 2.2, 2.5.8). */
export const FINGER = 24;

/** Of dots in the order of how much they tell, those that can be hit without hitting another. Pure. */
export function spacedDots(spots: readonly DotSpot[], least = FINGER): readonly SpacedDot[] {
  const chosen: { index: number; near: number }[] = [];
  spots.forEach(({ left, top }, index) => {
    const taken = chosen.find((one) => {
      const other = spots[one.index] as DotSpot;
      return Math.abs(other.left - left) < least && Math.abs(other.top - top) < least;
    });
    if (taken === undefined) chosen.push({ index, near: 0 });
    else taken.near += 1;
  });
  return chosen;
}

/** What is said of those that are only seen. */
export const nearText = (near: number): string =>
  near === 0 ? "" : `, and ${near} more beside it: zoom in to reach ${near === 1 ? "it" : "them"}`;
