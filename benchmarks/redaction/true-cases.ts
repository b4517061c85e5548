import { PERSONAL_MAKERS } from "./personal-data.ts";
import { createRandom, pick, type Random } from "./random.ts";
import type { Told } from "./tell.ts";
import { TELLS } from "./tells.ts";
import { type Make, TOKEN_MAKERS } from "./tokens.ts";

/** A text with one secret in it. `form` says how it is written down. */
export type TrueCase = Told & { readonly kind: string; readonly form: string };

/** Where a secret that is known by itself may stand: what people write to models, what programs log and send. */
const AROUND: readonly (readonly [before: string, after: string])[] = [
  ["", ""],
  ["Here it is: ", "."],
  ["Please check whether ", " still works, and tell me."],
  ['{"role":"user","content":"mine is ', ' ok?"}'],
  ['{"a":["', '",1]}'],
  ["2026-11-21T10:00:00Z ERROR failed for ", " (attempt 2)\n"],
  ["- ", "\n- next"],
  ["`", "`"],
  ["(", ")"],
  ["line one\n", "\nline three"],
  ["| name | ", " |"],
  ["“", "”"],
  ["für Größe: ", " – danke"],
  ["\u001b[31m", "\u001b[0m"],
];

const FULL_WIDTH = (text: string): string =>
  text.replace(/[0-9A-Za-z]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
const ARABIC = (text: string): string => text.replace(/\d/g, (digit) => String.fromCharCode(0x0660 + Number(digit)));
const CYRILLIC = new Map([..."aeopcxAEOPCXBHKMT"].map((letter, at) => [letter, "аеорсхАЕОРСХВНКМТ"[at] as string]));

/** Ways to write the same down. Given is the whole case, so that what is around is written alike. */
const FORMS: Readonly<Record<string, (told: Told, random: Random) => Told>> = {
  plain: (told) => told,
  json: ({ before, secret, after }) => ({
    before: `{"x":"${inner(before)}`,
    secret: inner(secret),
    after: `${inner(after)}","n":1}`,
  }),
  json_in_json: ({ before, secret, after }) => ({
    before: inner(`{"x":"${inner(before)}`),
    secret: inner(inner(secret)),
    after: inner(`${inner(after)}"}`),
  }),
  json_unicode: ({ before, secret, after }) => ({
    before: `{"x":"${inner(before)}`,
    secret: [...secret].map((one) => (/[A-Za-z0-9]/.test(one) ? one : escaped(one))).join(""),
    after: `${inner(after)}"}`,
  }),
  url: ({ before, secret, after }) => ({
    before: `q=${encodeURIComponent(before)}`,
    secret: encodeURIComponent(secret),
    after: `${encodeURIComponent(after)}&y=2`,
  }),
  base64: ({ before, secret, after }) => ({
    before: "data ",
    secret: Buffer.from(`Note: ${before}${secret}${after} end`).toString("base64"),
    after: " sent",
  }),
  base64_url: ({ before, secret, after }) => ({
    before: '{"body":"',
    secret: Buffer.from(`${before}${secret}${after}`.padEnd(24, " ")).toString("base64url"),
    after: '"}',
  }),
  full_width: ({ before, secret, after }) => ({ before, secret: FULL_WIDTH(secret), after }),
  zero_width: ({ before, secret, after }, random) => {
    const at = 1 + random(Math.max(1, secret.length - 1));
    return {
      before,
      secret: `${secret.slice(0, at)}${pick(random, ["\u200b", "\u200d", "\u2060", "\u00ad", "\ufeff"])}${secret.slice(at)}`,
      after,
    };
  },
  other_digits: ({ before, secret, after }) => ({ before, secret: ARABIC(secret), after }),
  look_alikes: ({ before, secret, after }, random) => ({
    before,
    secret: secret.replace(/[aeopcxAEOPCXBHKMT]/g, (letter) =>
      random(3) === 0 ? (CYRILLIC.get(letter) as string) : letter,
    ),
    after,
  }),
};

const inner = (text: string): string => JSON.stringify(text).slice(1, -1);
const escaped = (one: string): string =>
  one.length === 1 ? `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}` : one;

/** Full-width letters are written by people, not in keys; other digits in what is digits. */
const NUMERIC = new Set("card_number,iban,ssn,phone,us_itin,in_aadhaar,br_cpf,fr_nir,cn_resident_id,kr_rrn".split(","));
const fits = (form: string, kind: string): boolean => {
  if (form === "other_digits") return NUMERIC.has(kind);
  if (form === "full_width") return NUMERIC.has(kind) || kind === "email";
  // What a key says counts, however the value is written: these forms are of values that are known by themselves.
  if (form === "look_alikes" || form === "zero_width") return !TELLS.has(kind);
  return true;
};

const aroundOne =
  (make: Make) =>
  (random: Random): Told => {
    const [before, after] = pick(random, AROUND);
    return { before, secret: make(random), after };
  };

/** So many cases of each kind in each form, the same for the same seed. */
export function createTrueCases(perKind: number, seed: number): TrueCase[] {
  const cases: TrueCase[] = [];
  const random = createRandom(seed);
  const kinds = new Map<string, ((random: Random) => Told)[]>();
  const add = (kind: string, tells: readonly ((random: Random) => Told)[]): void => {
    kinds.set(kind, [...(kinds.get(kind) ?? []), ...tells]);
  };
  for (const [kind, makers] of Object.entries({ ...TOKEN_MAKERS })) add(kind, makers.map(aroundOne));
  for (const [kind, makers] of Object.entries(PERSONAL_MAKERS)) add(kind, makers.map(aroundOne));
  for (const [kind, tells] of TELLS) add(kind, tells);
  for (const [kind, tells] of kinds) {
    for (const [form, write] of Object.entries(FORMS)) {
      if (!fits(form, kind)) continue;
      const count = form === "plain" ? perKind : Math.ceil(perKind / 4);
      for (let i = 0; i < count; i++) {
        const told = (tells[i % tells.length] as (random: Random) => Told)(random);
        cases.push({ kind, form, ...write(told, random) });
      }
    }
  }
  return cases;
}
