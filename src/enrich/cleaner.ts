import { ATTR } from "../model/index.ts";
import { type Redactor, rememberTexts } from "../redaction/index.ts";
import type { Attributes, AttributeValue } from "../signals/index.ts";

/** How an attribute's value is looked at: not at all, as a text by itself, or together with its name. */
type ValueKind = "none" | "text" | "named";

/** Attributes whose values come from fixed lists: nothing to look for in them. */
const NOT_TEXT: ReadonlyMap<string, ValueKind> = new Map(
  [
    ATTR.operation,
    ATTR.provider,
    ATTR.openaiApiType,
    ATTR.toolType,
    ATTR.costStatus,
    ATTR.errorCategory,
    ATTR.streamOutcome,
    ATTR.framework,
    ATTR.httpMethod,
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
    "telemetry.distro.name",
    "telemetry.distro.version",
    "service.instance.id",
  ].map((name) => [name, "none"]),
);

/** Short texts that are remembered as looked at. */
const MAX_REMEMBERED = 20_000;
const MAX_NAMES = 5000;
const PROBE = "a";

export type Cleaner = {
  /** A text without secrets and personal data. */
  readonly text: (value: string) => string;
  /** Without secrets and personal data; the same object where there were none. */
  readonly attributes: (attributes: Attributes) => Attributes;
};

export function createCleaner(redactor: Redactor): Cleaner {
  const { text } = rememberTexts(redactor, MAX_REMEMBERED);
  const names = new Map<string, ValueKind>();

  const lookAt = (name: string): ValueKind => {
    const probed = redactor.value({ [name]: PROBE }) as Record<string, unknown>;
    // `value` may be the value of what another attribute names.
    return name !== "value" && probed[name] === PROBE ? "text" : "named";
  };
  const kindOf = (name: string): ValueKind => {
    const known = NOT_TEXT.get(name) ?? names.get(name);
    if (known !== undefined) return known;
    const kind = lookAt(name);
    if (names.size >= MAX_NAMES) names.clear();
    names.set(name, kind);
    return kind;
  };
  /** Lists of two may be a header and its value. */
  const isCleanList = (value: AttributeValue): boolean =>
    Array.isArray(value) &&
    value.length !== 2 &&
    value.every((one: AttributeValue) => typeof one === "string" && text(one) === one);

  const attributes = (given: Attributes): Attributes => {
    let safe: Attributes = given;
    const rest: string[] = [];
    for (const name of Object.keys(given)) {
      const value = given[name] as AttributeValue;
      const kind = isText(value) ? kindOf(name) : "none";
      if (kind === "none") continue;
      if (kind === "text" && typeof value === "string") {
        const cleaned = text(value);
        if (cleaned !== value) safe = { ...safe, [name]: cleaned };
      } else if (kind === "named" || !isCleanList(value)) rest.push(name);
    }
    if (rest.length === 0) return safe;
    // With its name beside it, so that both are understood together.
    const named = ["key", "name"].filter((name) => Object.hasOwn(given, name));
    const pick = (names: readonly string[]): Attributes =>
      Object.fromEntries(names.map((name) => [name, given[name] as AttributeValue]));
    const others = Object.entries(safe).filter(([name]) => !rest.includes(name));
    return { ...Object.fromEntries(others), ...(redactor.value(pick([...named, ...rest])) as Attributes) };
  };

  return { text, attributes };
}

/** Whether there is text in it. */
const isText = (value: AttributeValue): boolean =>
  typeof value === "string" || (typeof value === "object" && value !== null && !(value instanceof Uint8Array));
