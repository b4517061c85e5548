/** A first-in first-out queue that refuses rather than grows: memory in the user's program is bounded. */
export type BoundedQueue<T> = {
  readonly size: () => number;
  /** False where the queue is full; the item was not taken. */
  readonly push: (item: T) => boolean;
  /** Removes and returns the oldest items, as many as it takes to reach `count`; each counts 1 unless `countOf` says otherwise. */
  readonly take: (count: number, countOf?: (item: T) => number) => T[];
};

export function createBoundedQueue<T>(capacity: number): BoundedQueue<T> {
  let items: T[] = [];
  return {
    size: () => items.length,
    push: (item) => {
      if (items.length >= capacity) return false;
      items.push(item);
      return true;
    },
    take: (count, countOf = () => 1) => {
      let end = 0;
      for (let taken = 0; end < items.length && taken < count; end += 1) taken += countOf(items[end]!);
      if (end < items.length) return items.splice(0, end);
      const all = items;
      items = [];
      return all;
    },
  };
}
