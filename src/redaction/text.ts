import { createAnchorScanner } from "./anchors.ts";
import { marker, type Rule } from "./rule.ts";

/**
 * Removing one thing may lay bare another (a number that a letter had disguised): passes repeat until nothing changes. Real text
 * needs two; the bound keeps hostile text from costing a pass per character.
 */
const MAX_PASSES = 8;
const MARKERS = /\[REDACTED:[a-z0-9_]{1,64}\]/g;

type Found = { start: number; end: number; rank: number; kind: string; quote: string };

function markersOf(text: string): readonly { readonly start: number; readonly end: number }[] {
  if (!text.includes("[REDACTED:")) return [];
  return [...text.matchAll(MARKERS)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** Drops what lies inside of a marker, and widens what cuts through one. */
function respectMarkers(found: Found[], text: string): Found[] {
  const markers = markersOf(text);
  if (markers.length === 0) return found;
  let next = 0;
  return found.filter((one) => {
    while (next < markers.length && (markers[next]?.end ?? 0) <= one.start) next++;
    for (let i = next; i < markers.length; i++) {
      const { start, end } = markers[i] as { start: number; end: number };
      if (start >= one.end) break;
      if (one.start >= start && one.end <= end) return false;
      one.start = Math.min(one.start, start);
      one.end = Math.max(one.end, end);
    }
    return true;
  });
}

function replace(text: string, unsorted: Found[]): string {
  const found = respectMarkers(
    unsorted.sort((a, b) => a.start - b.start || a.rank - b.rank),
    text,
  );
  let result = "";
  let at = 0;
  for (let i = 0; i < found.length; ) {
    const merged = { ...(found[i] as Found) };
    for (i++; i < found.length && (found[i] as Found).start < merged.end; i++) {
      const other = found[i] as Found;
      merged.end = Math.max(merged.end, other.end);
      if (other.rank < merged.rank) Object.assign(merged, { rank: other.rank, kind: other.kind });
      if (merged.quote === "") merged.quote = other.quote;
    }
    result += text.slice(at, merged.start) + merged.quote + marker(merged.kind) + merged.quote;
    at = merged.end;
  }
  return result + text.slice(at);
}

/** Builds the function that replaces what the rules find. Takes time linear in the text; a text without any anchor costs one pass. */
export function createTextRedactor(rules: readonly Rule[]): (text: string) => string {
  // Made for the first text: most programs' start has none.
  let scan: ReturnType<typeof createAnchorScanner> | undefined;
  const once = (text: string): string => {
    scan ??= createAnchorScanner(rules.map((rule) => rule.anchors));
    const hits = scan(text);
    if (hits === undefined) return text;
    const found: Found[] = [];
    rules.forEach((rule, rank) => {
      if (hits[rank] !== 1) return;
      rule.find(text, (start, end, options) => {
        if (end > start)
          found.push({ start, end, rank, kind: options?.kind ?? rule.kind, quote: options?.quote ?? "" });
      });
    });
    return found.length === 0 ? text : replace(text, found);
  };
  return (text) => {
    let current = text;
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const next = once(current);
      if (next === current) break;
      current = next;
    }
    return current;
  };
}
