const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  "'": "'",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(.)|$)/gs;

/** The text inside the quotes of a logfmt value with escapes; undefined where they are wrong. */
export function unescapeQuoted(body: string): string | undefined {
  let valid = true;
  const unescaped = body.replace(ESCAPE, (_whole, hex?: string, simple?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const character = simple === undefined ? undefined : ESCAPES[simple];
    if (character === undefined) valid = false;
    return character ?? "";
  });
  // A surrogate without its other half is no character.
  return valid ? unescaped.toWellFormed() : undefined;
}
