import { NATIONAL_NUMBERS } from "../../src/redaction/national-ids.ts";
import { NATIONAL_WORDS } from "../../src/redaction/word-ids.ts";
import { ALNUM, chars, DIGITS, HEX, key, LOWER, pick, type Random, UPPER, URL_SAFE } from "./random.ts";
import type { Make } from "./tokens.ts";

/** A text around a secret. */
export type Told = { readonly before: string; readonly secret: string; readonly after: string };
export type Tell = (random: Random) => Told;

const GIVEN = "anna,joão,li,marta,sven,amélie,yusuf,priya,olga,tom,zoë,björn,ines,raj,kim".split(",");
const FAMILY = "smith,garcía,müller,rossi,novak,tanaka,silva,dubois,jansen,kowalski,okafor,hansen".split(",");
const plain = (name: string): string => name.normalize("NFD").replace(/[^a-z]/g, "");
const two = (number: number): string => String(number).padStart(2, "0");
const MONTHS = "January,February,March,April,May,June,July,August,September,October,November,December".split(",");

const year = (random: Random): number => 1940 + random(70);
const dates: readonly Make[] = [
  (random) => `${year(random)}-${two(1 + random(12))}-${two(1 + random(28))}`,
  (random) => `${two(1 + random(28))}.${two(1 + random(12))}.${year(random)}`,
  (random) => `${1 + random(12)}/${1 + random(28)}/${year(random)}`,
  (random) => `${1 + random(28)} ${pick(random, MONTHS)} ${year(random)}`,
  (random) => `${pick(random, MONTHS)} ${1 + random(28)}, ${year(random)}`,
];

const digitSum = (text: string, weights: readonly number[]): number =>
  [...text].reduce((sum, digit, at) => sum + Number(digit) * (weights[at % weights.length] as number), 0);

function luhn(body: string): string {
  const sum = [...body].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return body + ((10 - (sum % 10)) % 10);
}

const card: Make = (random) => {
  const [prefix, length] = pick(random, [
    ["4", 16],
    ["51", 16],
    ["55", 16],
    ["2223", 16],
    ["34", 15],
    ["37", 15],
    ["6011", 16],
    ["3528", 16],
    ["36", 14],
    ["62", 16],
  ] as const);
  const number = luhn(prefix + chars(random, DIGITS, length - 1 - prefix.length));
  const separator = pick(random, ["", " ", "-"]);
  const groups =
    length === 16 ? /(\d{4})(\d{4})(\d{4})(\d{4})/ : length === 15 ? /(\d{4})(\d{6})(\d{5})/ : /(\d{4})(\d{6})(\d{4})/;
  return (groups.exec(number) as RegExpExecArray).slice(1).join(separator);
};

const iban: Make = (random) => {
  const [country, body] = pick(random, [
    ["DE", chars(random, DIGITS, 18)],
    ["GB", chars(random, UPPER, 4) + chars(random, DIGITS, 14)],
    ["FR", chars(random, DIGITS, 23)],
    ["NL", chars(random, UPPER, 4) + chars(random, DIGITS, 10)],
    ["ES", chars(random, DIGITS, 20)],
    ["IT", chars(random, UPPER, 1) + chars(random, DIGITS, 22)],
    ["PL", chars(random, DIGITS, 24)],
    ["CH", chars(random, DIGITS, 17)],
  ] as const);
  const numeric = [...`${body}${country}00`].map((character) => Number.parseInt(character, 36)).join("");
  const made = country + two(Number(98n - (BigInt(numeric) % 97n))) + body;
  return random(2) === 0 ? made : (made.match(/.{1,4}/g) as string[]).join(" ");
};

