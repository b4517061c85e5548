/** Cuts a text into `count` pieces of about the same length (by default one for every 12 characters, 40 at most). */
export function splitText(text: string, count = Math.min(40, Math.ceil(text.length / 12))): string[] {
  // By code point, so that no piece ends inside a surrogate pair.
  const letters = Array.from(text);
  const pieces = Math.max(1, Math.min(count, letters.length));
  return Array.from({ length: letters.length === 0 ? 0 : pieces }, (_, index) =>
    letters
      .slice(Math.floor((index * letters.length) / pieces), Math.floor(((index + 1) * letters.length) / pieces))
      .join(""),
  );
}
