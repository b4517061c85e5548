import { createAnchorScanner, type Scan } from "./anchors.ts";
import { eachBase64Text } from "./base64.ts";
import { type Codes, createCodeReader } from "./codes.ts";
import { createViewer, ESCAPE_ANCHORS } from "./fold.ts";
import { type Claim, marker, type Rule } from "./rule.ts";
import { createRules } from "./rules.ts";

/**
 * Removing one thing may lay bare another (a number that a letter had disguised): passes repeat until nothing changes. Real text
 * needs two; the bound keeps hostile text from costing a pass per character.
 */
const MAX_PASSES = 8;
/** Base64 in base64. */
const MAX_DEPTH = 3;
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

const ESCAPES = /(?:\\+[ux][0-9A-Fa-f]|%[0-9A-Fa-f]{2}|&(?:#|[a-z]))/g;
const WINDOW = 80;
const MAX_WINDOW = 2000;
const MAX_KEY = 16_000;
const BREAK = /[\s"'<>]/;

/** The pieces of a text in which these places stand, from one blank or quote to another. */
function piecesAround(text: string, places: Iterable<number>): (readonly [start: number, end: number])[] {
  const pieces: [number, number][] = [];
  for (const place of places) {
    const open = pieces.at(-1);
    if (open !== undefined && place < open[1] - 8) continue;
    const floor = open?.[1] ?? 0;
    let start = Math.max(floor, place - WINDOW);
    const lowest = Math.max(floor, place - MAX_WINDOW);
    while (start > lowest && !BREAK.test(text[start - 1] as string)) start--;
    let end = Math.min(text.length, place + WINDOW);
    const highest = Math.min(text.length, place + MAX_WINDOW);
    while (end < highest && !BREAK.test(text[end] as string)) end++;
    // A key of many lines is looked at as one.
    if (text.startsWith("-----", end + 1) || text.slice(start, end).includes("-----BEGIN")) {
      const last = text.indexOf("-----END", place);
      if (last !== -1 && last - place < MAX_KEY) end = Math.max(end, Math.min(text.length, last + 80));
    }
    // With its quote, the value that ends here is not taken for one that was cut off.
    if (end < text.length) end++;
    if (open !== undefined && start <= open[1]) open[1] = end;
    else pieces.push([start, end]);
  }
  return pieces;
}

type Find = (text: string, depth: number) => Found[];

/** The rules, and what tells which of them have something to look for; made for the first text, as most programs' start has none. */
type Known = { readonly rules: readonly Rule[]; readonly scan: ReturnType<typeof createAnchorScanner> };

const KNOWN: { made?: Known } = {};

function known(): Known {
  if (KNOWN.made === undefined) {
    const rules = createRules();
    KNOWN.made = { rules, scan: createAnchorScanner([...rules.map((rule) => rule.anchors), ESCAPE_ANCHORS]) };
  }
  return KNOWN.made;
}

function createFinder(extra: readonly Rule[], except: ReadonlySet<string>): Find {
  const { rules, scan } = known();
  const left = rules.map((rule) => (rule.kinds ?? [rule.kind]).some((kind) => !except.has(kind)));
  const read = createCodeReader();
  const { view, strangePlaces } = createViewer();

  const findPlain = (text: string, codes: Codes, { hits, any }: Scan, found: Found[]): void => {
    const run = (rule: Rule, rank: number): void => {
      const claim: Claim = (start, end, options) => {
        const kind = options?.kind ?? rule.kind;
        if (end > start && !except.has(kind)) found.push({ start, end, rank, kind, quote: options?.quote ?? "" });
      };
      rule.find(text, claim, codes);
    };
    // The program's own name what they find.
    extra.forEach((rule, at) => {
      run(rule, at - extra.length);
    });
    if (!any) return;
    for (let rank = 0; rank < rules.length; rank++) {
      if (hits[rank] === 1 && left[rank] === true) run(rules[rank] as Rule, rank);
    }
  };

  /** What is found in a view of text[from, to), at its place in the text. */
  const findInView = (text: string, from: number, to: number, found: Found[]): void => {
    const piece = text.slice(from, to);
    const seen = view(piece);
    if (seen.text === piece) return;
    const inView: Found[] = [];
    const codes = read(seen.text);
    findPlain(seen.text, codes, scan(seen.text, codes), inView);
    for (const one of inView) {
      const start = from + (seen.starts[one.start] as number);
      const end = from + (seen.starts[one.end] as number);
      // A quote of JSON's own is no part of what was escaped.
      if (!/(?<!\\)"/.test(text.slice(start, end))) found.push({ ...one, start, end, quote: "" });
    }
  };

  const findAll = (text: string, depth: number): Found[] => {
    const found: Found[] = [];
    const codes = read(text);
    const scanned = scan(text, codes);
    findPlain(text, codes, scanned, found);
    const encoded: (readonly [start: number, end: number, decoded: string])[] = [];
    if (depth < MAX_DEPTH) eachBase64Text(text, codes, (...one) => encoded.push(one));
    const strange = scanned.beyondAscii ? strangePlaces(codes, text.length) : [];
    // From here on the codes are those of other texts.
    const escapes = scanned.hits[rules.length] === 1 ? Array.from(text.matchAll(ESCAPES), ({ index }) => index) : [];
    for (const places of [strange, escapes]) {
      for (const [start, end] of piecesAround(text, places)) findInView(text, start, end, found);
    }
    for (const [start, end, decoded] of encoded) {
      const inside = findAll(decoded, depth + 1);
      const first = inside.sort((a, b) => a.rank - b.rank)[0];
      if (first !== undefined) found.push({ start, end, rank: rules.length + first.rank, kind: first.kind, quote: "" });
    }
    return found;
  };

  return findAll;
}

/**
 * Builds the function that replaces what the rules find, in the text as it is, as a reader sees it, behind escapes and in base64. Takes
 * time linear in the text; a text without any anchor costs one pass.
 */
export function createTextRedactor(extra: readonly Rule[], except: ReadonlySet<string>): (text: string) => string {
  let finder: ReturnType<typeof createFinder> | undefined;

  return (text) => {
    finder ??= createFinder(extra, except);
    let current = text;
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const found = finder(current, 0);
      if (found.length === 0) break;
      const next = replace(current, found);
      if (next === current) break;
      current = next;
    }
    return current;
  };
}
