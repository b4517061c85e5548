import { compilePattern, expandReplacement, type Pattern, PatternError, replaceMatches } from "../../re2/index.ts";

const compileError = (error: unknown): string => (error instanceof PatternError ? error.message : String(error));

export function matches(pattern: string, text: string): boolean {
  return compilePattern(pattern).test(text);
}

/** Every match replaced by a text with `$1`. Throws an error in the words of Go's MustCompile. */
export function replaceAll(pattern: string, replacement: string, text: string): string {
  let compiled: Pattern;
  try {
    compiled = compilePattern(pattern);
  } catch (error) {
    throw new Error(`regexp: Compile(\`${pattern}\`): ${compileError(error)}`, { cause: error });
  }
  return replaceMatches(compiled, text, (match) => expandReplacement(replacement, match, compiled));
}
