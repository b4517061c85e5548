import { remainder97 } from "./checksums.ts";

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

/** How long an IBAN of the country is. */
export const ibanLength = (country: string): number | undefined => IBAN_LENGTHS.get(country);

/** Checks the two check digits of an IBAN without spaces (ISO 7064 MOD 97-10). */
export const passesIbanCheck = (iban: string): boolean => remainder97(iban.slice(4) + iban.slice(0, 4)) === 1;
