import type { AttributeValue, Resource, Scope } from "../signals/index.ts";

export type MutableAttributes = Record<string, AttributeValue>;

const UNKNOWN_SERVICE = "unknown_service";

/** The resource with the name of its service, "unknown_service" without one. */
export function resourceOf(attributes: MutableAttributes): Resource {
  const service = Object.hasOwn(attributes, "service.name") ? attributes["service.name"] : undefined;
  return { service: typeof service === "string" && service !== "" ? service : UNKNOWN_SERVICE, attributes };
}

export const NO_SCOPE: Scope = { name: "", version: "", attributes: {} };

/** The last of equal keys wins. */
export function setAttribute(into: MutableAttributes, key: string, value: AttributeValue): void {
  // Plain assignment would set the prototype instead.
  if (key === "__proto__")
    Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
  else into[key] = value;
}
