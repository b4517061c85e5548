/** Values, attributes, resources and scopes in OTLP/JSON, and the shape that all three requests share. */
import type { AttributeValue, Resource, Scope } from "../signals/index.ts";
import { asDouble, asInteger, asObject, type JsonObject, member, objectAt, objectsAt, textAt } from "./json-reader.ts";
import { parseJson } from "./json-text.ts";
import { MAX_ITEMS, MAX_VALUE_DEPTH, OtlpError, tooDeep, tooManyItems } from "./otlp-error.ts";
import { type MutableAttributes, NO_SCOPE, resourceOf, setAttribute } from "./resource.ts";

function readValue(value: JsonObject, depth: number): AttributeValue {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep();
  const text = member(value, "stringValue");
  if (text !== undefined) return textAt(value, "stringValue");
  const integer = member(value, "intValue");
  if (integer !== undefined) return asInteger(integer, "intValue");
  const flag = member(value, "boolValue");
  if (flag !== undefined) {
    if (typeof flag !== "boolean") throw new OtlpError(`boolValue: expected true or false, got a ${typeof flag}`);
    return flag;
  }
  const double = member(value, "doubleValue");
  if (double !== undefined) return asDouble(double, "doubleValue");
  const list = objectAt(value, "arrayValue");
  if (list !== undefined) return objectsAt(list, "values").map((item) => readValue(item, depth + 1));
  const pairs = objectAt(value, "kvlistValue");
  if (pairs !== undefined) return readPairs(objectsAt(pairs, "values"), depth + 1);
  if (member(value, "bytesValue") !== undefined) {
    return new Uint8Array(Buffer.from(textAt(value, "bytesValue"), "base64"));
  }
  return null;
}

function readPairs(pairs: readonly JsonObject[], depth: number): MutableAttributes {
  const attributes: MutableAttributes = {};
  for (const pair of pairs) {
    const value = objectAt(pair, "value");
    setAttribute(attributes, textAt(pair, "key"), value === undefined ? null : readValue(value, depth));
  }
  return attributes;
}

export const attributesAt = (object: JsonObject, name = "attributes"): MutableAttributes =>
  readPairs(objectsAt(object, name), 0);

export function valueAt(object: JsonObject, name: string): AttributeValue {
  const value = objectAt(object, name);
  return value === undefined ? null : readValue(value, 0);
}

function readResource(holder: JsonObject): Resource {
  const resource = objectAt(holder, "resource");
  return resourceOf(resource === undefined ? {} : attributesAt(resource));
}

function readScope(holder: JsonObject): Scope {
  const scope = objectAt(holder, "scope");
  if (scope === undefined) return NO_SCOPE;
  return { name: textAt(scope, "name"), version: textAt(scope, "version"), attributes: attributesAt(scope) };
}

/** How many items may still come; called with the lists of items before they are read. */
export type CountItems = (items: readonly unknown[]) => void;

export function createItemCount(): CountItems {
  let items = 0;
  return (more) => {
    items += more.length;
    if (items > MAX_ITEMS) throw tooManyItems();
  };
}

export function readExport(
  bytes: Uint8Array,
  names: { readonly resources: string; readonly scopes: string; readonly items: string },
  readItem: (item: JsonObject, resource: Resource, scope: Scope, count: CountItems) => void,
): void {
  const count = createItemCount();
  // An empty body is an empty request, as in protobuf.
  if (bytes.length === 0) return;
  for (const ofResource of objectsAt(asObject(parseJson(bytes), "the request"), names.resources)) {
    const resource = readResource(ofResource);
    for (const ofScope of objectsAt(ofResource, names.scopes)) {
      const scope = readScope(ofScope);
      const items = objectsAt(ofScope, names.items);
      count(items);
      for (const item of items) readItem(item, resource, scope, count);
    }
  }
}
