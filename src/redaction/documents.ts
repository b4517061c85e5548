import { icaoDigit, isMonthDay } from "./checksums.ts";
import { named } from "./named.ts";
import type { Claim, Rule } from "./rule.ts";

const MONTHS =
  "jan(?:uar[yi]?|vier|\\.)?|feb(?:ruar[yi]?|\\.)?|f[ée]vr(?:ier|\\.)?|mar(?:ch|s|zo|\\.)?|märz|apr(?:il[e]?|\\.)?|avr(?:il|\\.)?|may|mai|mayo|maio|maggio|jun[ie]?o?|juin|giugno|jul[yi]?o?|juil(?:let)?|luglio|aug(?:ust)?|ago(?:sto)?|ao[uû]t|sep(?:t(?:ember|embre|iembre)?)?|set(?:tembre|embro)?|o[ck]t(?:ober|obre|ubre|\\.)?|ott(?:obre)?|out(?:ubro)?|nov(?:ember|embre|iembre|embro)?|de[cz](?:ember|embre|iembre|\\.)?|d[ée]c(?:embre)?|dic(?:iembre|embre)?|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia";
const DATE = `(?:\\d{4}[-./]\\d{1,2}[-./]\\d{1,2}|\\d{1,2}[-./ ]\\d{1,2}[-./ ]\\d{2,4}|\\d{1,2}(?:st|nd|rd|th|er|º|\\.)?(?: de| of)? (?:${MONTHS})\\.?,?(?: de| del)? \\d{2,4}|(?:${MONTHS})\\.? \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}|\\d{4}年\\d{1,2}月\\d{1,2}日|\\d{8})`;
function isBirthday(found: string): boolean {
  const year = Number(/(?:19|20)\d\d/.exec(found)?.[0] ?? "1900");
  return year >= 1900 && year <= 2099 && !/^0{4}/.test(found);
}

const NUMBER =
  "(?:[ _-]?(?:[Nn]umber|NUMBER|[Nn][Oo]\\.?|[Nn]um|[Nn]r\\.?|[Nn]ummer|[Nn][º°]|[Nn]uméro|[Nn]úmero|[Nn]umero|id|ID|[Cc]ard|[Cc]ode|#)){0,2}";
const MIXED = "(?=[A-Z0-9-]*\\d{3})[A-Z0-9][A-Z0-9-]{4,18}[A-Z0-9](?![\\w-])";

/** What a word must say: no two authorities agree on a form. */
export const createDocumentRules = (): Rule[] => [
  ...named(
    "date_of_birth",
    [
      ..."date of birth,date_of_birth,dateofbirth,date-of-birth,birth date,birthdate,birth_date,birth-date,birthday,dob,d.o.b.,born on,born".split(
        ",",
      ),
      ..."geboren am,geboren op,geburtsdatum,geburtstag,geb.,geboortedatum,né le,née le,date de naissance,fecha de nacimiento".split(
        ",",
      ),
      ..."nacido el,nacida el,data di nascita,nato il,nata il,data de nascimento,nascido em,nascida em,data urodzenia".split(
        ",",
      ),
      ..."urodzony,urodzona,født den,født,född den,född,syntymäaika,дата рождения,生年月日,出生日期,生日".split(","),
    ],
    "(?: on)?",
    `${DATE}(?![\\w-])`,
    isBirthday,
    "iy",
  ),
  ...named(
    "passport",
    "passport,reisepass,passeport,pasaporte,passaporte,passaporto,paspoort,paszport,passnummer,pass-nr.".split(","),
    `${NUMBER}`,
    "[A-Z0-9]{6,10}(?![\\w-])",
    (found) => (found.match(/\d/g)?.length ?? 0) >= 4,
  ),
  ...named(
    "driver_license",
    [
      ..."driver's license,drivers license,driver license,driver's licence,driving licence,driving license,drivers_license".split(
        ",",
      ),
      ..."driver_license,führerschein,führerscheinnummer,permis de conduire,licencia de conducir,patente di guida,DL".split(
        ",",
      ),
    ],
    NUMBER,
    MIXED,
  ),
  ...named(
    "health_number",
    [
      ..."MRN,medical record,medical_record,medicare,medicaid,health card,health insurance,health plan,health_insurance".split(
        ",",
      ),
      ..."patient id,patient number,patient_id,krankenversicherungsnummer,versichertennummer,member id,insurance number".split(
        ",",
      ),
      ..."insurance id,insurance_number,policy number,numéro de sécurité sociale".split(","),
    ],
    NUMBER,
    MIXED,
  ),
];

/** The lines of a passport or identity card that machines read (ICAO 9303): three of 30, two of 36, two of 44 characters. */
export function findMachineReadable(text: string, claim: Claim): void {
  let done = 0;
  for (let at = text.indexOf("<<"); at !== -1; at = text.indexOf("<<", Math.max(done, at + 2))) {
    let start = at;
    while (start > done && at - start < 45 && isMrz(text.charCodeAt(start - 1))) start--;
    if (text[start - 1] === "\\" && text[start] === "n") start++;
    let end = at;
    while (end < text.length && end - start < 46 && isMrz(text.charCodeAt(end))) end++;
    done = end;
    const line = text.slice(start, end);
    if (![30, 36, 44].includes(line.length)) continue;
    if (/^[PACIV][A-Z<]/.test(line)) {
      done = endOfNextLine(text, end, line.length);
      claim(start, done);
    } else if (isSecondLine(line) || /^[A-Z]+<[A-Z<]+<<+$/.test(line)) claim(start, end);
  }
}

const isMrz = (code: number): boolean => (code >= 48 && code <= 57) || code === 60 || (code >= 65 && code <= 90);

/** The second line need not have an empty place. */
function endOfNextLine(text: string, end: number, length: number): number {
  const gap = /^(?:\s{1,3}|(?:\\r)?\\n)/.exec(text.slice(end, end + 6))?.[0].length ?? 0;
  if (gap === 0) return end;
  const start = end + gap;
  const line = text.slice(start, start + length);
  return line.length === length && isSecondLine(line) ? start + length : end;
}

function isSecondLine(line: string): boolean {
  if (line.length === 30) {
    return (
      isMonthDay(Number(line.slice(2, 4)), Number(line.slice(4, 6))) && icaoDigit(line.slice(0, 6)) === Number(line[6])
    );
  }
  return icaoDigit(line.slice(0, 9)) === Number(line[9]) && icaoDigit(line.slice(13, 19)) === Number(line[19]);
}
