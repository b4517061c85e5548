import type { Codes } from "./codes.ts";

/** Relative frequency in prose, code and JSON, common first: the rarest two characters of an anchor are looked out for. */
const COMMON_FIRST = " etaoinsrhldcumfpgwybvk\":,-_.0123456789/=()xjqz{}'SATCIEPRDNMOLBFGHWUVKYXJQZ+[]@%\\";

type Anchor = { readonly owner: number; readonly text: string; readonly offset: number };

const CODES = 128;

/** Which owners have an anchor in a text, and whether there is anything in it beyond ASCII. */
export type Scan = { readonly hits: Uint8Array; readonly any: boolean; readonly beyondAscii: boolean };

/**
 * Builds a scanner that tells in one pass over a text which owners have an anchor in it, so that a rule that cannot match is not
 * run. An owner without anchors is always told. Anchors are ASCII.
 */
export function createAnchorScanner(
  anchorsByOwner: readonly (readonly string[])[],
): (text: string, codes: Codes) => Scan {
  const ranks = new Uint8Array(CODES).fill(COMMON_FIRST.length);
  for (let i = 0; i < COMMON_FIRST.length; i++) ranks[COMMON_FIRST.charCodeAt(i)] = i;
  const always = new Uint8Array(anchorsByOwner.length);
  const singles = new Map<string, number[]>();
  const pairs = new Map<number, Anchor[]>();
  anchorsByOwner.forEach((anchors, owner) => {
    if (anchors.length === 0) always[owner] = 1;
    for (const text of anchors) {
      if (text.length === 1) {
        singles.set(text, [...(singles.get(text) ?? []), owner]);
        continue;
      }
      let offset = 0;
      let best = -1;
      for (let i = 0; i < text.length - 1; i++) {
        const rarity = (ranks[text.charCodeAt(i)] as number) + (ranks[text.charCodeAt(i + 1)] as number);
        if (rarity <= best) continue;
        offset = i;
        best = rarity;
      }
      const key = text.charCodeAt(offset) * CODES + text.charCodeAt(offset + 1);
      const list = pairs.get(key);
      if (list === undefined) pairs.set(key, [{ owner, text, offset }]);
      else list.push({ owner, text, offset });
    }
  });
  const lists = [...pairs.values()];
  const table = new Uint16Array(CODES * CODES);
  [...pairs.keys()].forEach((key, at) => {
    table[key] = at + 1;
  });

  return (text, codes) => {
    const hits = always.slice();
    let any = hits.includes(1);
    for (const [single, owners] of singles) {
      if (!text.includes(single)) continue;
      any = true;
      for (const owner of owners) hits[owner] = 1;
    }
    const { length } = text;
    let beyond = 0;
    let before = 0;
    for (let i = 0; i < length; i++) {
      const code = codes[i] as number;
      beyond |= code;
      // A character beyond ASCII finds another pair than its own: what is found is compared in full.
      const list = table[(before * CODES + code) & (CODES * CODES - 1)] as number;
      before = code;
      if (list === 0) continue;
      const anchors = lists[list - 1] as Anchor[];
      for (let k = 0; k < anchors.length; k++) {
        const { owner, text: anchor, offset } = anchors[k] as Anchor;
        if (hits[owner] === 0 && text.startsWith(anchor, i - 1 - offset)) {
          hits[owner] = 1;
          any = true;
        }
      }
    }
    return { hits, any, beyondAscii: beyond >= CODES };
  };
}
