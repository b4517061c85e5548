import { isMonthDay } from "./checksums.ts";
import { isGeoNumber } from "./location.ts";
import { isPublicIpv4, isVersion } from "./network.ts";

/** Numbers with letters in them, or of groups of any length: what a table of lengths cannot hold. */
type Special = {
  readonly kind: string;
  readonly pattern: RegExp;
  /** The lengths that the first word may have. */
  readonly lengths: readonly number[];
  /** What follows the first word. */
  readonly next: string;
  readonly accept: (found: string, text: string, start: number) => boolean;
};

const HETU_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY";
const hetu = (found: string, text: string, start: number): boolean =>
  // Where the check is a digit, other numbers look the same.
  (/\D$/.test(found) || /hetu|henkil|finn/i.test(text.slice(Math.max(0, start - 40), start))) &&
  isMonthDay(Number(found.slice(2, 4)), Number(found.slice(0, 2))) &&
  HETU_CHECK[Number(found.slice(0, 6) + found.slice(7, 10)) % 31] === found[10];

const rut = (found: string): boolean => {
  const [body = "", check = ""] = found.replaceAll(".", "").split("-");
  let sum = 0;
  for (let i = 0; i < body.length; i++) sum += Number(body[body.length - 1 - i]) * ((i % 6) + 2);
  return "0K987654321"[sum % 11] === check.toUpperCase();
};

const spanish = (found: string): boolean => "TRWAGMYFPDXBNJZSQVHLCKE"[Number(found.slice(0, 8)) % 23] === found.at(-1);

const hongKong = (found: string): boolean => {
  const letters = found.replace(/\d.*/, "");
  const digits = found.replace(/\D/g, "").slice(0, 6);
  const values = [letters.length === 2 ? letters.charCodeAt(0) - 55 : 36, letters.charCodeAt(letters.length - 1) - 55];
  let sum = (values[0] as number) * 9 + (values[1] as number) * 8;
  for (let i = 0; i < 6; i++) sum += Number(digits[i]) * (7 - i);
  const check = found.at(-2) === "A" ? 10 : Number(found.at(-2));
  return (sum + check) % 11 === 0;
};

const YES = (): boolean => true;

const SPECIALS: readonly Special[] = [
  {
    kind: "fi_hetu",
    next: "-+ABCDEFUVWXY",
    lengths: [6, 11],
    pattern: /\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y](?![\w-])/y,
    accept: hetu,
  },
  { kind: "cl_rut", next: ".", lengths: [1, 2], pattern: /\d{1,2}\.\d{3}\.\d{3}-[\dkK](?![\w-])/y, accept: rut },
  {
    kind: "cl_rut",
    next: "-",
    lengths: [7, 8],
    pattern: /\d{7,8}-[\dkK](?![\w-])/y,
    accept: (found, text, start) => rut(found) && /\bru[tn]\b/i.test(text.slice(Math.max(0, start - 30), start)),
  },
  { kind: "es_dni", next: "-", lengths: [8], pattern: /\d{8}-[A-Z](?![\w-])/y, accept: spanish },
  { kind: "hk_id", next: "(", lengths: [7, 8], pattern: /[A-Z]{1,2}\d{6}\([\dA]\)/y, accept: hongKong },
  { kind: "de_pension_number", next: " ", lengths: [2], pattern: /\d{2} \d{6} [A-Z] \d{3}(?![\w-])/y, accept: YES },
  {
    kind: "geo_location",
    next: ".°",
    lengths: [1, 2, 3],
    pattern:
      /\d{1,3}(?:\.\d{1,8})?°[ ]?(?:\d{1,2}(?:\.\d{1,4})?['′’][ ]?(?:\d{1,2}(?:\.\d{1,4})?(?:["″”]|''|\\+")[ ]?)?)?[NSEWO](?![A-Za-z])/y,
    accept: YES,
  },
  {
    kind: "geo_location",
    next: ".",
    lengths: [1, 2, 3],
    pattern: /\d{1,3}\.\d{3,15}(?![\w%°]|\.\d| ?(?:m?s|[uµ]s|sec|kB|MB|GB)\b)/y,
    accept: isGeoNumber,
  },
  {
    kind: "ip_address",
    next: ".",
    lengths: [1, 2, 3],
    pattern: /\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)/y,
    accept: (found, text, start) =>
      isPublicIpv4(found) && !"._-".includes(text[start - 1] ?? " ") && !isVersion(found, text, start),
  },
];

const BY_LENGTH: readonly (readonly Special[])[] = Array.from({ length: 12 }, (_, length) =>
  SPECIALS.filter(({ lengths }) => lengths.includes(length)),
);

const NONE: readonly Special[] = [];

const NINO = /\d{2} \d{2} \d{2} [A-D](?![\w-])/y;
const NINO_HEAD = /(?<![\w-])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] $/;

/** What begins with the word text[start, end), if it is one of these. */
export function specialNumber(
  text: string,
  start: number,
  end: number,
): { readonly kind: string; readonly start: number; readonly end: number } | undefined {
  const length = end - start;
  const next = text[end] ?? "\0";
  for (const { kind, pattern, next: follows, accept } of BY_LENGTH[length] ?? NONE) {
    if (!follows.includes(next) && length < 9) continue;
    pattern.lastIndex = start;
    if (pattern.test(text) && accept(text.slice(start, pattern.lastIndex), text, start)) {
      const sign = kind === "geo_location" && "-+".includes(text[start - 1] ?? " ") ? 1 : 0;
      return { kind, start: start - sign, end: pattern.lastIndex };
    }
  }
  if (length === 2 && text[end] === " ") {
    NINO.lastIndex = start;
    if (NINO.test(text) && NINO_HEAD.test(text.slice(Math.max(0, start - 4), start)))
      return { kind: "uk_nino", start: start - 3, end: NINO.lastIndex };
  }
  return undefined;
}

export const SPECIAL_KINDS: readonly string[] = ["uk_nino", ...SPECIALS.map(({ kind }) => kind)];
