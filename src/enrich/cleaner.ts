import { LISTED_VALUES } from "../model/index.ts";
import { type Redactor, rememberTexts } from "../redaction/index.ts";
import type { Attributes, AttributeValue } from "../signals/index.ts";

/** Nothing to look for in these. */
const NOT_TEXT: ReadonlySet<string> = new Set([
  ...LISTED_VALUES,
  "telemetry.sdk.language",
  "telemetry.sdk.name",
  "telemetry.sdk.version",
  "telemetry.distro.name",
  "telemetry.distro.version",
  "service.instance.id",
]);

/** Short texts that are remembered as looked at. */
const MAX_REMEMBERED = 20_000;

export type Cleaner = {
  /** A text without secrets and personal data. */
  readonly text: (value: string) => string;
  /** Without secrets and personal data; the same object where there were none. */
  readonly attributes: (attributes: Attributes) => Attributes;
};

export function createCleaner(redactor: Redactor): Cleaner {
  const { text, value, isPlain } = rememberTexts(redactor, MAX_REMEMBERED);
  /** Lists of two may be a header and its value. */
  const isCleanList = (list: object): boolean =>
    Array.isArray(list) &&
    list.length !== 2 &&
    list.every((one: AttributeValue) => typeof one === "string" && text(one) === one);

  const attributes = (given: Attributes): Attributes => {
    let safe: Attributes = given;
    const rest: string[] = [];
    for (const name of Object.keys(given)) {
      if (NOT_TEXT.has(name)) continue;
      const one = given[name] as AttributeValue;
      // `value` may be the value of what another attribute names.
      if (name === "value" || !isPlain(name)) rest.push(name);
      else if (typeof one === "object" && one !== null) {
        if (!(one instanceof Uint8Array) && !isCleanList(one)) rest.push(name);
      } else {
        const cleaned = value(one) as AttributeValue;
        if (cleaned !== one) safe = { ...safe, [name]: cleaned };
      }
    }
    if (rest.length === 0) return safe;
    // With its name beside it, so that both are understood together.
    const named = ["key", "name"].filter((name) => Object.hasOwn(given, name));
    const pick = (names: readonly string[]): Attributes =>
      Object.fromEntries(names.map((name) => [name, given[name] as AttributeValue]));
    const others = Object.entries(safe).filter(([name]) => !rest.includes(name));
    return { ...Object.fromEntries(others), ...(value(pick([...named, ...rest])) as Attributes) };
  };

  return { text, attributes };
}
