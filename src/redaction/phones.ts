import { named } from "./named.ts";
import { byPattern, quoteForNumber, type Rule, wordBefore } from "./rule.ts";

const digitsOf = (text: string): string => text.replace(/\D+/g, "");

/** As byPattern, for numbers: keeps JSON valid where a bare number is replaced. */
function numbers(pattern: RegExp, accept: (found: string) => boolean): Rule["find"] {
  return (text, claim) => {
    byPattern(pattern, accept)(text, (start, end) => {
      if (wordBefore(text, start)) return;
      const quote = quoteForNumber(text, start, end);
      claim(start, end, quote === undefined ? {} : { quote });
    });
  };
}

// A digit comes first in each pattern: engines skip to it quickly, and what stands before is looked at only then. The digits of a
// JSON escape such as \u0022 are no part of the number.
const INTERNATIONAL = /\+(?<![+_]\+|(?<!\\u[\dA-Fa-f]{3})\d\+)[1-9](?:[ .()\-\u00a0]{0,2}\d){6,14}(?![\w+])/g;
function isInternational(found: string): boolean {
  const digits = digitsOf(found);
  // Without a separator a plus sign and eight digits are as likely a number in a difference.
  return digits.length <= 15 && digits.length >= (digits.length === found.length - 1 ? 10 : 8);
}

export const findInternationalPhones: Rule["find"] = numbers(INTERNATIONAL, isInternational);

/** Any number after a word that says that it is one to call. */
export const createNamedPhones = (): Rule[] =>
  named(
    "phone",
    "phone,mobile,telephone,tel,cell,fax,whatsapp,handy,telefon,telefone,teléfono,téléphone,móvil,celular,cellulare".split(
      ",",
    ),
    "(?:[ _-]?(?:number|no\\.?|nr\\.?|nummer)|\\.)?",
    "[+(]?\\d[\\d .()/-]{5,20}\\d(?!\\w)",
    (found) => {
      const { length } = digitsOf(found);
      return length >= 7 && length <= 15;
    },
  );