const phone: Make = (random) =>
  pick<Make>(random, [
    (r) => `+1 ${2 + r(8)}${chars(r, DIGITS, 2)}-${2 + r(8)}${chars(r, DIGITS, 2)}-${chars(r, DIGITS, 4)}`,
    (r) => `+1${2 + r(8)}${chars(r, DIGITS, 2)}${2 + r(8)}${chars(r, DIGITS, 6)}`,
    (r) => `(${2 + r(8)}${chars(r, DIGITS, 2)}) ${2 + r(8)}${chars(r, DIGITS, 2)}-${chars(r, DIGITS, 4)}`,
    (r) => `${2 + r(8)}${chars(r, DIGITS, 2)}-${2 + r(8)}${chars(r, DIGITS, 2)}-${chars(r, DIGITS, 4)}`,
    (r) => `+49 ${pick(r, ["30", "89", "151", "172"])} ${1 + r(9)}${chars(r, DIGITS, 7)}`,
    (r) => `+44 7${chars(r, DIGITS, 3)} ${chars(r, DIGITS, 6)}`,
    (r) => `+33 6 ${[0, 0, 0, 0].map(() => chars(r, DIGITS, 2)).join(" ")}`,
    (r) => `06 ${[1, 2, 3, 4].map((n) => `${n}${r(10)}`).join(" ")}`,
    (r) => `07${chars(r, DIGITS, 3)} ${chars(r, DIGITS, 6)}`,
    (r) => `0151 ${1 + r(9)}${chars(r, DIGITS, 7)}`,
    (r) => `+91 9${chars(r, DIGITS, 4)} ${chars(r, DIGITS, 5)}`,
    (r) => `+55 11 9${chars(r, DIGITS, 4)}-${chars(r, DIGITS, 4)}`,
    (r) => `+86 138 ${chars(r, DIGITS, 4)} ${chars(r, DIGITS, 4)}`,
  ])(random);

const ip: Make = (random) => {
  if (random(4) === 0)
    return `2a0${1 + random(9)}:${chars(random, "123456789abcdef", 3)}:${chars(random, "123456789abcdef", 4)}::${chars(random, "123456789abcdef", 4)}`;
  for (;;) {
    const parts = [11 + random(213), random(256), random(256), 1 + random(254)];
    const [a, b] = parts as [number, number];
    if (a === 127 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)) continue;
    if ((a === 100 && b >= 64 && b < 128) || parts.every((part) => part < 26)) continue;
    return parts.join(".");
  }
};

const wallet: Make = (random) => {
  const known = [
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
  ];
  return random(2) === 0 ? pick(random, known) : `0x${key(random, `${HEX}ABCDEF`, 40)}`;
};

