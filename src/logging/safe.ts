import { createRedactor, type RememberingRedactor, rememberTexts } from "../redaction/index.ts";

/** Removes secrets and personal data from what a program logs: the one point that every line passes before any output. */
export type Cleaner = Pick<RememberingRedactor, "text" | "members">;

/** What was looked at once need not be looked at again: names, ids, messages without values come again and again. */
const MAX_REMEMBERED = 2000;
/** Longer texts are no log lines; looking through a megabyte takes some 50 ms. */
const MAX_TEXT = 1_000_000;
const MAX_WRITTEN = 262_144;

export function createCleaner(): Cleaner {
  const redactor = createRedactor();
  const text = (value: string): string => {
    if (value.length <= MAX_WRITTEN) return redactor.text(value);
    // Redacted before it is shortened, so that no cut leaves half a secret unrecognized.
    const safe = redactor.text(value.slice(0, MAX_TEXT));
    return `${safe.slice(0, MAX_WRITTEN)}… (${value.length} characters)`;
  };
  return rememberTexts({ ...redactor, text }, MAX_REMEMBERED);
}
