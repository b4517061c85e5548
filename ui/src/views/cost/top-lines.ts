type Point = { readonly timeMs: number; readonly value: number };
/** As charts take it; named here, because it is drawing that has the type otherwise. */
type ChartLine = { readonly name: string; readonly points: readonly Point[]; readonly color?: string | undefined };

/** More lines than these cannot be told apart. */
const MOST = 7;

const sumOf = ({ points }: ChartLine): number => points.reduce((sum, { value }) => sum + value, 0);

/** The lines with the most, and the others added up. Pure. */
export function topLines(lines: readonly ChartLine[]): readonly ChartLine[] {
  const sorted = [...lines].sort((a, b) => sumOf(b) - sumOf(a));
  if (sorted.length <= MOST + 1) return sorted;
  const others = new Map<number, number>();
  for (const { points } of sorted.slice(MOST))
    for (const { timeMs, value } of points) others.set(timeMs, (others.get(timeMs) ?? 0) + value);
  const points = [...others].map(([timeMs, value]) => ({ timeMs, value })).sort((a, b) => a.timeMs - b.timeMs);
  return [...sorted.slice(0, MOST), { name: `${sorted.length - MOST} others`, points, color: "--text-3" }];
}
