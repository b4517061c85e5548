/** Lets a number of things happen at once; what comes later waits its turn. */
export type Slots = {
  /** Runs `begin` now or when a slot is free. Returns what gives the slot, or the place in the line, back; calling it again does nothing. */
  readonly enter: (begin: () => void) => () => void;
};

export function createSlots(count: number): Slots {
  let free = count;
  const waiting = new Set<() => void>();
  const admit = (): void => {
    for (const begin of waiting) {
      if (free === 0) return;
      waiting.delete(begin);
      free -= 1;
      begin();
    }
  };
  return {
    enter: (begin) => {
      let left = false;
      // A function of its own, so that the same one may wait twice.
      const entry = (): void => begin();
      waiting.add(entry);
      admit();
      return () => {
        if (left) return;
        left = true;
        if (!waiting.delete(entry)) free += 1;
        admit();
      };
    },
  };
}
