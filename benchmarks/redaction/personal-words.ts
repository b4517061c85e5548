import { chars, DIGITS, pick, type Random, UPPER } from "./random.ts";
import { type Tell, told, two } from "./tell.ts";
import type { Make } from "./tokens.ts";

const MONTHS = "January,February,March,April,May,June,July,August,September,October,November,December".split(",");

const year = (random: Random): number => 1940 + random(70);
const dates: readonly Make[] = [
  (random) => `${year(random)}-${two(1 + random(12))}-${two(1 + random(28))}`,
  (random) => `${two(1 + random(28))}.${two(1 + random(12))}.${year(random)}`,
  (random) => `${1 + random(12)}/${1 + random(28)}/${year(random)}`,
  (random) => `${1 + random(28)} ${pick(random, MONTHS)} ${year(random)}`,
  (random) => `${pick(random, MONTHS)} ${1 + random(28)}, ${year(random)}`,
];

const decimal = (random: Random, below: number): string =>
  `${random(2) === 0 ? "-" : ""}${random(below)}.${1 + random(9)}${chars(random, DIGITS, 4)}`;

/** What of a person only a word, or the name of a key, gives away. */
export const PERSONAL_BY_WORD: Readonly<Record<string, readonly Tell[]>> = {
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
};
