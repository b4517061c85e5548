import { isPrintable } from "../gotext/index.ts";

const HTML: Readonly<Record<string, string>> = {
  "\0": "\ufffd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

export const escapeHtml = (text: string): string => text.replaceAll(/[\0"'&<>]/g, (character) => HTML[character] ?? "");

const SCRIPT: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};

export function escapeScript(text: string): string {
  let escaped = "";
  for (const character of text) {
    const known = SCRIPT[character];
    const code = character.codePointAt(0) ?? 0;
    if (known !== undefined) escaped += known;
    else if ((code >= 0x20 && code < 0x80) || (code >= 0x80 && isPrintable(character))) escaped += character;
    else escaped += `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
  }
  return escaped;
}

/** As Go's url.QueryEscape: a space is a plus. */
export function escapeQuery(text: string): string {
  const wellFormed = text.toWellFormed();
  return encodeURIComponent(wellFormed)
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}
