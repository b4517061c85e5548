/** Joins sequences that are in order each into one that is. Of equals, those of an earlier sequence come first. */
export function* mergeOrdered<Item>(
  sequences: readonly Iterable<Item>[],
  isBefore: (left: Item, right: Item) => boolean,
): Generator<Item> {
  if (sequences.length === 1) {
    yield* sequences[0] as Iterable<Item>;
    return;
  }
  const iterators = sequences.map((sequence) => sequence[Symbol.iterator]());
  try {
    const heads = iterators.map((iterator) => iterator.next());
    for (;;) {
      let best = -1;
      for (let index = 0; index < heads.length; index += 1) {
        const head = heads[index] as IteratorResult<Item>;
        if (head.done === true) continue;
        if (best < 0 || isBefore(head.value, (heads[best] as IteratorYieldResult<Item>).value)) best = index;
      }
      if (best < 0) return;
      yield (heads[best] as IteratorYieldResult<Item>).value;
      heads[best] = (iterators[best] as Iterator<Item>).next();
    }
  } finally {
    for (const iterator of iterators) iterator.return?.();
  }
}
