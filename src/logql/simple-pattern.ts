/**
 * Regular expressions that are no more than texts to look for, without an engine. For labels this is also how Loki gets its results:
 * it takes `a.*`, and alternatives with a common beginning (`err|error`), for texts that may stand anywhere in the value, although
 * other expressions must match the whole of it.
 */
export type TextTest = (text: string) => boolean;

/** One alternative: a text, maybe with `.*` before and after. */
type Alternative = { readonly before: boolean; readonly text: string; readonly after: boolean };
/** What alternatives are after common beginnings were taken out of them; `class` is a set of single characters. */
type Factored = Alternative | { readonly prefix: string; readonly rest: readonly Factored[] } | "class";
type Search = { readonly whole: boolean; readonly text: string };

/** A group that only holds a text between `.*`, ends and alternatives. */
const IDLE_GROUP = /(^|\.\*|\|)\((?:\?:)?([^()|\\]*)\)(?=$|\.\*(?![?*+{])|\|)/g;
const META = /[.^$*+?()[\]{}|\\]/;

/** Undefined where the expression is more than texts. Expressions that cannot be read are left to the engine, too. */
export function createSimpleTest(pattern: string, isLabel: boolean): TextTest | undefined {
  const folds = pattern.startsWith("(?i)");
  const body = folds ? pattern.slice(4) : pattern;
  const inner = (/^\((?:\?:)?([^()\\]*)\)$/.exec(body)?.[1] ?? body).replace(IDLE_GROUP, "$1$2");
  if (inner === "" || inner === ".*") return () => true;
  if (inner === ".+") return (text) => text !== "";
  const alternatives = readAlternatives(folds ? inner.toLowerCase() : inner);
  if (alternatives === undefined) return undefined;
  const searches = searchesOf(factor(alternatives), isLabel);
  if (searches === undefined) return undefined;
  const matches = ({ whole, text: wanted }: Search, text: string): boolean =>
    whole ? text === wanted : text.includes(wanted);
  const [only, ...others] = searches;
  if (only === undefined) return () => true;
  if (folds) {
    return (text) => {
      const lower = text.toLowerCase();
      return searches.some((search) => matches(search, lower));
    };
  }
  return others.length === 0 ? (text) => matches(only, text) : (text) => searches.some((one) => matches(one, text));
}

function readAlternatives(pattern: string): Alternative[] | undefined {
  const alternatives: Alternative[] = [];
  let [before, text, after] = [false, "", false];
  const end = (): void => {
    alternatives.push({ before, text, after });
    [before, text, after] = [false, "", false];
  };
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] as string;
    if (character === "|") end();
    else if (character === "." && pattern[at + 1] === "*") {
      if (/[?*+{]/.test(pattern[at + 2] ?? "") || after || (before && text === "")) return undefined;
      if (text === "") before = true;
      else after = true;
      at += 1;
    } else {
      const escaped = character === "\\";
      const literal = escaped ? pattern[at + 1] : character;
      if (literal === undefined || after) return undefined;
      if (escaped ? /[\p{L}\p{N}]/u.test(literal) : META.test(literal)) return undefined;
      if (escaped) at += 1;
      if (/[?*+{]/.test(pattern[at + 1] ?? "")) return undefined;
      text += literal;
    }
  }
  end();
  return alternatives;
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}

const isSingle = (one: Factored): boolean =>
  one === "class" || ("text" in one && !one.before && !one.after && [...one.text].length === 1);
const isEmpty = (one: Factored): boolean =>
  one !== "class" && "text" in one && !one.before && !one.after && one.text === "";

/** As Go's regexp/syntax: neighbours with a common beginning become one, and so do single characters and empty ones. */
function factor(alternatives: readonly Alternative[]): Factored[] {
  const factored: Factored[] = [];
  for (let start = 0; start < alternatives.length; ) {
    const first = alternatives[start] as Alternative;
    let prefix = first.before ? "" : first.text;
    let end = start + 1;
    for (; end < alternatives.length; end += 1) {
      const next = alternatives[end] as Alternative;
      const common = next.before ? "" : commonPrefix(prefix, next.text);
      if (common === "") break;
      prefix = common;
    }
    if (end === start + 1) factored.push(first);
    else {
      const rest = alternatives.slice(start, end).map((one) => ({ ...one, text: one.text.slice(prefix.length) }));
      // A `.*` behind the text now stands alone; it is the same on either side of nothing.
      factored.push({ prefix, rest: factor(rest) });
    }
    start = end;
  }
  const collapsed: Factored[] = [];
  for (const one of factored) {
    const last = collapsed.at(-1);
    if (last !== undefined && isSingle(last) && isSingle(one)) collapsed[collapsed.length - 1] = "class";
    else if (last === undefined || !isEmpty(last) || !isEmpty(one)) collapsed.push(one);
  }
  return collapsed;
}

function searchesOf(factored: readonly Factored[], isLabel: boolean): Search[] | undefined {
  const searches: Search[] = [];
  for (const one of factored) {
    if (one === "class") return undefined;
    if ("prefix" in one) {
      const texts = textsOf(one.prefix, one.rest);
      if (texts === undefined) return undefined;
      searches.push(...texts.map((text) => ({ whole: false, text })));
    } else if (one.text === "") {
      // Nothing to look for, next to alternatives that have: Loki looks for these alone.
    } else searches.push({ whole: isLabel && !one.before && !one.after, text: one.text });
  }
  return searches;
}

/** What a common beginning and its continuations look for. */
function textsOf(prefix: string, rest: readonly Factored[]): string[] | undefined {
  const texts: string[] = [];
  for (const one of rest) {
    if (one === "class") return undefined;
    if ("prefix" in one) {
      const longer = textsOf(prefix + one.prefix, one.rest);
      if (longer === undefined) return undefined;
      texts.push(...longer);
    } else texts.push(prefix + one.text);
  }
  return texts;
}
