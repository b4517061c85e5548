const MAX_REMEMBERED_LENGTH = 100;

/** A function of a text with a memory of so many of them. Longer texts than names, ids and short messages are not remembered. */
export function remember<T>(find: (text: string) => T, maxTexts: number): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (text.length > MAX_REMEMBERED_LENGTH) return find(text);
    let found = known.get(text);
    if (found === undefined) {
      found = find(text);
      if (known.size >= maxTexts) known.clear();
      known.set(text, found);
    }
    return found;
  };
}
