/** A map that forgets what was not used for longest once it is full. */
export type RecentMap<V> = {
  /** Counts as a use. */
  readonly get: (key: string) => V | undefined;
  readonly set: (key: string, value: V) => void;
  readonly delete: (key: string) => void;
  readonly values: () => Iterable<V>;
  readonly size: () => number;
};

export function createRecentMap<V>(capacity: number, onForget: (value: V) => void = () => {}): RecentMap<V> {
  const entries = new Map<string, V>();
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set: (key, value) => {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= capacity) return;
      for (const [oldest, forgotten] of entries) {
        entries.delete(oldest);
        onForget(forgotten);
        return;
      }
    },
    delete: (key) => void entries.delete(key),
    values: () => entries.values(),
    size: () => entries.size,
  };
}
