import { isAlias } from "./field-names.ts";

/**
 * What is typed into the search box. Words, "a phrase", -word, field:value, field!=value, field~regexp, field>5; what stands behind a `|` is
 * LogQL. A text that is LogQL from its beginning is left as it is.
 */
export type Operator = "=" | "!=" | "=~" | "!~" | ">" | ">=" | "<" | "<=";
export type Term =
  | {
      readonly kind: "text";
      readonly text: string;
      readonly not: boolean;
      readonly exact: boolean;
      readonly raw: string;
    }
  | {
      readonly kind: "field";
      readonly name: string;
      readonly operator: Operator;
      readonly value: string;
      readonly raw: string;
    };
export type SearchText = {
  readonly terms: readonly Term[];
  /** From its first `|`, `!=`, `!~` or `!>` on; empty where there is none. */
  readonly pipeline: string;
};

/** A selector, or something that counts over one. */
export const isLogql = (text: string): boolean =>
  /^\s*\{/.test(text) || (/^\s*\(*\s*[a-z_]+\s*(?:(?:by|without)\s*\([^)]*\)\s*)?\(/.test(text) && text.includes("{"));
/** LogQL that answers with numbers over time. */
export const isCounting = (text: string): boolean => isLogql(text) && !/^\s*\{/.test(text);

const FIELD = /^([A-Za-z_][\w.]*)(!=|=~|!~|>=|<=|[:=~<>])(.+)$/s;
/** A quotation, or characters up to the next space; quotations inside of it may have spaces. */
const PIECE = /"(?:\\.|[^"\\])*"?|[^\s"]+/gy;

const unquote = (text: string): string =>
  /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(["\\])/g, "$1") : text.replace(/^"/, "");

/** Of words with a colon only those are fields that look like one: no address, no time, no `Error:`. */
const isField = (name: string, sign: string, value: string): boolean =>
  sign !== ":" || isAlias(name) || (/^[a-z][a-z0-9]*(?:[_.][\w.]+)?$/.test(name) && !value.startsWith("/"));

function termOf(piece: string): Term | undefined {
  const not = piece.length > 1 && piece.startsWith("-");
  const body = not ? piece.slice(1) : piece;
  if (body.startsWith('"')) {
    const text = unquote(body);
    return text === "" ? undefined : { kind: "text", text, not, exact: true, raw: piece };
  }
  const [, name = "", sign = "", value = ""] = FIELD.exec(body) ?? [];
  if (name === "" || !isField(name, sign, value)) {
    return { kind: "text", text: body.replaceAll('"', ""), not, exact: false, raw: piece };
  }
  const positive = sign === ":" ? "=" : sign === "~" ? "=~" : (sign as Operator);
  const operator = not
    ? (({ "=": "!=", "=~": "!~", "!=": "=", "!~": "=~" } as const)[positive as "="] ?? positive)
    : positive;
  return { kind: "field", name, operator, value: unquote(value), raw: piece };
}

export function parseSearch(given: string): SearchText {
  const terms: Term[] = [];
  let at = 0;
  while (at < given.length) {
    const rest = given.slice(at);
    const space = /^\s+/.exec(rest);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    if (/^(?:\||!>|!=|!~)/.test(rest)) return { terms, pipeline: rest.trim() };
    let piece = "";
    PIECE.lastIndex = at;
    for (let match = PIECE.exec(given); match !== null; match = PIECE.exec(given)) {
      piece += match[0];
      at = PIECE.lastIndex;
      if (/^\s|^$/.test(given.slice(at, at + 1))) break;
    }
    const term = termOf(piece);
    if (term !== undefined) terms.push(term);
  }
  return { terms, pipeline: "" };
}

/** A term as it is typed. */
export function writeTerm(name: string, value: string, not: boolean): string {
  const plain = /^[^\s"|\\]+$/.test(value) && !value.startsWith("/");
  return `${not ? "-" : ""}${name}:${plain ? value : JSON.stringify(value)}`;
}
