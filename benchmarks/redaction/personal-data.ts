import { chars, DIGITS, HEX, key, LOWER, pick, UPPER } from "./random.ts";
import { two } from "./tell.ts";
import type { Make } from "./tokens.ts";

const GIVEN = "anna,joão,li,marta,sven,amélie,yusuf,priya,olga,tom,zoë,björn,ines,raj,kim".split(",");
const FAMILY = "smith,garcía,müller,rossi,novak,tanaka,silva,dubois,jansen,kowalski,okafor,hansen".split(",");
const plain = (name: string): string => name.normalize("NFD").replace(/[^a-z]/g, "");

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
