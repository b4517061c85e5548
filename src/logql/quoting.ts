const UNQUOTED: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.)|$)/gsu;

/** The text that a literal in double quotes or backquotes means, as in Go; undefined where it is none. */
export function unquote(literal: string): string | undefined {
  const quote = literal[0];
  if (literal.length < 2 || literal.at(-1) !== quote) return undefined;
  const body = literal.slice(1, -1);
  if (quote === "`") return body;
  if (!body.includes("\\")) return body;
  // Bytes above 0x7f that `\xNN` writes may be parts of one character: gathered as Latin-1 and decoded at the end.
  let valid = true;
  const parts: Buffer[] = [];
  let end = 0;
  for (const match of body.matchAll(ESCAPE)) {
    const [whole, hex, short, long, octal, simple] = match;
    parts.push(Buffer.from(body.slice(end, match.index)));
    end = match.index + whole.length;
    if (hex !== undefined) parts.push(Buffer.of(Number.parseInt(hex, 16)));
    else if (octal !== undefined && Number.parseInt(octal, 8) < 256) parts.push(Buffer.of(Number.parseInt(octal, 8)));
    else if (short !== undefined || long !== undefined) {
      const point = Number.parseInt(short ?? long ?? "", 16);
      if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) valid = false;
      else parts.push(Buffer.from(String.fromCodePoint(point)));
    } else {
      const character = simple === undefined ? undefined : UNQUOTED[simple];
      if (character === undefined) valid = false;
      else parts.push(Buffer.from(character));
    }
  }
  parts.push(Buffer.from(body.slice(end)));
  return valid ? Buffer.concat(parts).toString() : undefined;
}
