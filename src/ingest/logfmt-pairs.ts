/** Reads a bare word: up to a space, a quote, an equals sign or the end. */
function wordEnd(line: string, from: number): number {
  let at = from;
  while (at < line.length && (line[at] as string) > " " && line[at] !== "=" && line[at] !== '"') at += 1;
  return at;
}

/** Where the quote that opens at `from` closes; undefined where it does not. */
function quoteEnd(line: string, from: number): number | undefined {
  for (let at = from + 1; at < line.length; at += 1) {
    if (line[at] === "\\") at += 1;
    else if (line[at] === '"') return at;
  }
  return undefined;
}

const endsWord = (character: string | undefined): boolean => character === undefined || character <= " ";

/**
 * Calls `visit` with keys and values until it answers false or something comes that is no logfmt. Escapes stay as they
 * are.
 */
export function visitLogfmt(line: string, visit: (key: string, value: string) => boolean): void {
  let at = 0;
  while (at < line.length) {
    if ((line[at] as string) <= " ") {
      at += 1;
      continue;
    }
    const keyEnd = wordEnd(line, at);
    const key = line.slice(at, keyEnd);
    let value = "";
    at = keyEnd;
    if (key.includes("\ufffd")) return;
    if (line[at] === "=") {
      if (key === "") return;
      at += 1;
      if (line[at] === '"') {
        const close = quoteEnd(line, at);
        if (close === undefined) return;
        value = line.slice(at + 1, close);
        at = close + 1;
      } else {
        const end = wordEnd(line, at);
        if (!endsWord(line[end])) return;
        value = line.slice(at, end);
        at = end;
      }
    } else if (!endsWord(line[at])) return;
    if (!visit(key, value)) return;
  }
}
