import { compilePattern, type Match, type Pattern } from "../../re2/index.ts";

const REFERENCE = /\$(?:\$|\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g;

/** The replacement with `$1`, `${name}` and `$$` in it replaced, as Go's Regexp.Expand. A group that is not there is nothing. */
export function expandReplacement(replacement: string, { groups }: Match, { groupNames }: Pattern): string {
  if (!replacement.includes("$")) return replacement;
  return replacement.replace(REFERENCE, (_whole, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return "$";
    return groups[/^\d+$/.test(name) ? Number(name) : groupNames.lastIndexOf(name)] ?? "";
  });
}

/** Every match replaced. An empty match right behind another one does not count. */
function replaceAll(source: string, text: string, replacementOf: (match: Match, pattern: Pattern) => string): string {
  const pattern = compilePattern(source);
  let replaced = "";
  let from = 0;
  let search = 0;
  for (let match = pattern.find(text); match !== undefined; ) {
    if (match.end > from || match.start > from || match.start === 0) {
      replaced += text.slice(from, match.start) + replacementOf(match, pattern);
      from = match.end;
    }
    search =
      match.end > match.start
        ? match.end
        : match.end + (String.fromCodePoint(text.codePointAt(match.end) ?? 0).length || 1);
    match = search <= text.length ? pattern.find(text, search) : undefined;
  }
  return replaced + text.slice(from);
}

export const regexReplaceAll = (source: string, text: string, replacement: string): string =>
  replaceAll(source, text, (match, pattern) => expandReplacement(replacement, match, pattern));

export const regexReplaceAllLiteral = (source: string, text: string, replacement: string): string =>
  replaceAll(source, text, () => replacement);

export function countMatches(source: string, text: string): number {
  let count = 0;
  replaceAll(source, text, () => {
    count += 1;
    return "";
  });
  return count;
}
