import { isMonthDay, remainder97, weighted } from "./checksums.ts";

/** A word of capital letters and digits that a state gives to persons. */
export type WordShape = { readonly kind: string; readonly pattern: RegExp; readonly check?: (word: string) => boolean };

const digitAt = (word: string, at: number): number => word.charCodeAt(at) - 48;
const letterAt = (word: string, at: number): number => word.charCodeAt(at) - 65;

const DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
const dni = (word: string): boolean => {
  const number = word.slice(0, -1).replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)));
  return DNI_LETTERS[Number(number.replace("-", "")) % 23] === word.at(-1);
};

/** What a character counts at an odd place of an Italian fiscal code: of `0` and `A`, `1` and `B`, … */
const ODD_VALUES = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
const fiscalCode = (word: string): boolean => {
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const value = word.charCodeAt(i) < 58 ? digitAt(word, i) : letterAt(word, i);
    sum += i % 2 === 0 ? (ODD_VALUES[value] as number) : value;
  }
  return sum % 26 === letterAt(word, 15);
};

const CURP_CHARACTERS = "0123456789ABCDEFGHIJKLMN?OPQRSTUVWXYZ";
const curp = (word: string): boolean => {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += CURP_CHARACTERS.indexOf(word[i] as string) * (18 - i);
  return (10 - (sum % 10)) % 10 === digitAt(word, 17);
};

const TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO";
const taiwanese = (word: string): boolean => {
  const letter = TW_LETTERS.indexOf(word[0] as string) + 10;
  return (
    (Math.floor(letter / 10) + (letter % 10) * 9 + weighted(word.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0
  );
};

const singaporean = (word: string): boolean => {
  const letter = word[0] as string;
  const offset = letter === "T" || letter === "G" ? 4 : letter === "M" ? 3 : 0;
  const rest = (weighted(word.slice(1), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
  const letters = "ST".includes(letter) ? "JZIHGFEDCBA" : letter === "M" ? "KLJNPQRTUWX" : "XWUTRQPNMLK";
  return letters[letter === "M" ? 10 - rest : rest] === word[8];
};

const irish = (word: string): boolean => {
  const second = word.length === 9 ? (letterAt(word, 8) + 1) * 9 : 0;
  const rest = (weighted(word, [8, 7, 6, 5, 4, 3, 2]) + second) % 23;
  return "WABCDEFGHIJKLMNOPQRSTUV"[rest] === word[7];
};

const pension = (word: string): boolean => {
  const letter = letterAt(word, 8) + 1;
  const digits = word.slice(0, 8) + String(letter).padStart(2, "0") + word.slice(9, 11);
  let sum = 0;
  for (let i = 0; i < 12; i++) {
    const product = digitAt(digits, i) * ([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1][i] as number);
    sum += Math.floor(product / 10) + (product % 10);
  }
  return sum % 10 === digitAt(word, 11);
};

const corsican = (word: string): boolean =>
  97 - remainder97(word.slice(0, 13).replace("2A", "19").replace("2B", "18")) === Number(word.slice(13));

const resident = (word: string): boolean =>
  weighted(word, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11 === 2 &&
  isMonthDay(Number(word.slice(10, 12)), Number(word.slice(12, 14)));

/** By the length of the word. */
export const NATIONAL_WORDS: ReadonlyMap<number, readonly WordShape[]> = new Map<number, readonly WordShape[]>([
  [8, [{ kind: "ie_pps", pattern: /^\d{7}[A-W]$/, check: irish }]],
  [
    9,
    [
      { kind: "es_dni", pattern: /^[\dXYZ]\d{7}[A-Z]$/, check: dni },
      { kind: "uk_nino", pattern: /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/ },
      { kind: "sg_nric", pattern: /^[STFGM]\d{7}[A-Z]$/, check: singaporean },
      { kind: "ie_pps", pattern: /^\d{7}[A-W][A-IW]$/, check: irish },
    ],
  ],
  [
    10,
    [
      { kind: "in_pan", pattern: /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/ },
      { kind: "tw_id", pattern: /^[A-Z][1289]\d{8}$/, check: taiwanese },
    ],
  ],
  [12, [{ kind: "de_pension_number", pattern: /^\d{8}[A-Z]\d{3}$/, check: pension }]],
  [15, [{ kind: "fr_nir", pattern: /^[12]\d{4}2[AB]\d{8}$/, check: corsican }]],
  [
    16,
    [
      {
        kind: "it_fiscal_code",
        pattern: /^[A-Z]{6}[\dLMNPQRSTUV]{2}[ABCDEHLMPRST][\dLMNPQRSTUV]{2}[A-Z][\dLMNPQRSTUV]{3}[A-Z]$/,
        check: fiscalCode,
      },
    ],
  ],
  [
    18,
    [
      { kind: "mx_curp", pattern: /^[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d$/, check: curp },
      { kind: "cn_resident_id", pattern: /^[1-8]\d{16}X$/, check: resident },
    ],
  ],
]);
