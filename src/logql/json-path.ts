import { elementAt, JsonError, type JsonValue, nextToken, readValue, walkMembers } from "./json-scan.ts";

/** A way into a document: names of members, and indexes of arrays. */
export type JsonPath = readonly (string | number)[];

type PathToken = {
  readonly kind: "FIELD" | "STRING" | "INDEX" | "DOT" | "LSB" | "RSB" | "$end";
  readonly text: string;
};

const TOKEN = /[ \t\n]*(?:([A-Za-z_][A-Za-z0-9_]*)|"([^"\]]*)["\]]?|(\d+)|(\.)|(\[)|(\]))/y;
const KINDS = ["FIELD", "STRING", "INDEX", "DOT", "LSB", "RSB"] as const;

function tokenizePath(expression: string): PathToken[] {
  const tokens: PathToken[] = [];
  const end = expression.trimEnd().length;
  for (let at = 0; at < end; ) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(expression);
    if (match === null) throw new Error(`unexpected char ${expression.slice(at).trimStart()[0]}`);
    const group = match.findIndex((text, index) => index > 0 && text !== undefined);
    tokens.push({ kind: KINDS[group - 1] ?? "$end", text: match[group] ?? "" });
    at += match[0].length;
  }
  return [...tokens, { kind: "$end", text: "" }];
}

/** `a.b[0]["c d"]`. Throws an `Error` where the expression cannot be read. */
export function parseJsonPath(expression: string): JsonPath {
  const tokens = tokenizePath(expression);
  const path: (string | number)[] = [];
  let position = 0;
  const take = (...expected: PathToken["kind"][]): PathToken => {
    const token = tokens[position] as PathToken;
    if (!expected.includes(token.kind))
      throw new Error(`syntax error: unexpected ${token.kind}, expecting ${expected.join(" or ")}`);
    position += 1;
    return token;
  };
  do {
    const first = path.length === 0 ? take("LSB", "FIELD") : take("$end", "DOT", "LSB");
    if (first.kind === "FIELD") path.push(first.text);
    else if (first.kind === "DOT") path.push(take("FIELD").text);
    else {
      const inner = take("STRING", "INDEX");
      path.push(inner.kind === "STRING" ? inner.text : Number(inner.text));
      take("RSB");
    }
  } while (tokens[position]?.kind !== "$end");
  return path;
}

/**
 * What stands at the end of the path; undefined where nothing does. Of a document that is malformed elsewhere as much is read as comes
 * before that. Throws `JsonError` where the value itself is malformed.
 */
export function findValue(document: string, path: JsonPath): JsonValue | undefined {
  const at = findStart(document, path);
  return at < 0 ? undefined : readValue(document, at);
}

function findStart(document: string, path: JsonPath): number {
  let at = 0;
  try {
    for (const step of path) {
      let found = -1;
      if (typeof step === "number") found = elementAt(document, at, step);
      else if (document.charCodeAt(nextToken(document, at)) === 0x7b) {
        walkMembers(document, at, (key, start) => {
          if (key === step) found = start;
          return key === step ? -1 : readValue(document, start).end;
        });
      }
      if (found < 0) return -1;
      at = found;
    }
    return at;
  } catch (error) {
    if (error instanceof JsonError) return -1;
    throw error;
  }
}
