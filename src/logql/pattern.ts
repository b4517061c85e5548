/** Text that must stand there, or a capture: `<name>`, or `<_>` for what is not kept. */
type Part = { readonly text: string } | { readonly capture: string };

const CAPTURE = /<([A-Za-z_][A-Za-z0-9_]*)>/g;
const UNNAMED = "_";

function parseParts(expression: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of expression.matchAll(CAPTURE)) {
    if (match.index > end) parts.push({ text: expression.slice(end, match.index) });
    parts.push({ capture: match[1] as string });
    end = match.index + match[0].length;
  }
  if (end < expression.length) parts.push({ text: expression.slice(end) });
  if (parts.length === 0)
    throw new Error("parse error at line 1, col 1: syntax error: unexpected $end, expecting IDENTIFIER or LITERAL");
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1];
    if ("capture" in part && next !== undefined && "capture" in next)
      throw new Error(`found consecutive capture '<${part.capture}><${next.capture}>': invalid expression`);
  }
  return parts;
}

export type PatternMatcher = {
  readonly names: readonly string[];
  /** What the first so many names are in the line; a line that ends early leaves the rest out. */
  readonly capture: (line: string) => readonly string[];
};

/** Of `| pattern`. Throws an `Error` where the expression cannot be read. */
export function createPatternMatcher(expression: string): PatternMatcher {
  const parts = parseParts(expression);
  const names = parts.flatMap((part) => ("capture" in part && part.capture !== UNNAMED ? [part.capture] : []));
  if (names.length === 0) throw new Error("at least one capture is required");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`duplicate capture name (${twice}): invalid expression`);
  return {
    names,
    capture: (line) => {
      const captured: string[] = [];
      if (line === "") return captured;
      let from = 0;
      for (const [index, part] of parts.entries()) {
        if ("text" in part) {
          if (index > 0) continue;
          if (!line.startsWith(part.text)) return captured;
          from = part.text.length;
          continue;
        }
        const next = parts[index + 1];
        const end = next !== undefined && "text" in next ? line.indexOf(next.text, from) : -1;
        if (part.capture !== UNNAMED) captured.push(end < 0 ? line.slice(from) : line.slice(from, end));
        if (end < 0) return captured;
        from = end + (next as { text: string }).text.length;
      }
      return captured;
    },
  };
}

/** Of `|>`: whether the line is made as the expression says. Throws an `Error` where the expression cannot be read. */
export function createPatternTest(expression: string): (line: string) => boolean {
  if (expression === "") return (line) => line === "";
  const parts = parseParts(expression);
  for (const part of parts) {
    if ("capture" in part && part.capture !== UNNAMED)
      throw new Error(`named captures are not allowed: found '<${part.capture}>'`);
  }
  const endsOpen = "capture" in (parts.at(-1) as Part);
  return (line) => {
    if (line === "") return false;
    let from = 0;
    for (const [index, part] of parts.entries()) {
      if ("capture" in part) continue;
      const found = line.indexOf(part.text, from);
      // A capture of nothing is none.
      if (found < 0 || (index > 0 && found === from)) return false;
      from = found + part.text.length;
    }
    return endsOpen === from < line.length;
  };
}
