const HEX = /^[0-9a-fA-F]{1,6}$/;

function codePoint(text: string): string | undefined {
  if (!HEX.test(text)) return undefined;
  const code = Number.parseInt(text, 16);
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : String.fromCodePoint(code);
}

/**
 * A label's name from the path: percent-decoded and, where it begins with `U__`, with `_2e_` for a character and `__` for `_`, as
 * Prometheus escapes names that are no identifiers. Undefined where it is no UTF-8. What is escaped wrongly stays as it is.
 */
export function unescapeName(encoded: string): string | undefined {
  let name: string;
  try {
    name = decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
  if (!name.startsWith("U__")) return name;
  const parts = name.slice("U__".length).split("_");
  let text = parts[0] ?? "";
  for (let index = 1; index < parts.length; index += 2) {
    const between = parts[index];
    const after = parts[index + 1];
    if (between === undefined || after === undefined) return name;
    const char = between === "" ? "_" : codePoint(between);
    if (char === undefined) return name;
    text += char + after;
  }
  return text;
}
