/** A first-in first-out queue that refuses rather than grows: memory in the user's program is bounded. */
export type BoundedQueue<T> = {
  readonly size: () => number;
  /** False where the queue is full; the item was not taken. */
  readonly push: (item: T) => boolean;
  /** Removes and returns up to `count` of the oldest items. */
  readonly take: (count: number) => T[];
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
    take: (count) => {
      if (count >= items.length) {
        const all = items;
        items = [];
        return all;
      }
      return items.splice(0, count);
    },
  };
}
