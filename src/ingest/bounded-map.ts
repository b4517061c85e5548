/** A map that forgets what has not been asked for in a while, so that all together never weigh more than `limit`. */
export type BoundedMap<V> = {
  readonly get: (key: string) => V | undefined;
  readonly set: (key: string, value: V) => void;
  /** A value that is in it weighs more than before. */
  readonly charge: (weight: number) => void;
};

/**
 * Two generations: when the young one weighs half of the limit, it becomes the old one, and the old one is forgotten.
 */
export function createBoundedMap<V>(limit: number, weigh: (value: V) => number = () => 1): BoundedMap<V> {
  const perGeneration = Math.max(1, Math.floor(limit / 2));
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  let weight = 0;
  const set = (key: string, value: V): void => {
    if (weight >= perGeneration) {
      old = young;
      young = new Map();
      weight = 0;
    }
    young.set(key, value);
    weight += weigh(value);
  };
  return {
    set,
    get: (key) => {
      const value = young.get(key);
      if (value !== undefined) return value;
      const aged = old.get(key);
      if (aged !== undefined) set(key, aged);
      return aged;
    },
    charge: (more) => {
      weight += more;
    },
  };
}
