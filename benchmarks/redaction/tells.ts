import { CREDENTIALS_BY_WORD } from "./credential-words.ts";
import { NATIONAL_BY_WORD, NUMBER_TELLS, WORD_TELLS } from "./national-numbers.ts";
import { PERSONAL_BY_WORD } from "./personal-words.ts";
import type { Tell } from "./tell.ts";

const BY_WORD = { ...PERSONAL_BY_WORD, ...CREDENTIALS_BY_WORD, ...NATIONAL_BY_WORD };

/** What has a context of its own: the kind, and how it is told. */
export const TELLS: ReadonlyMap<string, readonly Tell[]> = new Map(
  [
    ...Map.groupBy(
      [
        ...Object.entries(BY_WORD).flatMap(([kind, tells]) => tells.map((tell) => [kind, tell] as const)),
        ...NUMBER_TELLS,
        ...WORD_TELLS,
      ],
      ([kind]) => kind,
    ),
  ].map(([kind, tells]) => [kind, tells.map(([, tell]) => tell)]),
);
