import { afterEscape, byPattern, type Claim, quoteForNumber, type Rule, wordBefore } from "./rule.ts";

const LOCAL_CODES = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9._%+'-]/.test(String.fromCharCode(code)) ? 1 : 0,
);
const MAX_LOCAL = 64;
const DOMAIN =
  /(?:[A-Za-z0-9\u00a1-\uffff](?:[A-Za-z0-9\u00a1-\uffff-]{0,61}[A-Za-z0-9\u00a1-\uffff])?\.){1,8}(?:[A-Za-z\u00a1-\uffff]{2,24}|xn--[a-z0-9]{2,40})(?![A-Za-z0-9])/y;
/** `logo@2x.png` is a file. */
const FILE_ENDINGS = /\.(?:png|jpe?g|gif|svg|webp|ico|css|scss|[cm]?[jt]sx?|json|html?|pdf|ya?ml)$/i;

function isInUserinfo(text: string, start: number): boolean {
  for (let at = start - 1; at >= 0 && start - at < 80; at--) {
    const character = text[at] as string;
    if (character === "/") return text[at - 1] === "/" && text[at - 2] === ":";
    if (!/[A-Za-z0-9._~%:!$&'()*+,;=-]/.test(character)) return false;
  }
  return false;
}

function findEmailAt(text: string, at: number, width: number, claim: Claim): void {
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL) {
    const code = text.charCodeAt(start - 1);
    if (code < 128 ? LOCAL_CODES[code] !== 1 : code < 0xa1) break;
    start--;
  }
  start = afterEscape(text, start, at);
  while (start < at && "'.%+-".includes(text[start] as string)) start++;
  if (start === at) return;
  DOMAIN.lastIndex = at + width;
  if (!DOMAIN.test(text)) return;
  const end = DOMAIN.lastIndex;
  const domain = text.slice(at + width, end);
  if (/^\d+\.\d+/.test(domain) || FILE_ENDINGS.test(domain)) return;
  // git@github.com:owner/name names a machine's account.
  if (text.slice(start, at) === "git" && (text[end] === ":" || text[end] === "/")) return;
  if (isInUserinfo(text, start)) return;
  claim(start, end);
}

export function findEmails(text: string, claim: Claim): void {
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) findEmailAt(text, at, 1, claim);
  for (let at = text.indexOf("%40"); at !== -1; at = text.indexOf("%40", at + 3)) findEmailAt(text, at, 3, claim);
}

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
/** North America: area and exchange never begin with 0 or 1. */
const NANP =
  /(?:\+?1[ .-]?)?(?:\([2-9]\d{2}\)[ .-]?[2-9]\d{2}[ .-]\d{4}|[2-9]\d{2}([.-])[2-9]\d{2}\1\d{4})(?![\w-]|\.\d)/g;
const NAMED =
  /((?:phone|mobile|telephone|\btel|\bcell|\bfax|whatsapp)(?:[ _-]?(?:number|no\.?|nr\.?))?\\{0,4}["']?(?: is)?\s{0,4}[:=#]?\s{0,4}\\{0,4}["']?)(?:\+|\(|\d)[\d .()/-]{5,20}\d(?!\w)/gi;

function isInternational(found: string): boolean {
  const digits = digitsOf(found);
  // Without a separator a plus sign and eight digits are as likely a number in a difference.
  return digits.length <= 15 && digits.length >= (digits.length === found.length - 1 ? 10 : 8);
}

export const findInternationalPhones: Rule["find"] = numbers(INTERNATIONAL, isInternational);

export function findNorthAmericanPhones(text: string, claim: Claim): void {
  NANP.lastIndex = 0;
  for (let match = NANP.exec(text); match !== null; match = NANP.exec(text)) {
    const before = text[match.index - 1] ?? " ";
    if (wordBefore(text, match.index) || "-._/#$".includes(before)) continue;
    claim(match.index, match.index + match[0].length);
  }
}

export const findNamedPhones: Rule["find"] = (text, claim) => {
  byPattern(NAMED, (found) => {
    const { length } = digitsOf(found);
    return length >= 7 && length <= 15;
  })(text, (start, end) => {
    const quote = quoteForNumber(text, start, end);
    claim(start, end, quote === undefined ? {} : { quote });
  });
};

/** Issuers' ranges (ISO/IEC 7812): without them one of ten ids of that length would pass the check digit. */
const CARD_ISSUERS: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:6011|65|64[4-9])/, [16]],
  [/^(?:36|38|30[0-5])/, [14]],
  [/^35(?:2[89]|[3-8])/, [16]],
  [/^62/, [16, 17, 18, 19]],
];

