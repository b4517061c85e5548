const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.)|$)/gsu;

/** What stands between two quotes, as bytes, because escapes may write single bytes of a character. */
function readEscapes(body: string, mark: string, takesSurrogates = false): Buffer | undefined {
  const pieces: Buffer[] = [];
  let from = 0;
  const copy = (to: number): boolean => {
    const text = body.slice(from, to);
    pieces.push(Buffer.from(text));
    return !text.includes(mark);
  };
  for (const match of body.matchAll(ESCAPE)) {
    if (!copy(match.index)) return undefined;
    from = match.index + match[0].length;
    const [, hexByte, octal, short, long, simple = ""] = match;
    if (hexByte !== undefined || octal !== undefined) {
      const byte = hexByte === undefined ? Number.parseInt(octal ?? "", 8) : Number.parseInt(hexByte, 16);
      if (byte > 255) return undefined;
      pieces.push(Buffer.of(byte));
    } else if (short !== undefined || long !== undefined) {
      const code = Number.parseInt(short ?? long ?? "", 16);
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000 && !takesSurrogates)) return undefined;
      pieces.push(Buffer.from(String.fromCodePoint(code)));
    } else {
      const character = simple === mark ? mark : SIMPLE[simple];
      if (character === undefined) return undefined;
      pieces.push(Buffer.from(character));
    }
  }
  return copy(body.length) ? Buffer.concat(pieces) : undefined;
}

function readQuoted(body: string, mark: string, takesSurrogates = false): string | undefined {
  if (body.includes("\n")) return undefined;
  if (!body.includes("\\") && !body.includes(mark)) return body;
  return readEscapes(body, mark, takesSurrogates)?.toString();
}

/** What the literal holds, and its quotes; undefined where they are not a pair. */
function split(literal: string): readonly [body: string, mark: string] | undefined {
  const mark = literal[0] ?? "";
  if (literal.length < 2 || literal.at(-1) !== mark) return undefined;
  const body = literal.slice(1, -1);
  return mark === "`" && body.includes("`") ? undefined : [body, mark];
}

/** As Go's strconv.Unquote reads a text in double quotes or backquotes; undefined where it is none. */
export function unquote(literal: string): string | undefined {
  const [body = "", mark] = split(literal) ?? [];
  if (mark === "`") return body.replaceAll("\r", "");
  return mark === '"' ? readQuoted(body, mark) : undefined;
}

/**
 * As the servers read PromQL and LogQL: single quotes are double quotes, raw text keeps its carriage returns, and half of a surrogate pair is
 * a replacement character.
 */
export function unquotePrometheus(literal: string): string | undefined {
  const [body = "", mark] = split(literal) ?? [];
  if (mark === "`") return body;
  return mark === '"' || mark === "'" ? readQuoted(body, mark, true) : undefined;
}

/** The code of a character in single quotes; undefined where it is not one character. */
export function unquoteCharacter(literal: string): number | undefined {
  const body = literal.slice(1, -1);
  const bytes = readEscapes(body, "'");
  // A byte alone is a character of that code.
  if (bytes?.length === 1) return bytes[0];
  const [character, more] = bytes?.toString() ?? "";
  return more === undefined ? character?.codePointAt(0) : undefined;
}
