import { ObservatoryError } from "../base/index.ts";
import { byPattern, type Rule } from "./rule.ts";
import { createRules } from "./rules.ts";
import { PERSONAL_KEY_KINDS, SECRET_KEY_KINDS } from "./sensitive-key.ts";
import { createTextRedactor } from "./text.ts";
import { createUrlRedactor } from "./url.ts";
import { createValueRedactor } from "./value.ts";

export type Redactor = {
  /** Replaces every secret and all personal data that the rules know. JSON stays JSON; redacting twice changes nothing. */
  readonly text: (value: string) => string;
  /**
   * A deep copy for JSON-like values. Under a sensitive key (`password`, `apiKey`, `authorization`, …) the whole value goes. Depth and
   * size are bounded, cycles are cut, members that cannot be read or sent are left out.
   */
  readonly value: (value: unknown) => unknown;
  /** A URL without user info and without the values of sensitive query parameters. */
  readonly url: (url: string) => string;
};

export type ExtraPattern = {
  /** What the marker says; lower-case letters, digits and underscores. */
  readonly kind: string;
  /** What to replace. A first group, if any, is context that stays. Its speed is the caller's affair. */
  readonly pattern: RegExp;
};

export type RedactorOptions = {
  readonly extraPatterns?: readonly ExtraPattern[];
  /** Kinds to let pass, such as `ip_address` where the addresses are those of servers. */
  readonly except?: readonly string[];
};

/** Every kind there is; docs/privacy.md says of each what it is. */
export function redactionKinds(): readonly string[] {
  const found = createRules().flatMap((rule) => rule.kinds ?? [rule.kind]);
  return [...new Set([...found, ...SECRET_KEY_KINDS, ...PERSONAL_KEY_KINDS, "url_credentials", "parameter"])];
}

function ruleOf({ kind, pattern }: ExtraPattern): Rule {
  if (!/^[a-z0-9_]{1,64}$/.test(kind)) {
    throw new ObservatoryError("AO_REDACTION_PATTERN", {
      expected: "a redaction kind of lower-case letters, digits and underscores",
      received: JSON.stringify(kind),
    });
  }
  if (!(pattern instanceof RegExp)) {
    throw new ObservatoryError("AO_REDACTION_PATTERN", {
      expected: `a regular expression for the redaction kind ${kind}`,
      received: typeof pattern,
    });
  }
  const flags = pattern.flags.replace("y", "");
  return { kind, anchors: [], find: byPattern(new RegExp(pattern.source, flags.includes("g") ? flags : `${flags}g`)) };
}

/** Throws AO_REDACTION_PATTERN where one of the extra patterns cannot be used. */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  const except = new Set(options.except);
  const extra = (options.extraPatterns ?? []).map(ruleOf);
  const text = createTextRedactor(extra, except);
  return { text, value: createValueRedactor(text), url: createUrlRedactor(text) };
}
