import { isPrintable } from "../gotext/index.ts";

export type TokenKind =
  | "text"
  | "open"
  | "close"
  | "space"
  | "identifier"
  | "keyword"
  | "field"
  | "variable"
  | "dot"
  | "nil"
  | "bool"
  | "number"
  | "char"
  | "string"
  | "rawString"
  | "pipe"
  | "assign"
  | "declare"
  | "leftParen"
  | "rightParen"
  | "comma"
  | "other"
  | "end"
  | "error";

export type Token = { readonly kind: TokenKind; readonly text: string; readonly position: number };

const KEYWORDS = new Set(["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"]);
const COMPLEX_NUMBER = /[+-]?[0-9._]+([eE][+-]?[0-9]+)?[+-][0-9._]+i/y;
const NUMBER = new RegExp(
  "[+-]?(?:" +
    "0[xX][0-9a-fA-F_]*(?:\\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?" +
    "|0[oO][0-7_]*(?:\\.[0-7_]*)?|0[bB][01_]*(?:\\.[01_]*)?" +
    "|[0-9_]*(?:\\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?" +
    ")i?",
  "y",
);
const WORD = /[\p{L}\p{Nd}_]+/uy;
const SPACES = /[ \t\r\n]+/y;
const QUOTED = /"(?:[^"\\\n]|\\[^\n])*"/y;
const CHARACTER = /'(?:[^'\\\n]|\\[^\n])*'/y;
const RAW = /`[^`]*`/y;
const COMMENT = /\{\{(- |-\t|-\r|-\n)?\/\*/y;
const SINGLE: Readonly<Record<string, TokenKind>> = { "|": "pipe", "=": "assign", ",": "comma" };

const isSpace = (character: string | undefined): boolean =>
  character === " " || character === "\t" || character === "\r" || character === "\n";

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/** As Go's %#U: the number and, where it can be seen, the character. */
const describe = (character: string): string => {
  if (character === "") return "U+FFFFFFFFFFFFFFFF";
  return isPrintable(character) ? `${codePoint(character)} '${character}'` : codePoint(character);
};

/**
 * The template as tokens, up to its end or the first place that cannot be read (a last token of kind "error" says what is wrong). White
 * space that trim markers remove is gone; comments too.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  let trimNext = false;
  const push = (kind: TokenKind, value: string, at: number): void =>
    void tokens.push({ kind, text: value, position: at });
  const matchAt = (pattern: RegExp, at: number): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  /** Where the action's closing delimiter begins and ends, if it stands here. */
  const closing = (at: number): { readonly delimiter: number; readonly trims: boolean } | undefined => {
    if (isSpace(text[at]) && text.startsWith("-}}", at + 1)) return { delimiter: at + 2, trims: true };
    return text.startsWith("}}", at) ? { delimiter: at, trims: false } : undefined;
  };

  for (;;) {
    if (trimNext) position += matchAt(SPACES, position)?.length ?? 0;
    trimNext = false;
    const open = text.indexOf("{{", position);
    if (open < 0) {
      if (position < text.length) push("text", text.slice(position), position);
      push("end", "EOF", text.length);
      return tokens;
    }
    const trims = text[open + 2] === "-" && isSpace(text[open + 3]);
    const before = text.slice(position, open);
    const kept = trims ? before.replace(/[ \t\r\n]+$/, "") : before;
    if (kept !== "") push("text", kept, position);

    const comment = matchAt(COMMENT, open);
    if (comment !== undefined) {
      const start = open + comment.length - 2;
      const end = text.indexOf("*/", start + 2);
      if (end < 0) return [...tokens, { kind: "error", text: "unclosed comment", position: start }];
      const close = closing(end + 2);
      if (close === undefined)
        return [...tokens, { kind: "error", text: "comment ends before closing delimiter", position: start }];
      position = close.delimiter + 2;
      trimNext = close.trims;
      continue;
    }
    push("open", "{{", open);
    const action = tokenizeAction(text, trims ? open + 4 : open + 2, { push, matchAt, closing });
    if (action === undefined) return tokens;
    position = action.position;
    trimNext = action.trims;
  }
}

type Scanner = {
  readonly push: (kind: TokenKind, value: string, at: number) => void;
  readonly matchAt: (pattern: RegExp, at: number) => string | undefined;
  readonly closing: (at: number) => { readonly delimiter: number; readonly trims: boolean } | undefined;
};

/** The tokens of one action with its closing delimiter; undefined after an error token. */
function tokenizeAction(
  text: string,
  start: number,
  { push, matchAt, closing }: Scanner,
): { readonly position: number; readonly trims: boolean } | undefined {
  let position = start;
  let depth = 0;
  const fail = (message: string): undefined => {
    push("error", message, position);
  };
  const emit = (kind: TokenKind, value: string): void => {
    push(kind, value, position);
    position += value.length;
  };
  /** What may stand right behind a name. */
  const terminates = (at: number): boolean =>
    at >= text.length || isSpace(text[at]) || ".,|:)(".includes(text[at] ?? "") || text.startsWith("}}", at);
  const characterAt = (at: number): string => (at < text.length ? String.fromCodePoint(text.codePointAt(at) ?? 0) : "");

  for (;;) {
    const close = closing(position);
    if (close !== undefined) {
      if (depth > 0) return fail("unclosed left paren");
      push("close", "}}", close.delimiter);
      return { position: close.delimiter + 2, trims: close.trims };
    }
    if (position >= text.length) return fail("unclosed action");
    const character = characterAt(position);
    if (isSpace(character)) {
      const spaces = matchAt(SPACES, position) ?? "";
      // The last space may belong to " -}}".
      const shorter = closing(position + spaces.length - 1)?.trims === true;
      emit("space", shorter ? spaces.slice(0, -1) : spaces);
      continue;
    }
    const single = SINGLE[character];
    if (single !== undefined) {
      emit(single, character);
    } else if (character === ":") {
      if (text[position + 1] !== "=") return fail("expected :=");
      emit("declare", ":=");
    } else if (character === '"') {
      const quoted = matchAt(QUOTED, position);
      if (quoted === undefined) return fail("unterminated quoted string");
      emit("string", quoted);
    } else if (character === "`") {
      const raw = matchAt(RAW, position);
      if (raw === undefined) return fail("unterminated raw quoted string");
      emit("rawString", raw);
    } else if (character === "'") {
      const quoted = matchAt(CHARACTER, position);
      if (quoted === undefined) return fail("unterminated character constant");
      emit("char", quoted);
    } else if (character === "(") {
      depth += 1;
      emit("leftParen", "(");
    } else if (character === ")") {
      depth -= 1;
      if (depth < 0) return fail("unexpected right paren");
      emit("rightParen", ")");
    } else if (character === "$" || (character === "." && !/[0-9]/.test(text[position + 1] ?? ""))) {
      if (character === "." && terminates(position + 1)) emit("dot", ".");
      else {
        const name = character + (matchAt(WORD, position + 1) ?? "");
        const end = position + name.length;
        if (!terminates(end)) return fail(`bad character ${describe(characterAt(end))}`);
        emit(character === "$" ? "variable" : "field", name);
      }
    } else if (/[+\-.0-9]/.test(character)) {
      if (matchAt(COMPLEX_NUMBER, position) !== undefined) return fail("complex numbers are not supported");
      const number = matchAt(NUMBER, position) ?? "";
      const next = matchAt(WORD, position + number.length);
      if (number === "" || next !== undefined)
        return fail(`bad number syntax: ${JSON.stringify(number + (next?.[0] ?? ""))}`);
      emit("number", number);
    } else {
      const word = matchAt(WORD, position);
      if (word === undefined) {
        if (character > "\x20" && character < "\x7f") emit("other", character);
        else return fail(`unrecognized character in action: ${describe(character)}`);
        continue;
      }
      const end = position + word.length;
      if (!terminates(end)) return fail(`bad character ${describe(characterAt(end))}`);
      if (KEYWORDS.has(word)) emit("keyword", word);
      else if (word === "nil") emit("nil", word);
      else emit(word === "true" || word === "false" ? "bool" : "identifier", word);
    }
  }
}
