import { remember } from "../base/index.ts";
import type { Redactor } from "./redactor.ts";
import { tellsOfValue } from "./sensitive-key.ts";
import { createValueRedactor, safeNumber } from "./value.ts";

export type Names = Pick<ReadonlySet<string>, "has">;

export type RememberingRedactor = Redactor & {
  /** `value` of an object, without the members of `except`. */
  readonly members: (given: object, except?: Names) => Record<string, unknown>;
  /** Whether a name says nothing about its value, and can itself stay as it is. */
  readonly isPlain: (name: string) => boolean;
};

const NONE: Names = new Set();

/**
 * The redactor with a memory of so many short texts: names, models, addresses and sessions come again and again, and what was looked at once
 * need not be looked at again.
 */
export function rememberTexts(redactor: Redactor, maxTexts: number): RememberingRedactor {
  const text = remember(redactor.text, maxTexts);
  const deep = createValueRedactor(text);
  const isPlain = remember((name) => name !== "__proto__" && !tellsOfValue(name) && text(name) === name, maxTexts);
  const value = (given: unknown): unknown => {
    switch (typeof given) {
      case "string":
        return text(given);
      case "number":
        return safeNumber(given, text);
      case "boolean":
        return given;
      default:
        return deep(given);
    }
  };
  const members = (given: object, except = NONE): Record<string, unknown> => {
    const all = given as Readonly<Record<string, unknown>>;
    const safe: Record<string, unknown> = {};
    // The members of a pair explain each other.
    const isPair = "value" in all || "logprob" in all;
    for (const name of Object.keys(all)) {
      if (except.has(name)) continue;
      if (isPair || !isPlain(name)) return wanted(all, except);
      const one = value(all[name]);
      if (one !== undefined) safe[name] = one;
    }
    return safe;
  };
  const wanted = (all: Readonly<Record<string, unknown>>, except: Names): Record<string, unknown> => {
    // Not functions: as a member of the copy, `toJSON` would speak for all of it.
    const names = Object.keys(all).filter((name) => !except.has(name) && typeof all[name] !== "function");
    return deep(Object.fromEntries(names.map((name) => [name, all[name]]))) as Record<string, unknown>;
  };
  return { ...redactor, text, value, members, isPlain };
}
