import { eachElement, eachMember, JsonError, type JsonValue, nextToken, readValue } from "./json-scan.ts";

/** A way into a document: names of members, and indexes of arrays. */
export type JsonPath = readonly (string | number)[];

const PART = /\s*(?:(\.\s*)?([A-Za-z_][A-Za-z0-9_]*)|\[\s*(?:"([^"\]]*)"|(\d+))\s*\])\s*/y;

/** `a.b[0]["c d"]`. Throws an `Error` where the expression cannot be read. */
export function parseJsonPath(expression: string): JsonPath {
  const path: (string | number)[] = [];
  for (let at = 0; at < expression.length || path.length === 0; ) {
    PART.lastIndex = at;
    const part = PART.exec(expression);
    const [whole = "", dot, field, key, index] = part ?? [];
    // The first name has no dot, each further one has.
    if (part === null || (field !== undefined && (dot !== undefined) !== path.length > 0)) {
      const rest = expression.slice(at).trimStart();
      throw new Error(
        rest === "" ? "syntax error: unexpected $end, expecting LSB or FIELD" : `unexpected char ${rest[0]}`,
      );
    }
    path.push(field ?? key ?? Number(index));
    at += whole.length;
  }
  return path;
}

/** What stands at the end of the path; undefined where nothing does. Malformed documents are read as far as they go. */
export function findValue(document: string, path: JsonPath): JsonValue | undefined {
  try {
    let value = readValue(document, nextToken(document, 0));
    for (const step of path) {
      let found: JsonValue | undefined;
      if (typeof step === "string") {
        if (value.kind !== "object") return undefined;
        eachMember(value.raw, (key, member) => {
          if (key === step) found = member;
          return found === undefined;
        });
      } else {
        let index = 0;
        if (value.kind !== "array") return undefined;
        eachElement(value.raw, (element) => {
          if (index === step) found = element;
          index += 1;
          return found === undefined;
        });
      }
      if (found === undefined) return undefined;
      value = found;
    }
    return value;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