/** What needs no word before it to be known. */
export const PERSONAL_MAKERS: Readonly<Record<string, readonly Make[]>> = {
  email: [
    (random) =>
      `${plain(pick(random, GIVEN))}${pick(random, [".", "_", "", "+news."])}${plain(pick(random, FAMILY))}${random(100)}@${pick(random, ["example.com", "mail.example.co.uk", "firma.de", "correo.es", "sub.uni-x.edu", "bücher.example", "xn--bcher-kva.example"])}`,
    (random) =>
      `${pick(random, ["info", "o'neil", "a.b.c", "x-y"])}${random(50)}@${chars(random, LOWER, 8)}.${pick(random, ["io", "ai", "org", "museum", "co.jp"])}`,
  ],
  card_number: [card],
  iban: [iban],
  phone: [phone],
  ip_address: [ip],
  mac_address: [
    (random) => {
      const octets = Array.from({ length: 6 }, () => key(random, HEX, 2));
      return pick(random, [octets.join(":"), octets.join("-").toUpperCase()]);
    },
  ],
  crypto_wallet: [wallet],
  passport_mrz: [
    (random) => {
      const name = `${plain(pick(random, FAMILY)).toUpperCase()}<<${plain(pick(random, GIVEN)).toUpperCase()}`;
      const first = `P<UTO${name}`.padEnd(44, "<");
      const value = (character: string): number => (character === "<" ? 0 : Number.parseInt(character, 36));
      const check = (text: string): string =>
        String(
          [...text].reduce((sum, character, at) => sum + value(character) * ([7, 3, 1][at % 3] as number), 0) % 10,
        );
      const number = key(random, UPPER + DIGITS, 9);
      const birth = `${two(random(100))}${two(1 + random(12))}${two(1 + random(28))}`;
      const expiry = `30${two(1 + random(12))}15`;
      const body = `${number}${check(number)}UTO${birth}${check(birth)}F${expiry}${check(expiry)}<<<<<<<<<<<<<<0`;
      return `${first}\n${body}${check(body)}`;
    },
  ],
};

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
const numberTells = NATIONAL_NUMBERS.map(({ kind, shapes, check, after }): readonly [string, Tell] => [
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
const wordTells = [...NATIONAL_WORDS.values()].flat().map(({ kind, pattern, check }): readonly [string, Tell] => [
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

/** What closes a text that ends like this. */
const closing = (before: string): string | undefined => /\\?["']$/.exec(before)?.[0];

const told =
  (words: readonly string[], makers: readonly Make[], ends: readonly string[] = ["", ".", "\n"]): Tell =>
  (random) => {
    const before = pick(random, words);
    return { before, secret: pick(random, makers)(random), after: closing(before) ?? pick(random, ends) };
  };

const decimal = (random: Random, below: number): string =>
  `${random(2) === 0 ? "-" : ""}${random(below)}.${1 + random(9)}${chars(random, DIGITS, 4)}`;

/** What only a word, or the name of a key, gives away. */
const BY_WORD: Readonly<Record<string, readonly Tell[]>> = {
  date_of_birth: [
    told(
      ["born on ", "Date of birth: ", "DOB: ", '"date_of_birth":"', '"dob": "', "birthday is ", "birth date "],
      dates,
      ["", ".", '"'],
    ),
    told(
      [
        "geboren am ",
        "Geburtsdatum: ",
        "né le ",
        "née le ",
        "fecha de nacimiento: ",
        "data di nascita: ",
        "data de nascimento ",
        "geboortedatum ",
      ],
      dates,
    ),
    told(["出生日期：", "生年月日: "], [(random) => `${year(random)}年${1 + random(12)}月${1 + random(28)}日`]),
  ],
  passport: [
    told(
      [
        "passport number ",
        "Passport No.: ",
        "passport: ",
        "Reisepass ",
        "passeport n° ",
        "pasaporte: ",
        '"passport_number":"',
      ],
      [(random) => `${chars(random, UPPER, 1)}${chars(random, DIGITS, 8)}`, (random) => chars(random, DIGITS, 9)],
    ),
  ],
  driver_license: [
    told(
      ["driver's license ", "Driver License No: ", "driving licence number is ", "Führerschein: "],
      [
        (random) => `${chars(random, UPPER, 1)}${chars(random, DIGITS, 7)}`,
        (random) =>
          `${chars(random, UPPER, 5)}${chars(random, DIGITS, 6)}${chars(random, UPPER, 2)}9${chars(random, UPPER, 2)}`,
      ],
    ),
  ],
  health_number: [
    told(
      ["MRN: ", "medical record number ", "Medicare ID ", "member ID: ", "patient id "],
      [(random) => chars(random, DIGITS, 8), (random) => `${chars(random, UPPER, 3)}${chars(random, DIGITS, 9)}`],
    ),
  ],
  geo_location: [
    told(
      ["latitude: ", '"lat":', "lat=", '"longitude": ', "lng: ", "GPS: "],
      [(random) => decimal(random, 89)],
      ["", ",", "}"],
    ),
    told(
      ["coordinates: ", '"coordinates":[', "at https://maps.example.com/@", "geo:"],
      [(random) => `${decimal(random, 89)},${decimal(random, 179)}`],
      ["", "]", " "],
    ),
    told(
      ["meet at ", ""],
      [
        (random) =>
          `${random(89)}°${random(60)}'${random(60)}"${pick(random, ["N", "S"])} ${random(179)}°${random(60)}'${random(60)}"${pick(random, ["E", "W"])}`,
      ],
    ),
  ],
  seed_phrase: [
    told(
      ["seed phrase: ", "recovery phrase is ", "mnemonic: "],
      [
        (random) =>
          Array.from({ length: pick(random, [12, 24]) }, () =>
            pick(
              random,
              "abandon ability cactus canyon dolphin eager fabric galaxy hazard icon jelly kidney lunar magnet napkin oxygen panther quantum rabbit salmon tiger umbrella velvet wagon yellow zebra".split(
                " ",
              ),
            ),
          ).join(" "),
      ],
      ["", "\n", "."],
    ),
  ],
  password: [
    told(
      ["password=", "DB_PASSWORD=", "pwd: ", "password: ", "Passwort: ", "mot de passe : ", "contraseña: ", "senha: "],
      [(random) => `${key(random, ALNUM, 8 + random(8))}!`, (random) => key(random, `${ALNUM}#%*-_`, 12)],
      ["\n", ""],
    ),
    told(
      ['"password":"', '"user_password": "', "'passwd': '", '\\"password\\":\\"'],
      [(random) => key(random, `${ALNUM}!#%.,;: `, 14).replace(/^[ :,.;]|[ :,.;]$/g, "x")],
      [],
    ),
    told(["machine api.example.com login me password "], [(random) => key(random, ALNUM, 16)]),
  ],
  secret: [
    told(
      [
        "client_secret=",
        "APP_SECRET: ",
        "my password is ",
        "the passcode is ",
        "mein Passwort ist ",
        "mi contraseña es ",
        "minha senha é ",
        "the secret key is ",
      ],
      [(random) => key(random, ALNUM, 20)],
    ),
    told(["mytool --token ", "curl --password ", "deploy --api-key "], [(random) => key(random, ALNUM, 24)]),
    told(["<clientSecret>"], [(random) => key(random, ALNUM, 20)], ["</clientSecret>"]),
    told(["https://x.blob.core.windows.net/c?sv=2024&sig="], [(random) => key(random, ALNUM, 43)], ["&se=2026", ""]),
  ],
  api_key: [
    told(
      [
        "COHERE_API_KEY=",
        "MISTRAL_API_KEY=",
        "TOGETHER_API_KEY: ",
        "DD_API_KEY=",
        "datadog api key: ",
        "x-api-key: ",
        "apiKey: '",
        '"apiKey":"',
        "aws_secret_access_key = ",
        "AccountKey=",
        "CLOUDFLARE_API_KEY=",
        "routing_key: ",
        '"name":"AZURE_KEY","value":"',
      ],
      [(random) => key(random, ALNUM, 40), (random) => key(random, HEX, 32)],
    ),
  ],
  token: [
    told(
      [
        "access_token=",
        "SNOWFLAKE_TOKEN: ",
        "refreshToken: '",
        '"session_token":"',
        "?token=",
        "CIRCLE_TOKEN=",
        "//registry.example.com/:_authToken=",
      ],
      [(random) => key(random, ALNUM, 36), (random) => key(random, URL_SAFE, 50)],
    ),
  ],
  authorization: [
    told(
      ["Authorization: Token ", '"authorization":"ApiKey ', "Authorization: ", "proxy-authorization: Basic "],
      [(random) => key(random, ALNUM, 40)],
    ),
  ],
  cookie: [
    told(
      ["Cookie: ", "Set-Cookie: ", '"cookie":"'],
      [(random) => `session=${key(random, ALNUM, 24)}; id=${key(random, HEX, 12)}`],
    ),
  ],
  otp: [told(["otp: ", "OTP=", '"otp":"'], [(random) => chars(random, DIGITS, 6)])],
  card_code: [told(["cvv: ", "CVC=", '"cvv":"'], [(random) => chars(random, DIGITS, 3)])],
  bearer_token: [told(["Bearer ", "sent with bearer "], [(random) => key(random, ALNUM, 40)])],
  basic_auth: [
    told(["Basic ", "basic "], [(random) => Buffer.from(`user:${key(random, ALNUM, 12)}`).toString("base64")]),
    told(
      ['{"auths":{"r.example.com":{"auth":"'],
      [(random) => Buffer.from(`user:${key(random, ALNUM, 12)}`).toString("base64")],
      ['"}}}'],
    ),
  ],
  url_password: [
    told(
      [
        "postgres://app:",
        "mongodb+srv://root:",
        "redis://:",
        "amqp://svc:",
        "https://user:",
        "snowflake://me:",
        "mysql://app:",
      ],
      [(random) => key(random, ALNUM, 16)],
      ["@db.example.com/main"],
    ),
    told(["cloudinary://123456789012345:"], [(random) => key(random, ALNUM, 27)], ["@cloud"]),
  ],
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

/** What has a context of its own: the kind, and how it is told. */
export const TELLS: ReadonlyMap<string, readonly Tell[]> = new Map(
  [
    ...Map.groupBy(
      [
        ...Object.entries(BY_WORD).flatMap(([kind, tells]) => tells.map((tell) => [kind, tell] as const)),
        ...numberTells,
        ...wordTells,
      ],
      ([kind]) => kind,
    ),
  ].map(([kind, tells]) => [kind, tells.map(([, tell]) => tell)]),
);
