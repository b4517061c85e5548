import { compilePattern, type Match, type Pattern, PatternError } from "../../re2/index.ts";

const PLACEHOLDER = /\$(?:\$|(\w+)|\{(\w+)\})/g;

/** `$1`, `${name}` and `$$` in the replacement; what names no group is nothing. */
function expand(replacement: string, match: Match, groupNames: readonly string[]): string {
  return replacement.replaceAll(PLACEHOLDER, (whole, bare?: string, braced?: string) => {
    const name = bare ?? braced;
    if (name === undefined) return whole === "$$" ? "$" : whole;
    const index = /^\d+$/.test(name) ? Number(name) : groupNames.indexOf(name);
    return match.groups[index] ?? "";
  });
}

/** As Go's Regexp.ReplaceAllString. */
function replaceAll(pattern: Pattern, text: string, replacement: string): string {
  let result = "";
  let copied = 0;
  for (let from = 0; from <= text.length; ) {
    const match = pattern.find(text, from);
    if (match === undefined) break;
    result += text.slice(copied, match.start);
    // An empty match right behind another match does not count.
    if (match.end > copied || match.start === 0) result += expand(replacement, match, pattern.groupNames);
    copied = match.end;
    const width = (text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
    from = from + width > match.end ? from + width : match.end;
  }
  return result + text.slice(copied);
}

const compileError = (error: unknown): string => (error instanceof PatternError ? error.message : String(error));

export function matches(pattern: string, text: string): boolean {
  return compilePattern(pattern).test(text);
}

export function replaceMatches(pattern: string, replacement: string, text: string): string {
  let compiled: Pattern;
  try {
    compiled = compilePattern(pattern);
  } catch (error) {
    throw new Error(`regexp: Compile(\`${pattern}\`): ${compileError(error)}`, { cause: error });
  }
  return replaceAll(compiled, text, replacement);
}
