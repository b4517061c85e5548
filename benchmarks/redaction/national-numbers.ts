import { NATIONAL_NUMBERS } from "../../src/redaction/national-ids.ts";
import { NATIONAL_WORDS } from "../../src/redaction/word-ids.ts";
import { chars, DIGITS, pick, type Random, UPPER } from "./random.ts";
import { type Tell, told, two } from "./tell.ts";

const WORDS: Readonly<Record<string, readonly string[]>> = {
  ssn: ["SSN: ", "my social security number is ", ""],
  us_ein: ["EIN ", "our EIN: "],
  uk_nhs_number: ["NHS number ", "patient with NHS no. "],
  de_tax_id: ["Steuer-ID: ", "Steueridentifikationsnummer ", "tax id "],
  nl_bsn: ["BSN ", "burgerservicenummer: "],
  pl_pesel: ["PESEL: ", "numer PESEL "],
  br_cpf: ["CPF: ", "meu CPF é "],
  br_cnpj: ["CNPJ "],
  in_aadhaar: ["Aadhaar: ", "my Aadhaar number is "],
  jp_my_number: ["My Number: ", "マイナンバー "],
  dk_cpr: ["CPR: ", "mit CPR-nummer er "],
  no_fnr: ["fødselsnummer ", "personnummer: "],
  be_rrn: ["rijksregisternummer ", "national number: "],
  ch_ahv: ["AHV ", ""],
  at_svnr: ["SVNR ", "Sozialversicherungsnummer: "],
  pt_nif: ["NIF: ", "contribuinte "],
  ca_sin: ["SIN: ", "social insurance number "],
  au_tfn: ["TFN ", "tax file number: "],
  za_id: ["ID number ", "identity number: "],
  tr_id: ["T.C. Kimlik No: ", "TCKN "],
  ro_cnp: ["CNP "],
  bank_account: ["account number ", "routing number ", "sort code "],
  imei: ["IMEI: "],
};

/** A number that passes the check, in its groups. The checks are held to published examples by tests/redaction/checksums.test.ts. */
export const NUMBER_TELLS = NATIONAL_NUMBERS.map(({ kind, shapes, check, after }): readonly [string, Tell] => [
  kind,
  (random) => {
    const shape = pick(random, shapes.split("|"));
    const lengths = (shape.match(/\d+/g) as string[]).map(Number);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const digits = passing(random, total, check);
    let at = 0;
    const secret = shape.replace(/\d+/g, (length) => {
      at += Number(length);
      return digits.slice(at - Number(length), at);
    });
    const words = (WORDS[kind] ?? ["ID ", "number "]).filter((word) => after === undefined || after.test(word));
    return {
      before: pick(random, words.length === 0 ? ["?"] : words),
      secret,
      after: pick(random, ["", ".", ", please", "\n"]),
    };
  },
]);

const HEADS: Readonly<Record<string, string>> = { "15": "1", "18": "1101011985" };

function passing(random: Random, total: number, check: (digits: string) => boolean): string {
  for (;;) {
    const birth = `${two(40 + random(59))}${two(1 + random(12))}${two(1 + random(28))}`;
    const head = pick(random, [
      "",
      birth,
      `${birth.slice(4)}${birth.slice(2, 4)}${birth.slice(0, 2)}`,
      `1${birth}`,
      `756`,
      `20`,
      HEADS[total] ?? "",
      `19${birth}`,
    ]);
    const digits = (head + chars(random, DIGITS, total)).slice(0, total);
    if (!/^0/.test(digits) && check(digits)) return digits;
  }
}

/** A word that is of the pattern and passes the check: random ones of the pattern's alphabet, place by place. */
export const WORD_TELLS = [...NATIONAL_WORDS.values()]
  .flat()
  .map(({ kind, pattern, check }): readonly [string, Tell] => [
    kind,
    (random) => {
      for (;;) {
        const word = ofPattern(random, pattern);
        if (pattern.test(word) && (check === undefined || check(word)))
          return { before: pick(random, ["", "id ", "number: "]), secret: word, after: pick(random, ["", ".", " ok"]) };
      }
    },
  ]);

/** Knows what these patterns are made of: classes, `\d`, counts. */
function ofPattern(random: Random, pattern: RegExp): string {
  const source = pattern.source.replace(/^\^|\$$/g, "").replace(/^\(\?![^)]*\)/, "");
  let word = "";
  for (const [, set = "", count = "1"] of source.matchAll(/(\[[^\]]+\]|\\d|[A-Z0-9])(?:\{(\d+)\})?/g)) {
    const one = new RegExp(set.startsWith("[\\d") && set.length > 6 ? "^\\d$" : `^${set}$`);
    const all = [...(UPPER + DIGITS)].filter((character) => one.test(character));
    word += Array.from({ length: Number(count) }, () => pick(random, all)).join("");
  }
  // A birthday where these have one.
  if (word.length === 18)
    word = /^\d{17}X$/.test(word)
      ? `${word.slice(0, 6)}19850${1 + random(9)}1${random(9)}${word.slice(14)}`
      : `${word.slice(0, 4)}850${1 + random(9)}1${random(9)}${word.slice(10)}`;
  return word;
}

const digitSum = (text: string, weights: readonly number[]): number =>
  [...text].reduce((sum, digit, at) => sum + Number(digit) * (weights[at % weights.length] as number), 0);

/** Those that have a form of their own. */
export const NATIONAL_BY_WORD: Readonly<Record<string, readonly Tell[]>> = {
  us_itin: [told(["ITIN "], [(random) => `9${chars(random, DIGITS, 2)}-7${random(10)}-${chars(random, DIGITS, 4)}`])],
  uk_nino: [
    told(
      ["NI number ", "NINO: ", ""],
      [
        (random) =>
          `${pick(random, ["AB", "CE", "JG", "PW", "SX"])} ${chars(random, DIGITS, 2)} ${chars(random, DIGITS, 2)} ${chars(random, DIGITS, 2)} ${pick(random, ["A", "B", "C", "D"])}`,
      ],
    ),
  ],
  fi_hetu: [
    told(
      ["hetu ", "henkilötunnus "],
      [
        (random) => {
          const birth = `${two(1 + random(28))}${two(1 + random(12))}${two(random(100))}`;
          const number = `${2 + random(7)}${chars(random, DIGITS, 2)}`;
          return `${birth}${pick(random, ["-", "A"])}${number}${"0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(birth + number) % 31]}`;
        },
      ],
    ),
  ],
  cl_rut: [
    told(
      ["RUT ", ""],
      [
        (random) => {
          const body = `1${chars(random, DIGITS, 7)}`;
          const check = 11 - (digitSum([...body].reverse().join(""), [2, 3, 4, 5, 6, 7]) % 11);
          return `${body.slice(0, 2)}.${body.slice(2, 5)}.${body.slice(5)}-${check === 11 ? "0" : check === 10 ? "K" : check}`;
        },
      ],
    ),
  ],
  hk_id: [
    told(
      ["HKID ", ""],
      [
        (random) => {
          const letter = pick(random, [...UPPER]);
          const digits = chars(random, DIGITS, 6);
          const sum = 36 * 9 + (letter.charCodeAt(0) - 55) * 8 + digitSum(digits, [7, 6, 5, 4, 3, 2]);
          const check = (11 - (sum % 11)) % 11;
          return `${letter}${digits}(${check === 10 ? "A" : check})`;
        },
      ],
    ),
  ],
};
