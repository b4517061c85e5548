import { ATTR } from "../model/index.ts";
import type { Redactor } from "../redaction/index.ts";
import type { Attributes, AttributeValue } from "../signals/index.ts";

/** Attributes whose values come from fixed lists, or name a model: nothing to look for in them. */
const NOT_TEXT: ReadonlySet<string> = new Set<string>([
  ATTR.operation,
  ATTR.provider,
  ATTR.requestModel,
  ATTR.responseModel,
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
]);

/** Short texts come again and again (names, addresses, sessions): what was looked at once need not be looked at again. */
const MAX_REMEMBERED = 20_000;
const MAX_REMEMBERED_LENGTH = 100;
const MAX_NAMES = 5000;
const PROBE = "a";

export type Cleaner = {
  /** A text without secrets and personal data. */
  readonly text: (value: string) => string;
  /** A copy without secrets and personal data; numbers, booleans and bytes are as they were. */
  readonly attributes: (attributes: Attributes) => Attributes;
};

export function createCleaner(redactor: Redactor): Cleaner {
  const texts = new Map<string, string>();
  const names = new Map<string, boolean>();

  const text = (value: string): string => {
    if (value.length > MAX_REMEMBERED_LENGTH) return redactor.text(value);
    let safe = texts.get(value);
    if (safe === undefined) {
      safe = redactor.text(value);
      if (texts.size >= MAX_REMEMBERED) texts.clear();
      texts.set(value, safe);
    }
    return safe;
  };

  /** Whether a name says nothing of its value, as `password` would. */
  const isPlainName = (name: string): boolean => {
    let plain = names.get(name);
    if (plain === undefined) {
      const probed = redactor.value({ [name]: PROBE }) as Record<string, unknown>;
      plain = probed[name] === PROBE;
      if (names.size >= MAX_NAMES) names.clear();
      names.set(name, plain);
    }
    return plain;
  };

  const attributes = (given: Attributes): Attributes => {
    const safe: Record<string, AttributeValue> = {};
    const rest: Record<string, AttributeValue> = {};
    let isAllSafe = true;
    for (const [name, value] of Object.entries(given)) {
      if (!isText(value) || NOT_TEXT.has(name)) safe[name] = value;
      // `value` may be the value of what another attribute names.
      else if (typeof value === "string" && name !== "value" && isPlainName(name)) safe[name] = text(value);
      else {
        rest[name] = value;
        isAllSafe = false;
      }
    }
    if (isAllSafe) return safe;
    // With its name beside it, so that both are understood together.
    const named = { ...("key" in given && { key: given["key"] }), ...("name" in given && { name: given["name"] }) };
    return Object.assign(safe, redactor.value({ ...named, ...rest }));
  };

  return { text, attributes };
}

/** Whether there is text in it. */
const isText = (value: AttributeValue): boolean =>
  typeof value === "string" || (typeof value === "object" && value !== null && !(value instanceof Uint8Array));
