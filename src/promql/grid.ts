/** The times of an evaluation: start, start + step, …, `count` of them. */
export type Grid = { readonly startMs: number; readonly stepMs: number; readonly count: number };

export const gridOf = (startMs: number, endMs: number, stepMs: number): Grid => ({
  startMs,
  stepMs,
  count: endMs < startMs ? 0 : Math.floor((endMs - startMs) / stepMs) + 1,
});

export const timeAt = ({ startMs, stepMs }: Grid, step: number): number => startMs + step * stepMs;

export const lastTimeOf = (grid: Grid): number => timeAt(grid, grid.count - 1);