/** The check digit of payment cards (ISO/IEC 7812-1, Annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function isCard(found: string): boolean {
  const digits = digitsOf(found);
  if (/^(\d)\1+$/.test(digits)) return false;
  const issued = CARD_ISSUERS.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits));
  return issued && passesLuhn(digits);
}

const CARD =
  /\d(?<![.+_-]\d|(?<!\\u[\dA-Fa-f]{3})\d\d)(?:\d{12,18}|\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{3}([ -])\d{6}\2\d{4,5})(?![\w-]|\.\d)/g;

export function findCards(text: string, claim: Claim): void {
  CARD.lastIndex = 0;
  for (let match = CARD.exec(text); match !== null; match = CARD.exec(text)) {
    if (wordBefore(text, match.index) || !isCard(match[0])) continue;
    const quote = quoteForNumber(text, match.index, match.index + match[0].length);
    claim(match.index, match.index + match[0].length, quote === undefined ? {} : { quote });
  }
}

/** Lengths by country, from the SWIFT IBAN registry. */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18" +
    "GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15" +
    "OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30"
  )
    .match(/[A-Z]{2}\d{2}/g)
    ?.map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Checks the two check digits of an IBAN without spaces (ISO 7064 MOD 97-10). */
export function passesIbanCheck(iban: string): boolean {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

const IBAN_START = /[A-Z]{2}\d{2}/g;

export function findIbans(text: string, claim: Claim): void {
  IBAN_START.lastIndex = 0;
  for (let match = IBAN_START.exec(text); match !== null; match = IBAN_START.exec(text)) {
    const length = IBAN_LENGTHS.get(match[0].slice(0, 2));
    if (length === undefined || wordBefore(text, match.index)) continue;
    let iban = "";
    let end = match.index;
    while (iban.length < length && end < text.length) {
      const character = text[end] as string;
      if (/[A-Z0-9]/.test(character)) iban += character;
      else if (!((character === " " || character === "-") && iban.length % 4 === 0 && text[end - 1] !== character))
        break;
      end++;
    }
    if (iban.length === length && !/[A-Za-z0-9]/.test(text[end] ?? " ") && passesIbanCheck(iban))
      claim(match.index, end);
  }
}

const SSN = /\d(?<![._-]\d|(?<!\\u[\dA-Fa-f]{3})\d\d)\d{2}-\d{2}-\d{4}(?![\w-])/g;
const NAMED_SSN =
  /((?:\bssn|social security(?: (?:number|no\.?))?)\\{0,4}["']?(?: is)?\s{0,4}[:=#]?\s{0,4}\\{0,4}["']?)\d{3}[ -]?\d{2}[ -]?\d{4}(?!\w)/gi;

/** Numbers that the Social Security Administration never gives out. */
const isSsn = (found: string): boolean => {
  const digits = digitsOf(found);
  return !/^(?:000|666|9)|^\d{3}00|0000$/.test(digits);
};

const findPlainSsns = numbers(SSN, isSsn);
const findNamedSsns = byPattern(NAMED_SSN, isSsn);

export function findSsns(text: string, claim: Claim): void {
  findPlainSsns(text, claim);
  findNamedSsns(text, (start, end) => {
    const quote = quoteForNumber(text, start, end);
    claim(start, end, quote === undefined ? {} : { quote });
  });
}

const IPV4 = /\d(?<![._-]\d|(?<!\\u[\dA-Fa-f]{3})\d\d)\d{0,2}(?:\.\d{1,3}){3}(?![\w-]|\.\d)/g;
/** Only addresses that are given out to somebody: 2000::/3. */
const IPV6 = /[23][0-9a-fA-F]{3}(?<![\d_:.]....)(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])/g;

/** A public address. Private, loopback, link-local, shared and multicast ones name no person; x.y.0.0 is a version. */
function isPublicIpv4(found: string): boolean {
  const parts = found.split(".").map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  if (parts.some((part) => part > 255) || /(?:^|\.)0\d/.test(found)) return false;
  if (a === 0 || a === 10 || a === 127 || a >= 224 || (c === 0 && d === 0)) return false;
  if ((a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168) || (a === 169 && b === 254)) return false;
  return !(a === 100 && b >= 64 && b <= 127);
}

const VERSION_BEFORE = /(?:[A-Za-z0-9]\/|\bv(?:ersion)?[ .:=]{0,2}|[@^~])$/i;

export function findIpAddresses(text: string, claim: Claim): void {
  byPattern(IPV4, isPublicIpv4)(text, (start, end) => {
    if (!wordBefore(text, start) && !VERSION_BEFORE.test(text.slice(Math.max(0, start - 10), start))) claim(start, end);
  });
  byPattern(IPV6, (found) => {
    const groups = found.split(":");
    return found.includes("::") ? groups.filter((group) => group !== "").length >= 2 : groups.length === 8;
  })(text, (start, end) => {
    if (!wordBefore(text, start)) claim(start, end);
  });
}
