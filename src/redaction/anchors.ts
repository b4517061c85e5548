/** Relative frequency in prose, code and JSON, common first: the rarest character of an anchor is the one that is looked out for. */
const COMMON_FIRST = " etaoinsrhldcumfpgwybvk\":,-_.0123456789/=()xjqz{}'SATCIEPRDNMOLBFGHWUVKYXJQZ+[]@%\\";

const rank = (character: string): number => {
  const at = COMMON_FIRST.indexOf(character);
  return at === -1 ? COMMON_FIRST.length : at;
};

type Anchor = { readonly owner: number; readonly text: string; readonly offset: number; readonly first: number };

/**
 * Builds a scanner that tells in one pass over a text which owners have an anchor in it, so that a rule that cannot match is not
 * run. An owner without anchors is always told. Anchors are ASCII.
 */
export function createAnchorScanner(
  anchorsByOwner: readonly (readonly string[])[],
): (text: string) => Uint8Array | undefined {
  const groups = new Map<number, Anchor[]>();
  const always: number[] = [];
  anchorsByOwner.forEach((anchors, owner) => {
    if (anchors.length === 0) always.push(owner);
    for (const text of anchors) {
      let offset = 0;
      for (let i = 1; i < text.length; i++) if (rank(text[i] as string) > rank(text[offset] as string)) offset = i;
      const code = text.charCodeAt(offset);
      groups.set(code, [...(groups.get(code) ?? []), { owner, text, offset, first: text.charCodeAt(0) }]);
    }
  });
  const lists = [...groups.values()];
  const table = new Uint8Array(128);
  [...groups.keys()].forEach((code, at) => {
    table[code] = at + 1;
  });

  return (text) => {
    const open = table.slice();
    const hits = new Uint8Array(anchorsByOwner.length);
    let any = always.length > 0;
    for (const owner of always) hits[owner] = 1;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) continue;
      const list = open[code] as number;
      if (list === 0) continue;
      let waiting = false;
      for (const anchor of lists[list - 1] as Anchor[]) {
        if (hits[anchor.owner] === 1) continue;
        const from = i - anchor.offset;
        if (text.charCodeAt(from) === anchor.first && text.startsWith(anchor.text, from)) {
          hits[anchor.owner] = 1;
          any = true;
        } else {
          waiting = true;
        }
      }
      // Whoever waited for this character has been found: it is not looked out for any more.
      if (!waiting) open[code] = 0;
    }
    return any ? hits : undefined;
  };
}
