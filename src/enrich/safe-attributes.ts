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

const isPlain = (name: string, value: AttributeValue): boolean =>
  typeof value === "number" ||
  typeof value === "boolean" ||
  value === null ||
  value instanceof Uint8Array ||
  NOT_TEXT.has(name);

/** A copy without secrets and personal data; numbers, booleans and bytes are as they were. */
export function safeAttributes(attributes: Attributes, redactor: Redactor): Attributes {
  const safe: Record<string, AttributeValue> = {};
  const texts: Record<string, AttributeValue> = {};
  let hasTexts = false;
  for (const [name, value] of Object.entries(attributes)) {
    if (isPlain(name, value)) safe[name] = value;
    else {
      texts[name] = value;
      hasTexts = true;
    }
  }
  return hasTexts ? Object.assign(safe, redactor.value(texts)) : safe;
}
