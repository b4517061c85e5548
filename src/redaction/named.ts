import { type Claim, claimNumber, lazyPattern, type Rule, wordBefore } from "./rule.ts";

const LINK =
  "\\\\{0,4}[\"'`”]?(?: is| was| are| ist| lautet| est| es| é| è|:)?\\s{0,3}[:=#]?\\s{0,3}\\\\{0,4}[\"'`“„«]?";

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
/** As it stands in a sentence, at its beginning, in a heading. */
function spellings(word: string): string[] {
  const forms = [word, capitalized(word), word.toUpperCase()];
  if (word.includes(" ")) forms.push(word.split(" ").map(capitalized).join(" "));
  if (word.endsWith(" id")) forms.push(...forms.map((form) => `${form.slice(0, -2)}ID`));
  return [...new Set(forms)];
}
/** The longest part of ASCII: anchors are that. */
const asciiPart = (word: string): string =>
  word.split(/[^ -~]+/).reduce((longest, part) => (part.length > longest.length ? part : longest), "");

/**
 * Rules for what nothing but a word before it gives away: "passport no. X1234567". A rule for each word, so that those that do not
 * occur cost nothing. `more` is what may follow the word, `value` what is claimed; its first group, if any, is all that is.
 */
export function named(
  kind: string,
  words: readonly string[],
  more: string,
  value: string,
  accept: (found: string) => boolean = () => true,
  flags = "y",
): Rule[] {
  const shape = lazyPattern(`${more}${LINK}(${value})`, flags);
  return words.map((word) => {
    const forms = spellings(word);
    const find = (text: string, claim: Claim): void => {
      const pattern = shape();
      for (const form of forms) {
        for (let at = text.indexOf(form); at !== -1; ) {
          let next = at + form.length;
          pattern.lastIndex = next;
          const match = wordBefore(text, at) ? null : pattern.exec(text);
          const found = match?.[1] ?? "";
          if (found !== "" && accept(found)) {
            next = pattern.lastIndex;
            claimNumber(text, next - found.length, next, claim, kind);
          }
          at = text.indexOf(form, next);
        }
      }
    };
    const anchors = [...new Set(forms.map(asciiPart))];
    // A word of another script has no anchor of its own; what it tells of has digits.
    return { kind, anchors: anchors.includes("") ? ["1", "2"] : anchors, find };
  });
}
