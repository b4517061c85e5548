import type { Match, Pattern } from "./pattern.ts";

const REFERENCE = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;
/** A leading zero makes it a name, which no group has. */
const NUMBER = /^(?:0|[1-9][0-9]{0,8})$/;

/** `$1`, `$name`, `${name}` and `$$` filled in as Go's Regexp.Expand does. A group that is not there, or took no part, is nothing. */
export function expandReplacement(replacement: string, { groups }: Match, { groupNames }: Pattern): string {
  if (!replacement.includes("$")) return replacement;
  return replacement.replace(REFERENCE, (_, bare?: string, braced?: string) => {
    const name = bare ?? braced;
    if (name === undefined) return "$";
    const index = NUMBER.test(name)
      ? Number(name)
      : groupNames.findIndex((one, group) => one === name && groups[group] !== undefined);
    return groups[index] ?? "";
  });
}

/** Every match replaced, as by Go's Regexp.ReplaceAllStringFunc: an empty match right behind another one does not count. */
export function replaceMatches(pattern: Pattern, text: string, replacementOf: (match: Match) => string): string {
  let replaced = "";
  let copied = 0;
  for (let from = 0; from <= text.length; ) {
    const match = pattern.find(text, from);
    if (match === undefined) break;
    replaced += text.slice(copied, match.start);
    if (match.end > copied || match.start === 0) replaced += replacementOf(match);
    copied = match.end;
    const width = (text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
    from = Math.max(from + width, match.end);
  }
  return replaced + text.slice(copied);
}
