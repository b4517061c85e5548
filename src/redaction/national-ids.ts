import { isMonthDay, passesLuhn, passesMod1110, passesVerhoeff, remainder97, weighted } from "./checksums.ts";

/**
 * A number of digits that a state gives to persons. `shapes` are the lengths of its groups and what separates them; where the check
 * is weak (one number of ten passes it) the digits count only after a word that says what they are.
 */
export type NumberShape = {
  readonly kind: string;
  readonly shapes: string;
  readonly check: (digits: string) => boolean;
  readonly after?: RegExp;
};

const at = (digits: string, ...places: readonly number[]): number =>
  Number(places.map((place) => digits[place]).join(""));
const yymmdd = (digits: string): boolean => isMonthDay(at(digits, 2, 3), at(digits, 4, 5));
const ddmmyy = (digits: string): boolean => isMonthDay(at(digits, 2, 3), at(digits, 0, 1));
const last = (digits: string): number => at(digits, digits.length - 1);
const varied = (digits: string): boolean => !/^(\d)\1+$/.test(digits);

const nhs = (digits: string): boolean =>
  (11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === last(digits);
const bsn = (digits: string): boolean => weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
const pesel = (digits: string): boolean =>
  (10 - (weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === last(digits) &&
  isMonthDay(at(digits, 2, 3) % 20, at(digits, 4, 5));
const mod11 = (digits: string, weights: readonly number[]): number => {
  const rest = 11 - (weighted(digits, weights) % 11);
  return rest >= 10 ? 0 : rest;
};
const cpf = (digits: string): boolean =>
  mod11(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) === at(digits, 9) &&
  mod11(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === at(digits, 10);
const cnpj = (digits: string): boolean =>
  mod11(digits, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) === at(digits, 12) &&
  mod11(digits, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) === at(digits, 13);
/** No row of years, and none of powers of two. */
const aadhaar = (digits: string): boolean =>
  /^[2-9]/.test(digits) && !/^(?:(?:19|20)\d\d){3}$|^2048|4096|8192/.test(digits) && passesVerhoeff(digits);
const nir = (digits: string): boolean =>
  /^[12378]\d\d(?:0[1-9]|1[0-2]|[2-9]\d)/.test(digits) &&
  97 - remainder97(digits.slice(0, 13)) === Number(digits.slice(13));
const cnId = (digits: string): boolean =>
  /^[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])/.test(digits) &&
  String(weighted(digits, CN_WEIGHTS) % 11) === String((12 - last(digits)) % 11);
const CN_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const myNumber = (digits: string): boolean => {
  const rest = weighted(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest <= 1 ? 0 : 11 - rest) === last(digits);
};
const fnr = (digits: string): boolean =>
  isMonthDay(at(digits, 2, 3) % 40, at(digits, 0, 1) % 40) &&
  weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
  weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
const belgian = (digits: string): boolean => {
  const check = Number(digits.slice(9));
  const number = digits.slice(0, 9);
  return yymmdd(digits) && (97 - remainder97(number) === check || 97 - remainder97(`2${number}`) === check);
};
const ahv = (digits: string): boolean =>
  digits.startsWith("756") &&
  (10 - (weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === last(digits);
const svnr = (digits: string): boolean =>
  weighted(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === at(digits, 3) &&
  isMonthDay(at(digits, 6, 7) % 20, at(digits, 4, 5));
const nif = (digits: string): boolean => mod11(digits, [9, 8, 7, 6, 5, 4, 3, 2]) === last(digits);
const tfn = (digits: string): boolean => weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0;
const za = (digits: string): boolean => yymmdd(digits) && passesLuhn(digits);
const tr = (digits: string): boolean => {
  const odd = at(digits, 0) + at(digits, 2) + at(digits, 4) + at(digits, 6) + at(digits, 8);
  const even = at(digits, 1) + at(digits, 3) + at(digits, 5) + at(digits, 7);
  const sum = odd + even + at(digits, 9);
  return digits[0] !== "0" && (((odd * 7 - even) % 10) + 10) % 10 === at(digits, 9) && sum % 10 === at(digits, 10);
};
const thai = (digits: string): boolean =>
  (11 - (weighted(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === last(digits);
const cuit = (digits: string): boolean => {
  const rest = 11 - (weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return /^(?:2[03457]|3[034])/.test(digits) && (rest === 11 ? 0 : rest === 10 ? 9 : rest) === last(digits);
};
const cnp = (digits: string): boolean => {
  const rest = weighted(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
  return isMonthDay(at(digits, 3, 4), at(digits, 5, 6)) && (rest === 10 ? 1 : rest) === last(digits);
};
const czech = (digits: string): boolean =>
  isMonthDay((at(digits, 2, 3) % 50) % 20, at(digits, 4, 5)) && Number(digits) % 11 === 0;
const routing = (digits: string): boolean => weighted(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0;
/** Numbers that the Social Security Administration never gives out. */
export const isSsn = (digits: string): boolean => !/^(?:000|666|9)|^\d{3}00|0000$/.test(digits);

const TAX_WORDS = /\b(?:tax|steuer|fiscal|tin|nif|tfn|idnr)/i;

/** In each shape, a digit is the length of a group. */
export const NATIONAL_NUMBERS: readonly NumberShape[] = [
  { kind: "ssn", shapes: "3-2-4", check: isSsn },
  { kind: "ssn", shapes: "3 2 4|9", check: isSsn, after: /\bssn|social security/i },
  { kind: "us_itin", shapes: "3-2-4", check: (digits) => /^9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])/.test(digits) },
  { kind: "us_ein", shapes: "2-7|9", check: varied, after: /\bein\b|employer id/i },
  { kind: "uk_nhs_number", shapes: "3 3 4|3-3-4|10", check: (d) => varied(d) && nhs(d), after: /\bnhs\b|patient/i },
  { kind: "de_tax_id", shapes: "11|2 3 3 3", check: passesMod1110, after: TAX_WORDS },
  { kind: "fr_nir", shapes: "15|1 2 2 2 3 3 2|13 2", check: nir },
  {
    kind: "nl_bsn",
    shapes: "9|4 2 3|4.2.3|3 3 3",
    check: (d) => varied(d) && bsn(d),
    after: /\bbsn\b|burgerservice|sofi/i,
  },
  { kind: "pl_pesel", shapes: "11", check: pesel, after: /pesel/i },
  { kind: "br_cpf", shapes: "3.3.3-2", check: (d) => varied(d) && cpf(d) },
  { kind: "br_cpf", shapes: "11|9-2", check: (d) => varied(d) && cpf(d), after: /\bcpf\b/i },
  { kind: "br_cnpj", shapes: "2.3.3/4-2", check: cnpj },
  { kind: "br_cnpj", shapes: "14", check: cnpj, after: /\bcnpj\b/i },
  { kind: "in_aadhaar", shapes: "4 4 4|4-4-4", check: aadhaar },
  { kind: "in_aadhaar", shapes: "12", check: aadhaar, after: /aadha+r|uidai/i },
  { kind: "cn_resident_id", shapes: "18", check: cnId },
  {
    kind: "kr_rrn",
    shapes: "6-7",
    check: (digits) => yymmdd(digits) && /^\d{6}[1-8]/.test(digits),
  },
  {
    kind: "jp_my_number",
    shapes: "12|4 4 4|4-4-4",
    check: (d) => varied(d) && myNumber(d),
    after: /my ?number|マイナンバー|個人番号/i,
  },
  { kind: "se_personnummer", shapes: "6-4", check: (digits) => yymmdd(digits) && passesLuhn(digits) },
  {
    kind: "se_personnummer",
    shapes: "8-4",
    check: (digits) => yymmdd(digits.slice(2)) && /^(?:19|20)/.test(digits) && passesLuhn(digits.slice(2)),
  },
  { kind: "dk_cpr", shapes: "6-4|10", check: ddmmyy, after: /\bcpr\b|personnummer/i },
  { kind: "no_fnr", shapes: "6 5", check: fnr },
  { kind: "no_fnr", shapes: "11", check: fnr, after: /fødsels|fodsels|personnummer|\bfnr\b|national/i },
  { kind: "be_rrn", shapes: "2.2.2-3.2", check: belgian },
  { kind: "be_rrn", shapes: "11|6-3-2|6 3 2", check: belgian, after: /rijksregister|national|insz|niss/i },
  { kind: "ch_ahv", shapes: "3.4.4.2|13", check: ahv },
  { kind: "at_svnr", shapes: "4 6|10", check: svnr, after: /\bsv|sozialvers|versicherungsn|social/i },
  { kind: "pt_nif", shapes: "9|3 3 3", check: nif, after: /\bnif\b|contribuinte/i },
  {
    kind: "ca_sin",
    shapes: "3 3 3|3-3-3|9",
    check: (d) => varied(d) && passesLuhn(d),
    after: /\bsin\b|social insurance|\bnas\b/i,
  },
  { kind: "au_tfn", shapes: "3 3 3|9", check: (d) => varied(d) && tfn(d), after: /\btfn\b|tax file/i },
  { kind: "za_id", shapes: "13|6 4 3", check: za, after: /\bid\b|identity/i },
  { kind: "tr_id", shapes: "11", check: tr, after: /kimlik|tckn|\bt\.?c\.?\b|vatanda/i },
  { kind: "th_id", shapes: "1-4-5-2-1", check: thai },
  { kind: "ar_cuit", shapes: "2-8-1", check: cuit },
  { kind: "ro_cnp", shapes: "13", check: cnp, after: /\bcnp\b|cod numeric/i },
  { kind: "cz_birth_number", shapes: "6/4", check: czech },
  { kind: "bank_account", shapes: "9", check: routing, after: /routing|\baba\b|\brtn\b/i },
  {
    kind: "bank_account",
    shapes: "6|7|8|9|10|11|12|13|14|4 4|4 4 2",
    check: varied,
    after:
      /(?:\bacc(?:oun)?t(?:[ _-]?(?:no\.?|number|nr\.?))|account ?#|kontonummer|konto-nr|numéro de compte|número de cuenta|rekeningnummer)\W{0,6}(?:is |ist |was )?\W{0,4}$/i,
  },
  { kind: "bank_account", shapes: "2-2-2", check: varied, after: /sort[ _-]?code\W{0,6}(?:is )?\W{0,3}$/i },
  { kind: "imei", shapes: "15|2-6-6-1", check: (d) => varied(d) && passesLuhn(d), after: /\bimei/i },
];
